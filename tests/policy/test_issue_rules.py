"""The rules that issue 5 asks for, by name: each is served, listed for readers, and tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resilience_policies.registry import RULES
from tests.policy.pack import PACK

# Typed from the issue, in its order, so that a rule cannot leave the pack together with its tests.
PROTECTION = """
    rds-backup-retention rds-storage-encrypted rds-storage-cmk rds-deletion-protection rds-multi-az
    rds-copy-tags-to-snapshot rds-global-encrypted rds-in-backup-plan rds-backup-replication-cmk rds-final-snapshot
    rds-keep-automated-backups aurora-backtrack docdb-backup-retention neptune-backup-retention
    redshift-snapshot-retention elasticache-snapshot-retention dynamodb-pitr dynamodb-pitr-window dynamodb-encrypted
    dynamodb-cmk dynamodb-replica-cmk dynamodb-replica-pitr dynamodb-deletion-protection dynamodb-in-backup-plan
    s3-versioning s3-encryption s3-kms s3-replication s3-object-lock s3-force-destroy s3-in-backup-plan ebs-encrypted
    ebs-cmk ebs-default-encryption ebs-in-backup-plan ebs-snapshot-copy-cmk ec2-block-device-encrypted efs-encrypted
    efs-in-backup-plan backup-vault-cmk kms-rotation kms-deletion-window cloudtrail-cmk cloudtrail-log-validation
    cloudtrail-multi-region sns-kms sns-cmk logs-kms logs-retention secrets-cmk secrets-rotation
    secrets-rotation-period secrets-recovery-window
"""
DISASTER_RECOVERY = """
    backup-plan-copies-to-other-region backup-copy-retention backup-copy-vault-key-in-region backup-vault-locked
    backup-vault-force-destroy backup-vault-deny-delete backup-schedule-meets-rpo strategy-meets-rto s3-replica-usable
    rds-cross-region kms-multi-region-or-own-key secrets-replicated efs-replicated restore-testing-covers
    stateful-protected protected-property-not-ignored data-residency data-class-tag guardduty-enabled-everywhere
    audit-framework-present
"""
ASKED = f"{PROTECTION} {DISASTER_RECOVERY}".split()

HERE = Path(__file__)
TESTS = {path.name: path.read_text("utf-8") for path in HERE.parent.glob("test_*.py") if path != HERE}
LISTED = set(
    re.findall(r"^\| \[`([a-z0-9-]+)`\]\(docs/\1\.md\) \|", (PACK / "RULES.md").read_text("utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("rule", ASKED)
def test_a_rule_of_the_issue_exists_is_listed_and_is_tested(rule: str) -> None:
    assert rule in {known.id for known in RULES}
    assert rule in LISTED
    assert [name for name, text in TESTS.items() if re.search(rf'"{rule}"', text)], (
        f"no file of tests/policy names {rule}"
    )


def test_no_rule_of_the_pack_is_without_a_test() -> None:
    text = "\n".join(TESTS.values())
    assert [rule.id for rule in RULES if f'"{rule.id}"' not in text] == []
