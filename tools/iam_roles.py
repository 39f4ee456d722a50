"""The roles of docs/iam/, from the calls that were really made: `python -m tools.iam_roles` writes their policies anew.

`python -m tools.iam_roles --record ROLE FILE` adds the calls of FILE (what the local cloud answers to GET /_securecart/calls) to
what the role is known to call.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from components.naming import PROJECT
from tools.iam_actions import actions_of

REPOSITORY = Path(__file__).resolve().parent.parent
CALLS = Path(__file__).with_name("iam_calls.json")
PAGES = REPOSITORY / "docs" / "iam"
ROLES = ("deploy", "operate", "audit", "retire")
ACCOUNT, PRIMARY, SECONDARY = "123456789012", "us-east-1", "us-west-2"
# A managed policy has 6,144 characters, white space not counted, and a role ten of them (IAM user guide, "IAM and STS quotas").
POLICY_CHARACTERS = 6144
POLICIES_A_ROLE = 10

# Services whose calls carry no Region that a condition could hold.
_GLOBAL = frozenset({"iam", "route53", "sts"})
# Everything that this program names, so that the roles reach no other team's. What is adopted must be added by its owner.
_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "iam": (
        f"arn:aws:iam::{ACCOUNT}:role/{PROJECT}-*",
        f"arn:aws:iam::{ACCOUNT}:instance-profile/{PROJECT}-*",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/*",
    ),
    "s3": (f"arn:aws:s3:::{PROJECT}-*",),
    "dynamodb": (f"arn:aws:dynamodb:*:{ACCOUNT}:table/{PROJECT}-*",),
    "secretsmanager": (f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:{PROJECT}*",),
}
# Actions of those services that act on no named resource.
_ON_ALL = frozenset({"s3:ListAllMyBuckets", "secretsmanager:GetRandomPassword", "dynamodb:ListTables", "iam:ListRoles"})
# What ends the protection of a backup. Whoever operates at night cannot, whatever else the account grants them.
NEVER_OPERATED = (
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteRecoveryPoint",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:UpdateRecoveryPointLifecycle",
    "cloudtrail:DeleteTrail",
    "cloudtrail:StopLogging",
    "dynamodb:DeleteBackup",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "rds:DeleteDBInstanceAutomatedBackup",
    "s3:BypassGovernanceRetention",
)

# What deletes for good and a drill needs for its own: denied wherever the name, or on EC2 the tag, is not a drill's.
DRILLS_ONLY = ("dynamodb:DeleteTable", "s3:DeleteBucket", "s3:DeleteObjectVersion")
# Of a bucket that is being made only: on one that lives it would end the keeping of versions.
NEW_BUCKETS_ONLY = ("s3:PutBucketVersioning",)
_NEW_BUCKETS = tuple(f"arn:aws:s3:::{PROJECT}-{purpose}-*" for purpose in ("drill", "restored"))
_DRILLS = (
    f"arn:aws:dynamodb:*:{ACCOUNT}:table/{PROJECT}-drill-*",
    f"arn:aws:s3:::{PROJECT}-drill-*",
)
TAGGED_DRILLS_ONLY = ("ec2:DeleteSecurityGroup", "ec2:DeleteSnapshot", "ec2:DeleteVolume")
_NO_DRILL = {"Null": {f"aws:ResourceTag/{PROJECT}-drill": "true"}}

Calls = Mapping[str, Mapping[str, list[str]]]


def calls() -> Calls:
    """Role -> service as the signature names it -> operations."""
    return dict(json.loads(CALLS.read_text(encoding="utf-8")))


def actions(role: str) -> list[str]:
    """Every action that the recorded calls of the role need."""
    recorded = calls()[role]
    return sorted(
        {action for service, names in recorded.items() for name in names for action in actions_of(service, name)}
    )


def policies(role: str) -> list[dict[str, Any]]:
    """The role's managed policies, as few as their size allows."""
    statements = _statements(actions(role))
    if role == "operate":
        statements += _denied()
    made: list[dict[str, Any]] = []
    for statement in statements:
        if made and _size({**made[-1], "Statement": [*made[-1]["Statement"], statement]}) <= POLICY_CHARACTERS:
            made[-1]["Statement"].append(statement)
        else:
            made.append({"Version": "2012-10-17", "Statement": [statement]})
    return made


def _denied() -> list[dict[str, Any]]:
    """What the person on call may not do, whatever else grants it."""
    return [
        {"Sid": "Never", "Effect": "Deny", "Action": list(NEVER_OPERATED), "Resource": "*"},
        {"Sid": "DrillsOnly", "Effect": "Deny", "Action": list(DRILLS_ONLY), "NotResource": list(_DRILLS)},
        {
            "Sid": "NewBucketsOnly",
            "Effect": "Deny",
            "Action": list(NEW_BUCKETS_ONLY),
            "NotResource": list(_NEW_BUCKETS),
        },
        {
            "Sid": "TaggedDrillsOnly",
            "Effect": "Deny",
            "Action": list(TAGGED_DRILLS_ONLY),
            "Resource": "*",
            "Condition": _NO_DRILL,
        },
    ]


def files() -> dict[Path, str]:
    """What belongs into docs/iam/ beside its README."""
    return {
        PAGES / f"{role}-{number}.json": json.dumps(policy, indent=2) + "\n"
        for role in ROLES
        for number, policy in enumerate(policies(role), start=1)
    }


def record(role: str, made: Iterable[Mapping[str, Any]]) -> None:
    """Adds calls to those of a role."""
    known = {name: {service: list(names) for service, names in one.items()} for name, one in calls().items()}
    for call in made:
        names = known.setdefault(role, {}).setdefault(call["service"], [])
        if call["operation"] not in names:
            names.append(call["operation"])
    ordered = {name: {service: sorted(one[service]) for service in sorted(one)} for name, one in known.items()}
    CALLS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def _statements(allowed: Iterable[str]) -> list[dict[str, Any]]:
    by_service: dict[tuple[str, bool], list[str]] = {}
    for action in allowed:
        service = action.split(":")[0]
        by_service.setdefault((service, service in _RESOURCES and action not in _ON_ALL), []).append(action)
    return [_statement(service, named, found) for (service, named), found in by_service.items()]


def _statement(service: str, named: bool, found: list[str]) -> dict[str, Any]:
    words = "".join(part.capitalize() for part in service.split("-"))
    statement: dict[str, Any] = {
        "Sid": words + ("" if named or service not in _RESOURCES else "All"),
        "Effect": "Allow",
        "Action": found,
        "Resource": list(_RESOURCES[service]) if named else "*",
    }
    if service not in _GLOBAL:
        statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": [PRIMARY, SECONDARY]}}
    return statement


def _size(policy: Mapping[str, Any]) -> int:
    return len(json.dumps(policy, separators=(",", ":")))


def main() -> None:
    if sys.argv[1:2] == ["--record"]:
        role, file = sys.argv[2:]
        record(role, json.loads(Path(file).read_text(encoding="utf-8"))["calls"])
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.glob("*.json"):
        old.unlink()
    for file, content in files().items():
        file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
