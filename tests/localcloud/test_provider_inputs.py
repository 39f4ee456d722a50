"""What an input that is nested, not known, left out or chosen by AWS means to the provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider import codec
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.rules import RULES
from localcloud.provider.schema import schema
from localcloud.provider.server import Provider
from localcloud.provider.validate import failures
from tests.localcloud.provider_driver import CALL, Resource
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")
TABLE = "aws:dynamodb/table:Table"
PLAN = "aws:backup/plan:Plan"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
INSTANCE = "aws:rds/instance:Instance"
DIFF = provider_pb2.DiffResponse


def _paths(kind: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, kind) of every structure below a kind, without list indexes."""
    if isinstance(kind, dict) and "list" in kind:
        yield from _paths(kind["list"], path)
    elif isinstance(kind, dict) and "members" in kind:
        yield path, kind
        for name, inner in kind["members"].items():
            yield from _paths(inner, f"{path}.{name}".lstrip("."))


STRUCTURES = [(token, path) for token in TYPES for path, _ in _paths(schema()[token]) if path]


def _around(kind: Any, path: list[str], inside: Props) -> Any:
    """Inputs that hold `inside` at a path."""
    if isinstance(kind, dict) and "list" in kind:
        return [_around(kind["list"], path, inside)]
    return {path[0]: _around(kind["members"][path[0]], path[1:], inside)} if path else inside


@pytest.mark.parametrize(("token", "path"), STRUCTURES, ids=[f"{t.split(':')[-1]}.{p}" for t, p in STRUCTURES])
def test_a_member_that_no_structure_has_is_refused_by_its_path(token: str, path: str) -> None:
    reasons = failures(token, _around(schema()[token], path.split("."), {"noSuchMember": 1}))
    parts = path.split(".")
    found = [f for f in reasons if "noSuchMember" in f.property or "does not model" in f.reason]
    assert found
    assert found[0].property.startswith(parts[0])


@pytest.mark.parametrize(("token", "path"), [(t, p) for t, kind in TYPES.items() for p in sorted(kind.not_modelled)])
def test_a_nested_property_that_is_not_modelled_is_one_of_the_sdk_and_refused_by_name(token: str, path: str) -> None:
    *above, name = path.split(".")
    structure = dict(_paths(schema()[token]))[".".join(above)]
    assert name in structure["members"]
    found = failures(token, _around(schema()[token], above, {name: UNKNOWN}))
    assert [f.property.rsplit(".", 1)[-1] for f in found if "does not model" in f.reason] == [name]


def test_a_misspelt_member_is_refused_with_the_name_that_was_meant() -> None:
    inputs = {"hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}], "billingMode": "PAY_PER_REQUEST"}
    encryption = {"enabled": True, "kmsKeyArm": "arn"}
    (failure,) = failures(TABLE, {**inputs, "serverSideEncryption": encryption})
    assert failure.property == "serverSideEncryption.kmsKeyArm"
    assert "did you mean kmsKeyArn?" in failure.reason


def test_a_setting_of_a_table_that_is_not_modelled_is_refused() -> None:
    throughput = {"maxReadRequestUnits": 10}
    assert "onDemandThroughput" in {f.property for f in failures(TABLE, {"onDemandThroughput": throughput})}


def test_a_nested_value_of_the_wrong_kind_is_refused_with_its_index() -> None:
    rules = [
        {"ruleName": "a", "targetVaultName": "vault"},
        {"ruleName": "b", "targetVaultName": "vault", "startWindow": "60"},
    ]
    (failure,) = failures(PLAN, {"rules": rules})
    assert (failure.property, failure.reason) == ("rules[1].startWindow", "must be of kind integer")


def test_a_tag_that_aws_refuses_is_refused() -> None:
    for tags in ({"aws:mine": "1"}, {"k" * 129: "1"}, {"k": "v" * 257}, {str(n): "1" for n in range(51)}, {"k": 1}):
        assert failures("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": tags})
    assert failures("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"k" * 128: "v" * 256}}) == []


_UNKNOWN_INPUTS: list[tuple[str, Props]] = [
    (TABLE, {"hashKey": UNKNOWN, "attributes": UNKNOWN, "readCapacity": UNKNOWN, "writeCapacity": UNKNOWN}),
    (TABLE, {"hashKey": "pk", "attributes": [{"name": UNKNOWN, "type": "S"}], "billingMode": UNKNOWN}),
    (PLAN, {"rules": [{"ruleName": UNKNOWN, "targetVaultName": UNKNOWN, "startWindow": UNKNOWN, "lifecycle": UNKNOWN}]}),
    (
        REPLICATION,
        {
            "bucket": UNKNOWN,
            "role": UNKNOWN,
            "rules": [
                {
                    "status": UNKNOWN,
                    "filter": {"prefix": UNKNOWN},
                    "priority": UNKNOWN,
                    "deleteMarkerReplication": UNKNOWN,
                    "destination": {
                        "bucket": UNKNOWN,
                        "metrics": UNKNOWN,
                        "replicationTime": {"status": "Enabled", "time": UNKNOWN},
                        "encryptionConfiguration": UNKNOWN,
                    },
                    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
                }
            ],
        },
    ),
    (
        INSTANCE,
        {"instanceClass": UNKNOWN, "replicateSourceDb": UNKNOWN, "storageEncrypted": UNKNOWN, "allocatedStorage": UNKNOWN},
    ),
    ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
     {"securityGroupId": UNKNOWN, "ipProtocol": "tcp", "cidrIpv4": UNKNOWN}),
    ("aws:ec2/vpc:Vpc", {"cidrBlock": UNKNOWN, "tags": UNKNOWN}),
    ("aws:ebs/volume:Volume", {"availabilityZone": UNKNOWN, "size": UNKNOWN, "type": UNKNOWN}),
]  # fmt: skip


