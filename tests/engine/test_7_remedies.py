"""Every remedy of the policy pack, through the real engine to the emulated AWS: off by default, then in place and at creation.

An estate of its own, with one small program whose values are all too weak (weak_program.py).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resilience_policies.registry import RULES
from resilience_policies.rule import ResourceRule
from tests.engine.estate import PRIMARY, REPO, SECONDARY, Estate, Finished

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("remedies")]

STACK = "organization/remedies/prod"
SECRET = "hush-hush-1234"
REMEDIES = sorted(rule.id for rule in RULES if isinstance(rule, ResourceRule) and rule.remedy is not None)
MANDATORY = {rule.id for rule in RULES if rule.id in REMEDIES and rule.level == "mandatory"}


@dataclass(frozen=True)
class Remedies:
    """The estate, and a program whose resources have the names given."""

    estate: Estate
    project: Path

    def pulumi(self, command: str, config: dict[str, Any] | None, names: str) -> Finished:
        pack = ["--policy-pack", str(REPO / "policy")]
        if config is not None:
            file = self.project / "policy-config.json"
            file.write_text(json.dumps(config))
            pack += ["--policy-pack-config", str(file)]
        options = [] if command == "preview" else ["--yes", "--skip-preview"]
        return self.estate.pulumi(
            command, *options, *pack, "--stack", STACK, cwd=self.project,
            REMEDIES_NAMES=names, REMEDIES_SECRET=SECRET,
        )  # fmt: skip

    def exported(self, *options: str) -> str:
        done = self.estate.pulumi("stack", "export", *options, "--stack", STACK, cwd=self.project)
        assert done.code == 0, done.text
        return done.stdout

    def seen(self, name: str) -> dict[str, Any]:
        """What each remedy sets, as AWS tells it."""
        return {rule: read(self.estate, name) for rule, read in READ.items()}


def database(estate: Estate, name: str) -> dict[str, Any]:
    found = estate.client("rds", PRIMARY).describe_db_instances(DBInstanceIdentifier=f"{name}-database")
    return dict(found["DBInstances"][0])


def table(estate: Estate, name: str, region: str = PRIMARY) -> dict[str, Any]:
    return dict(estate.client("dynamodb", region).describe_table(TableName=f"{name}-table")["Table"])


def key(estate: Estate, name: str) -> str:
    found = {
        alias["AliasName"]: alias.get("TargetKeyId")
        for alias in estate.client("kms", PRIMARY).list_aliases()["Aliases"]
    }
    return str(found[f"alias/{name}"])


def described_key(estate: Estate, name: str) -> dict[str, Any]:
    return dict(estate.client("kms", PRIMARY).describe_key(KeyId=key(estate, name))["KeyMetadata"])


def rotates(estate: Estate, name: str) -> bool:
    return bool(estate.client("kms", PRIMARY).get_key_rotation_status(KeyId=key(estate, name))["KeyRotationEnabled"])


def recoverable(estate: Estate, name: str) -> str:
    found = estate.client("dynamodb", PRIMARY).describe_continuous_backups(TableName=f"{name}-table")
    return str(found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])


def log_days(estate: Estate, name: str) -> int:
    found = estate.client("logs", PRIMARY).describe_log_groups(logGroupNamePrefix=f"{name}-logs")["logGroups"]
    return int(found[0]["retentionInDays"])


READ: dict[str, Callable[[Estate, str], Any]] = {
    "rds-backup-retention": lambda e, n: database(e, n)["BackupRetentionPeriod"],
    "rds-deletion-protection": lambda e, n: database(e, n)["DeletionProtection"],
    "rds-copy-tags-to-snapshot": lambda e, n: database(e, n)["CopyTagsToSnapshot"],
    "dynamodb-pitr": recoverable,
    "dynamodb-deletion-protection": lambda e, n: [
        table(e, n, region)["DeletionProtectionEnabled"] for region in (PRIMARY, SECONDARY)
    ],
    "kms-rotation": rotates,
    "logs-retention": log_days,
}
WEAK = {
    "rds-backup-retention": 1,
    "rds-deletion-protection": False,
    "rds-copy-tags-to-snapshot": False,
    "dynamodb-pitr": "DISABLED",
    "dynamodb-deletion-protection": [False, False],
    "kms-rotation": False,
    "logs-retention": 30,
}
MENDED = {
    "rds-backup-retention": 14,
    "rds-deletion-protection": True,
    "rds-copy-tags-to-snapshot": True,
    "dynamodb-pitr": "ENABLED",
    "dynamodb-deletion-protection": [True, True],
    "kms-rotation": True,
    "logs-retention": 365,
}


def identities(estate: Estate, name: str) -> tuple[Any, ...]:
    """What a replacement would change."""
    instance, kept = database(estate, name), table(estate, name)
    return instance["DbiResourceId"], instance["InstanceCreateTime"], kept["CreationDateTime"], key(estate, name)


@pytest.fixture(scope="module")
def remedies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remedies]:
    # Nobody connects to the database here, so none has to start.
    estate = Estate(tmp_path_factory.mktemp("remedies") / "root", databases="off")
    project = tmp_path_factory.mktemp("remedies-project")
    runtime = {"name": "python", "options": {"virtualenv": str(REPO / ".venv")}}
    (project / "Pulumi.yaml").write_text(json.dumps({"name": "remedies", "runtime": runtime}))
    shutil.copy(Path(__file__).with_name("weak_program.py"), project / "__main__.py")
    try:
        started = estate.securecart("local", "start")
        assert started.code == 0, started.text
        made = estate.pulumi("stack", "init", STACK, cwd=project)
        assert made.code == 0, made.text
        yield Remedies(estate, project)
    finally:
        estate.end()


def test_every_remedy_is_read_back(remedies: Remedies) -> None:
    assert sorted(READ) == sorted(WEAK) == sorted(MENDED) == REMEDIES


def test_without_configuration_nothing_is_mended_and_the_preview_is_blocked(remedies: Remedies) -> None:
    shown = remedies.pulumi("preview", None, "old")
    assert shown.code != 0
    blocking = set(re.findall(r"\[mandatory\].*?  (\S+)  \(", shown.text))
    assert blocking >= MANDATORY
    assert "[remediate]" not in shown.text
    assert SECRET not in shown.text


def test_at_another_level_what_the_program_says_is_deployed(remedies: Remedies) -> None:
    done = remedies.pulumi("up", {"all": "advisory"}, "old")
    assert done.code == 0, done.text
    assert remedies.seen("old") == WEAK


def test_asked_for_each_remedy_is_applied_in_place_and_at_creation_and_secrets_stay(remedies: Remedies) -> None:
    before = identities(remedies.estate, "old")
    # Rules that have no remedy stay advisory, and a threshold of the configuration decides what is set.
    asked: dict[str, Any] = {"all": "advisory", **dict.fromkeys(REMEDIES, "remediate")}
    asked["rds-backup-retention"] = {"enforcementLevel": "remediate", "minDays": 14}
    done = remedies.pulumi("up", asked, "old new")
    assert done.code == 0, done.text
    assert SECRET not in done.text
    assert {name: remedies.seen(name) for name in ("old", "new")} == {"old": MENDED, "new": MENDED}
    assert identities(remedies.estate, "old") == before

    described = {name: described_key(remedies.estate, name)["Description"] for name in ("old", "new")}
    assert described == {"old": SECRET, "new": SECRET}
    assert SECRET not in remedies.exported()
    resources = json.loads(remedies.exported("--show-secrets"))["deployment"]["resources"]
    passwords = [r["inputs"]["password"] for r in resources if r["type"] == "aws:rds/instance:Instance"]
    assert [json.loads(password["plaintext"]) for password in passwords] == [SECRET, SECRET]
