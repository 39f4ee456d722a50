"""Plans of several rules and copies, and selections by every means that AWS Backup has, through the provider."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider.codec import Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import AbortedError, Resource
from tests.localcloud.provider_world import ACCOUNT, SECONDARY, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE = provider_pb2.DiffResponse.DIFF_NONE
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
CONDITION = {"key": "aws:ResourceTag/securecart:protect", "value": "yes"}


def _copies(delete_after: int) -> list[Props]:
    return [
        {"destinationVaultArn": f"arn:aws:backup:{SECONDARY}:{ACCOUNT}:backup-vault:{vault}",
         "lifecycle": {"coldStorageAfter": 30, "deleteAfter": delete_after}}
        for vault in ("far", "farther")
    ]  # fmt: skip


def test_a_plan_has_rules_with_copies_and_an_air_gapped_target(provider: Provider, world: World) -> None:
    name, vault = world.name(), world.vault()
    gapped = Resource(provider, "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault").create(
        {"name": world.name(), "minRetentionDays": 7, "maxRetentionDays": 400}
    )
    daily = {
        "ruleName": "daily",
        "targetVaultName": vault,
        "lifecycle": {"deleteAfter": 35},
        "copyActions": _copies(120),
    }
    monthly = {
        "ruleName": "monthly", "targetVaultName": vault, "schedule": "cron(0 4 1 * ? *)",
        "lifecycle": {"coldStorageAfter": 30, "deleteAfter": 365, "optInToArchiveForSupportedResources": True},
        "targetLogicallyAirGappedBackupVaultArn": gapped.outputs["arn"],
    }  # fmt: skip
    continuous = {"ruleName": "continuous", "targetVaultName": vault, "enableContinuousBackup": True,
                  "lifecycle": {"deleteAfter": 35}, "recoveryPointTags": {"kind": "pitr"}}  # fmt: skip
    wanted = {"name": name, "rules": [daily, monthly, continuous]}
    made = Resource(provider, PLAN).create(wanted)
    assert made.read()[1] == made.inputs
    assert made.diff({**wanted, "rules": [continuous, daily, monthly]}).changes == NONE

    fewer = {**wanted, "rules": [{**daily, "copyActions": _copies(120)[:1]}, continuous]}
    made.update(fewer)
    assert made.read()[1] == made.inputs
    assert made.diff(fewer).changes == NONE

    elsewhere = gapped.outputs["arn"].replace("us-east-1", SECONDARY)
    with pytest.raises(AbortedError, match="not a logically air-gapped vault"):
        made.update({**wanted, "rules": [{**monthly, "targetLogicallyAirGappedBackupVaultArn": elsewhere}]})


@pytest.mark.parametrize(
    "means",
    [
        {"selectionTags": [{"type": "STRINGEQUALS", "key": "securecart:protect", "value": "yes"}]},
        {"resources": ["*"], "conditions": [{"stringEquals": [CONDITION], "stringNotLikes": [CONDITION]}]},
        {"resources": ["*"], "notResources": ["arn:aws:s3:::logs", "arn:aws:s3:::audit"]},
    ],
    ids=["tags", "conditions", "exceptions"],
)
def test_a_selection_by_every_means_reads_back_and_is_imported(provider: Provider, world: World, means: Props) -> None:
    wanted = {"name": world.name(), "planId": world.plan(), "iamRoleArn": world.role_arn(), **means}
    made = Resource(provider, SELECTION).create(wanted)
    assert made.read()[1] == made.inputs
    assert made.diff(wanted).changes == NONE

    imported = Resource(provider, SELECTION, id=f"{wanted['planId']}|{made.id}")
    _, imported.inputs, imported.outputs = imported.imported()

    assert imported.diff(wanted).changes == NONE
    assert list(made.diff({**wanted, "resources": ["arn:aws:dynamodb:*:*:table/*"]}).replaces) == ["resources"]
