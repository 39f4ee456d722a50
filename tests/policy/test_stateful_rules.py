from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import PASS, UNDETERMINED, Case, check, of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

PROTECT, IGNORED = "stateful-protected", "protected-property-not-ignored"
CLASS, RESIDENCY = "data-class-tag", "data-residency"
INSTANCE = "aws:rds/instance:Instance"
TABLE = "aws:dynamodb/table:Table"
BUCKET = "aws:s3/bucket:Bucket"


@pytest.mark.parametrize(
    "type_", [INSTANCE, TABLE, BUCKET, "aws:kms/key:Key", "aws:backup/vault:Vault", "aws:efs/fileSystem:FileSystem"]
)
def test_what_holds_state_is_protected(pack: Pack, type_: str) -> None:
    [found] = of_rule(pack.judge(Registration(type_, "it", {})), PROTECT)
    assert "the option protect is false; true is required" in found.message
    assert (found.resource, found.mandatory) == ("it", False)
    assert of_rule(pack.judge(Registration(type_, "it", {}, protect=True)), PROTECT) == []


def test_a_replica_beside_its_source_can_be_made_again(pack: Pack) -> None:
    beside = Registration(INSTANCE, "it", {"replicateSourceDb": "orders"})
    elsewhere = Registration(INSTANCE, "it", {"replicateSourceDb": "arn:aws:rds:us-east-1:1:db:orders"}, SECONDARY)
    assert of_rule(pack.judge(beside), PROTECT) == []
    assert len(of_rule(pack.judge(elsewhere), PROTECT)) == 1
    assert of_rule(pack.judge(Registration("aws:sqs/queue:Queue", "queue", {})), PROTECT) == []


@pytest.mark.parametrize(
    ("type_", "ignored", "says"),
    [
        (INSTANCE, (), []),
        (INSTANCE, ("password", "engineVersion"), []),
        (TABLE, ("replicas",), []),
        (INSTANCE, ("backupRetentionPeriod",), ["backupRetentionPeriod"]),
        (INSTANCE, ("password", "deletionProtection", "storageEncrypted"), ["deletionProtection", "storageEncrypted"]),
        (TABLE, ("pointInTimeRecovery.enabled",), ["pointInTimeRecovery"]),
        (TABLE, ('["serverSideEncryption"].kmsKeyArn',), ["serverSideEncryption"]),
        ("aws:backup/plan:Plan", ("rules[0].lifecycle",), ["rules"]),
        (INSTANCE, ("*",), ["every property"]),
    ],
)
def test_no_protecting_property_is_ignored(pack: Pack, type_: str, ignored: tuple[str, ...], says: list[str]) -> None:
    found = of_rule(pack.judge(Registration(type_, "it", {}, ignore_changes=ignored)), IGNORED)
    assert len(found) == len(says)
    for diagnostic, what in zip(found, says, strict=True):
        assert f"ignore_changes hides {what}, which protects data" in diagnostic.message


@pytest.mark.parametrize(
    "case",
    [
        Case("tagged", TABLE, {"tags": {"data-class": "critical"}}, PASS),
        Case("default tag", TABLE, {"tagsAll": {"data-class": "critical"}}, PASS),
        Case("untagged", TABLE, {"tags": {"owner": "shop"}}, "the tag data-class is not set; the class of the data"),
        Case("no tags", BUCKET, {}, "the tag data-class is not set"),
        Case("unknown", TABLE, {"tags": {"data-class": UNKNOWN}}, UNDETERMINED),
        Case("unknown tags", TABLE, {"tags": UNKNOWN}, UNDETERMINED),
    ],
    ids=str,
)
def test_a_store_says_the_class_of_its_data(pack: Pack, case: Case) -> None:
    check(pack, CLASS, case)


def test_the_tag_and_the_classes_are_configured(pack: Pack) -> None:
    pack.configure({CLASS: {"tagKey": "dr-tier", "allowedValues": ["gold", "silver"]}})
    [found] = of_rule(pack.judge(Registration(TABLE, "it", {"tags": {"dr-tier": "s3cr3t"}})), CLASS)
    assert "the tag dr-tier has a value of no known class; one of gold, silver is required" in found.message
    assert "s3cr3t" not in found.message
    assert of_rule(pack.judge(Registration(TABLE, "it", {"tags": {"dr-tier": "gold"}})), CLASS) == []


def copies(arn: object) -> dict[str, Any]:
    return {"rules": [{"copyActions": [{"destinationVaultArn": arn}]}]}


DLM = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
EFS = "aws:efs/replicationConfiguration:ReplicationConfiguration"


@pytest.mark.parametrize(
    "case",
    [
        Case("in the Region", TABLE, {}, PASS),
        Case("in another", TABLE, {}, "it lies in eu-west-1; one of us-east-1, us-west-2 is required", "eu-west-1"),
        Case("Region unknown", TABLE, {}, UNDETERMINED, None),
        Case("replica", TABLE, {"replicas": [{"regionName": SECONDARY}]}, PASS),
        Case(
            "replica elsewhere", TABLE, {"replicas": [{"regionName": "eu-west-1"}]}, "replicas[0].regionName sends data"
        ),
        Case("replicas unknown", TABLE, {"replicas": UNKNOWN}, UNDETERMINED),
        Case("copy", "aws:backup/plan:Plan", copies("arn:aws:backup:us-west-2:1:backup-vault:x"), PASS),
        Case(
            "copy elsewhere",
            "aws:backup/plan:Plan",
            copies("arn:aws:backup:eu-west-1:1:backup-vault:x"),
            "rules[0].copyActions[0].destinationVaultArn sends data to eu-west-1",
        ),
        Case("copy unknown", "aws:backup/plan:Plan", copies(UNKNOWN), UNDETERMINED),
        Case(
            "secret",
            "aws:secretsmanager/secret:Secret",
            {"replicas": [{"region": "eu-west-1"}]},
            "replicas[0].region sends data to eu-west-1",
        ),
        Case("files", EFS, {"destination": {"region": "eu-west-1"}}, "destination[0].region sends data"),
        Case(
            "snapshots",
            DLM,
            {"policyDetails": {"schedules": [{"crossRegionCopyRules": [{"target": "eu-west-1"}]}]}},
            "crossRegionCopyRules[0].target sends data to eu-west-1",
        ),
        Case(
            "snapshot copy",
            "aws:rds/snapshotCopy:SnapshotCopy",
            {"destinationRegion": "eu-west-1"},
            "destinationRegion",
        ),
    ],
    ids=str,
)
def test_data_stays_in_the_allowed_regions(pack: Pack, case: Case) -> None:
    pack.configure({RESIDENCY: {"allowedRegions": [PRIMARY, SECONDARY]}})
    check(pack, RESIDENCY, case)


def test_without_a_list_of_regions_data_may_be_anywhere(pack: Pack) -> None:
    assert of_rule(pack.judge(Registration(TABLE, "it", {"replicas": [{"regionName": "eu-west-1"}]})), RESIDENCY) == []