@pytest.mark.parametrize(("token", "inputs"), _UNKNOWN_INPUTS)
def test_what_is_not_known_yet_is_neither_absent_nor_wrong(token: str, inputs: Props) -> None:
    assert failures(token, inputs) == []


def test_every_rule_names_a_type_a_property_and_its_source() -> None:
    for rule in RULES:
        assert rule.property in schema()[rule.type_token]["members"], rule
        assert rule.source


# What AWS refuses, with the nearest thing that it accepts: (type, common inputs, refused, accepted).
_LIMITS: list[tuple[str, Props, Props, Props]] = [
    ("aws:kms/alias:Alias", {"targetKeyId": "k"}, {"name": "orders"}, {"name": "alias/orders"}),
    ("aws:kms/alias:Alias", {"targetKeyId": "k"}, {"name": "alias/aws/rds"}, {"name": "alias/awsome"}),
    ("aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": "a"}, {"deletionWindowInDays": 31}, {"deletionWindowInDays": 30}),
    (PLAN, {}, {"rules": [{"ruleName": "a", "targetVaultName": "vault", "startWindow": 59}]},
     {"rules": [{"ruleName": "a", "targetVaultName": "vault", "startWindow": 60}]}),
    ("aws:backup/vaultLockConfiguration:VaultLockConfiguration", {"backupVaultName": "vault"},
     {"maxRetentionDays": 36501}, {"maxRetentionDays": 36500}),
    (INSTANCE, {"instanceClass": "db.t4g.micro", "storageType": "gp3"}, {"allocatedStorage": 19}, {"allocatedStorage": 20}),
    ("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", {"sourceDbInstanceArn": "a"},
     {"retentionPeriod": 36}, {"retentionPeriod": 35}),
    (TABLE, {"hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}]}, {"readCapacity": 1},
     {"readCapacity": 1, "writeCapacity": 1}),
    (TABLE, {"billingMode": "PAY_PER_REQUEST", "attributes": [{"name": "pk", "type": "S"}]}, {"hashKey": "sk"}, {"hashKey": "pk"}),
    (TABLE, {"hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}]}, {"billingMode": "ON_DEMAND"},
     {"billingMode": "PAY_PER_REQUEST"}),
    ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {},
     {"ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0}]}, {"ingress": []}),
    *(
        (f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule", {"securityGroupId": "g", "ipProtocol": "-1"},
         {"cidrIpv4": "10.0.0.0/8", "prefixListId": "pl-1"}, {"cidrIpv4": "10.0.0.0/8"})
        for way in ("Ingress", "Egress")
    ),
    ("aws:secretsmanager/secret:Secret", {}, {"recoveryWindowInDays": 6}, {"recoveryWindowInDays": 0}),
    ("aws:ebs/volume:Volume", {"availabilityZone": "us-east-1a", "size": 1}, {"type": "gp4"}, {"type": "gp3"}),
    ("aws:ebs/volume:Volume", {"availabilityZone": "us-east-1a"}, {}, {"snapshotId": "snap-1"}),
    ("aws:dlm/lifecyclePolicy:LifecyclePolicy", {"description": "d", "executionRoleArn": "arn:aws:iam::123456789012:role/r"},
     {"policyDetails": {"schedules": [{"name": "s", "createRule": {"interval": 24}, "retainRule": {"count": 1},
       "crossRegionCopyRules": [{"encrypted": True, "targetRegion": "us-west-2"}] * 4}]}},
     {"policyDetails": {"schedules": [{"name": "s", "createRule": {"interval": 24}, "retainRule": {"count": 1},
       "crossRegionCopyRules": [{"encrypted": True, "targetRegion": "us-west-2"}] * 3}]}}),
]  # fmt: skip


@pytest.mark.parametrize(("token", "common", "refused", "accepted"), _LIMITS)
def test_a_limit_of_aws_refuses_one_side_and_accepts_the_other(
    token: str, common: Props, refused: Props, accepted: Props
) -> None:
    (failure,) = failures(token, {**common, **refused})
    assert failure.reason.endswith(")")
    assert failures(token, {**common, **accepted}) == []


def _database(**more: Any) -> Props:
    return {
        "identifier": "chosen", "engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
        "username": "securecart", "password": "correct-horse", "skipFinalSnapshot": True, **more,
    }  # fmt: skip


def test_what_aws_chose_is_no_change_when_the_program_names_it_or_stops_naming_it(provider: Provider) -> None:
    made = Resource(provider, INSTANCE).create(_database())
    named = _database(availabilityZone=made.outputs["availabilityZone"], publiclyAccessible=False)
    assert made.diff(named).changes == DIFF.DIFF_NONE
    made.inputs = named
    assert made.diff(_database()).changes == DIFF.DIFF_NONE
    assert list(made.diff(_database(availabilityZone="us-east-1f")).replaces) == ["availabilityZone"]


def test_a_member_that_says_the_default_is_no_change_and_one_that_says_more_is(
    provider: Provider, client: Client
) -> None:
    client("backup").create_backup_vault(BackupVaultName="defaults")
    silent = {"ruleName": "daily", "targetVaultName": "defaults"}
    windows = {"startWindow": 60, "completionWindow": 180, "scheduleExpressionTimezone": "Etc/UTC"}
    made = Resource(provider, PLAN).create({"name": "defaults", "rules": [silent]})
    assert made.read()[1] == made.inputs
    id_, inputs, outputs = made.imported()
    for known in (made, Resource(provider, PLAN, id=id_, inputs=inputs, outputs=outputs)):
        assert known.diff({"name": "defaults", "rules": [{**silent, **windows}]}).changes == DIFF.DIFF_NONE
        longer = known.diff({"name": "defaults", "rules": [{**silent, **windows, "startWindow": 90}]})
        assert list(longer.diffs) == ["rules"]


def test_a_key_that_a_stranger_disabled_is_enabled_again_though_the_program_says_nothing(
    provider: Provider, client: Client
) -> None:
    made = Resource(provider, "aws:kms/key:Key").create({})
    client("kms").disable_key(KeyId=made.id)
    _, made.inputs, made.outputs = made.read()
    assert list(made.diff({}).diffs) == ["isEnabled"]
    made.update({})
    assert client("kms").describe_key(KeyId=made.id)["KeyMetadata"]["Enabled"]


def test_the_tags_of_a_refresh_are_those_of_the_cloud(provider: Provider, client: Client) -> None:
    made = Resource(provider, "aws:backup/vault:Vault").create({"name": "tagged-by-hand", "tags": {"a": "1"}})
    client("backup").tag_resource(ResourceArn=made.outputs["arn"], Tags={"b": "2"})
    _, inputs, outputs = made.read()
    assert inputs["tags"] == outputs["tags"] == outputs["tagsAll"] == {"a": "1", "b": "2"}


def test_a_frozen_resource_is_never_changed(provider: Provider) -> None:
    made = Resource(provider, "aws:backup/vault:Vault").create({"name": "frozen", "tags": {"a": "1"}})
    request = provider_pb2.DiffRequest(
        urn=made.urn, id=made.id, old_inputs=codec.dump(made.inputs), olds=codec.dump(made.outputs),
        news=codec.dump({"name": "other"}), ignoreChanges=["*"],
    )  # fmt: skip
    answer = provider.Diff(request, CALL)
    assert (answer.changes, list(answer.replaces)) == (DIFF.DIFF_NONE, [])


def test_a_replacement_deletes_first_only_where_two_cannot_exist(provider: Provider) -> None:
    named = Resource(provider, "aws:backup/vault:Vault").create({"name": "mine"})
    assert named.diff({"name": "mine", "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"}).deleteBeforeReplace
    generated = Resource(provider, "aws:backup/vault:Vault").create({})
    assert not generated.diff({"kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"}).deleteBeforeReplace
    lock = {"backupVaultName": "mine", "minRetentionDays": 7}
    locked = Resource(provider, "aws:backup/vaultLockConfiguration:VaultLockConfiguration").create(lock)
    assert locked.diff({**lock, "minRetentionDays": 8}).deleteBeforeReplace


def test_a_provider_moves_to_another_region_by_a_replacement_of_itself(provider: Provider) -> None:
    def diff(old: Props, new: Props) -> Any:
        request = provider_pb2.DiffRequest(old_inputs=codec.dump(old), news=codec.dump(new))
        return provider.DiffConfig(request, CALL)

    east, west = {"region": "us-east-1"}, {"region": "us-west-2"}
    assert list(diff(east, west).replaces) == ["region"]
    assert list(diff(east, {**east, "defaultTags": '{"tags": {}}'}).replaces) == []
    assert diff(east, east).changes == DIFF.DIFF_NONE
