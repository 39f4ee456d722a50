"""A program that is not ours, full of faults (tests/fixtures/warehouse): the pack reports all of them, and nothing else."""

from __future__ import annotations

import runpy
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.policy.case import LEVELS
from tests.policy.our_stacks import recorded
from tests.policy.pack import Diagnostic, Pack
from tests.support.program import Program, registrations

WAREHOUSE = Path(__file__).parents[1] / "fixtures" / "warehouse" / "__main__.py"
# data-residency is silent until it is told where data may be.
CONFIGURED = {"data-residency": {"allowedRegions": ["us-east-1"]}}
# What a stack that claims nothing and waives nothing gives no occasion for.
SILENT = {"exceptions", "pack-configuration", "s3-replication-declared", "waivers"}

# Rule -> the names of the resources that break it ("" = the stack).
EXPECTED: dict[str, set[str]] = {
    "audit-framework-present": {"weekly", "yearly"},
    "aurora-backtrack": {"stock"},
    "aurora-multi-az": {"stock"},
    "backup-copy-retention": {"weekly"},
    "backup-copy-vault-key-in-region": {"vault"},
    "backup-plan-copies-to-other-region": {"yearly"},
    "backup-schedule-meets-rpo": {"spool"},
    "backup-vault-cmk": {"attic"},
    "backup-vault-deny-delete": {"attic", "vault"},
    "backup-vault-force-destroy": {"vault"},
    "backup-vault-locked": {"attic-lock", "vault"},
    "cloudtrail-cmk": {"trail"},
    "cloudtrail-log-validation": {"trail"},
    "cloudtrail-multi-region": {"trail"},
    "data-class-tag": {
        "api",
        "catalogue",
        "drawings",
        "invoices",
        "labels",
        "numbers",
        "orders",
        "parcels",
        "printer",
        "routes",
        "scans",
        "scans-far",
        "scratch",
        "spool",
        "stock",
    },
    "data-residency": {"orders-backups", "parcels", "scans-far", "spool-copy", "weekly"},
    "docdb-backup-retention": {"catalogue"},
    "dynamodb-cmk": {"labels", "parcels"},
    "dynamodb-deletion-protection": {"labels", "parcels"},
    "dynamodb-encrypted": {"parcels"},
    "dynamodb-in-backup-plan": {"labels", "parcels"},
    "dynamodb-pitr": {"parcels"},
    "dynamodb-pitr-window": {"labels"},
    "dynamodb-replica-cmk": {"parcels"},
    "dynamodb-replica-pitr": {"parcels"},
    "ebs-cmk": {"pickers", "scratch", "spool"},
    "ebs-default-encryption": {"disks"},
    "ebs-encrypted": {"scratch", "spool"},
    "ebs-final-snapshot": {"scratch", "spool"},
    "ebs-in-backup-plan": {"scratch"},
    "ebs-snapshot-copy-cmk": {"spool-copy"},
    "ec2-block-device-encrypted": {"pickers"},
    "efs-encrypted": {"drawings"},
    "efs-in-backup-plan": {"drawings"},
    "efs-replicated": {"drawings"},
    "elasticache-snapshot-retention": {"sessions"},
    "guardduty-enabled-everywhere": {""},
    "kms-deletion-window": {"key", "key-far"},
    "kms-multi-region-or-own-key": {"key", "orders-backups"},
    "kms-rotation": {"key"},
    "logs-kms": {"logs"},
    "logs-retention": {"logs"},
    "neptune-backup-retention": {"routes"},
    "protected-property-not-ignored": {"orders"},
    "rds-backup-replication-cmk": {"orders-backups"},
    "rds-backup-retention": {"orders", "stock"},
    "rds-copy-tags-to-snapshot": {"orders", "stock"},
    "rds-cross-region": {"orders-backups", "stock"},
    "rds-deletion-protection": {"orders", "stock"},
    "rds-final-snapshot": {"orders", "stock"},
    "rds-global-encrypted": {"world"},
    "rds-in-backup-plan": {"orders", "stock"},
    "rds-keep-automated-backups": {"orders", "stock"},
    "rds-multi-az": {"orders"},
    "rds-storage-cmk": {"orders", "stock"},
    "rds-storage-encrypted": {"orders", "stock"},
    "redshift-snapshot-retention": {"numbers"},
    "restore-testing-covers": {"weekly", "yearly"},
    "s3-encryption": {"invoices", "scans-far"},
    "s3-force-destroy": {"invoices"},
    "s3-in-backup-plan": {"invoices", "scans"},
    "s3-kms": {"invoices", "scans", "scans-far"},
    "s3-object-lock": {"invoices", "scans", "scans-far"},
    "s3-replica-usable": {"scans-replication"},
    "s3-replication": {"invoices"},
    "s3-versioning": {"invoices", "scans", "scans-far"},
    "secrets-cmk": {"api"},
    "secrets-recovery-window": {"api"},
    "secrets-replicated": {"api", "printer"},
    "secrets-rotation": {"printer"},
    "secrets-rotation-period": {"api-rotation"},
    "sns-cmk": {"alerts", "orders-topic"},
    "sns-kms": {"alerts"},
    "stateful-protected": {
        "api",
        "attic",
        "catalogue",
        "drawings",
        "invoices",
        "key",
        "key-far",
        "labels",
        "numbers",
        "orders",
        "parcels",
        "printer",
        "routes",
        "scans",
        "scans-far",
        "scratch",
        "spool",
        "stock",
        "vault",
        "world",
    },
    "strategy-meets-rto": {"objectives"},
}


@cache
def warehouse() -> Program:
    return registrations(lambda: runpy.run_path(str(WAREHOUSE)))


def judged(pack: Pack, *, first_preview: bool) -> list[Diagnostic]:
    pack.configure(CONFIGURED)
    return pack.judge(*recorded(warehouse(), first_preview=first_preview))


@pytest.mark.parametrize("first_preview", [False, True], ids=["deployed", "first preview"])
def test_the_program_is_reported_completely_and_nothing_else_is_said(pack: Pack, first_preview: bool) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for diagnostic in judged(pack, first_preview=first_preview):
        assert "undetermined: " not in diagnostic.message
        found[diagnostic.rule].add(diagnostic.resource.split("::")[-1])
    assert found == EXPECTED


def test_every_rule_of_the_pack_has_something_to_say(pack: Pack) -> None:
    assert {policy.name for policy in pack.info().policies} - EXPECTED.keys() == SILENT


def test_every_message_says_what_to_write_and_keeps_its_level(pack: Pack) -> None:
    for diagnostic in judged(pack, first_preview=False):
        assert "Write: " in diagnostic.message, diagnostic
        assert diagnostic.mandatory == (LEVELS[diagnostic.rule] == "mandatory"), diagnostic
        assert "correct-horse" not in diagnostic.message
