"""The checker of configuration files, and the same check inside a running pack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PACK, Pack, Registration, environment


def checked(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "resilience_policies.check_config", str(path), *options]
    return subprocess.run(command, cwd=PACK, env=environment(), capture_output=True, text=True, timeout=60, check=False)


def write(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "policy-config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


GOOD: dict[str, Any] = {
    "all": "advisory",
    "environments": ["security/policies"],
    "rds-backup-retention": {
        "enforcementLevel": "mandatory",
        "minDays": 14,
        "byDataClass": {"payments": {"minDays": 35}},
    },
    "rds-multi-az": "disabled",
    "kms-rotation": "remediate",
    "s3-replication": {"acceptDeclared": False},
    "waivers": {
        "waivers": [
            {
                "rule": "rds-multi-az",
                "resource": "reports",
                "reason": "Rebuilt from S3.",
                "owner": "data-team",
                "expires": "9999-12-31",
            }
        ]
    },
}


def test_a_good_file_has_no_faults(tmp_path: Path) -> None:
    done = checked(write(tmp_path, GOOD))
    assert (done.returncode, done.stdout.endswith("no faults\n"), done.stderr) == (0, True, "")


def test_all_faults_are_told_at_once_with_path_and_fix(tmp_path: Path) -> None:
    bad = {
        "all": {"enforcementLevel": "advisory", "minDays": 1},
        "rds-mutli-az": "advisory",
        "rds-multi-az": "warn",
        "rds-backup-retention": {
            "minDays": 99,
            "mindays": 14,
            "enforcementLevel": "mandtory",
            "byDataClass": {"a": {"minDays": 0, "days": 1}},
        },
        "s3-replication": {"acceptDeclared": "yes"},
        "kms-rotation": 3,
        "rds-storage-encrypted": "remediate",
        "ebs-encrypted": {"x": 1, "byDataClass": {}},
        "waivers": {"waivers": [{"rule": "no-rule", "resource": "a", "owner": "b", "expires": "2000-01-01"}, "x"]},
    }
    done = checked(write(tmp_path, bad), "--json")
    assert done.returncode == 2
    found = {(fault["path"], fault["message"].split(";")[0]) for fault in json.loads(done.stdout)["faults"]}
    assert found == {
        ("all.minDays", "all takes nothing but a level"),
        ("rds-mutli-az", "no such rule (did you mean rds-multi-az?)"),
        ("rds-multi-az", "is 'warn'"),
        ("rds-backup-retention.minDays", "is 99"),
        ("rds-backup-retention.mindays", "the rule has no such key (did you mean minDays?)"),
        ("rds-backup-retention.enforcementLevel", "is 'mandtory'"),
        ("rds-backup-retention.byDataClass.a.minDays", "is 0"),
        ("rds-backup-retention.byDataClass.a.days", "unknown"),
        ("ebs-encrypted.byDataClass", "the rule has no such key"),
        ("s3-replication.acceptDeclared", "is 'yes'"),
        ("kms-rotation", "must be a level (mandatory, advisory, remediate, disabled) or an object"),
        ("rds-storage-encrypted", "is 'remediate', and there is nothing that the pack may change"),
        ("ebs-encrypted.x", "the rule has no such key"),
        ("waivers.waivers[0]", "reason is missing: why this is acceptable, in words that a reviewer can judge"),
        ("waivers.waivers[0]", "rule 'no-rule' does not exist"),
        ("waivers.waivers[0]", "expired on 2000-01-01: mend the resource, or have its owner decide anew"),
        ("waivers.waivers[1]", "must be an object with the keys rule, resource, reason, owner, expires"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not usable JSON"),
        ("[]", "must be an object with one key a rule"),
        ('{"kms-rotation": "advisory", "kms-rotation": "disabled"}', "kms-rotation is there twice"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str, says: str) -> None:
    done = checked(write(tmp_path, text))
    assert done.returncode == 2
    assert says in done.stdout


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    done = checked(tmp_path / "none.json")
    assert (done.returncode, "cannot be read" in done.stdout) == (2, True)


def test_a_running_pack_refuses_names_that_nobody_reads(pack: Pack) -> None:
    pack.configure(
        {
            "all": {"enforcementLevel": "mandatory"},
            "rds-mutli-az": {"enforcementLevel": "disabled"},
            "kms-rotation": {"x": 1},
        }
    )
    found = of_rule(pack.judge(Registration("pulumi:pulumi:Stack", "stack", {}, region=None)), "pack-configuration")
    assert all(d.mandatory for d in found)
    assert {d.message.splitlines()[-1].split(";")[0] for d in found} == {
        "kms-rotation.x: the rule has no such key",
        "rds-mutli-az: no such rule (did you mean rds-multi-az?)",
    }
