"""What the provider does where AWS is particular: secrets, databases and their replicas, deletions, and the functions."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider import codec
from localcloud.provider.codec import Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import CALL, AbortedError, Resource
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
PASSWORD = "correct-horse-battery"
INSTANCE = "aws:rds/instance:Instance"


def _database(name: str, **more: Any) -> Props:
    return {
        "identifier": name, "engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20,
        "username": "securecart", "password": PASSWORD, "backupRetentionPeriod": 7, "skipFinalSnapshot": True, **more,
    }  # fmt: skip


def _replica(name: str, source: Resource) -> Props:
    return {
        "identifier": name,
        "instanceClass": "db.t4g.micro",
        "skipFinalSnapshot": True,
        "replicateSourceDb": source.outputs["arn"],
    }


@pytest.mark.parametrize("preview", [True, False])
def test_a_secret_leaves_the_provider_as_a_secret(preview: bool, providers: dict[str, Provider], world: World) -> None:
    inputs = {"secretId": world.secret(), "secretString": PASSWORD}
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    request = provider_pb2.CreateRequest(
        urn=f"urn:pulumi:test::securecart::{token}::it",
        properties=codec.dump(inputs, frozenset({"secretString"})),
        preview=preview,
    )
    answer = providers[PRIMARY].Create(request, CALL)

    assert "secretString" in codec.secret_keys(answer.properties)
    assert codec.load(answer.properties)["secretString"] == PASSWORD


def test_a_read_keeps_a_database_password_secret(providers: dict[str, Provider]) -> None:
    made = Resource(providers[PRIMARY], INSTANCE).create(_database("read-secret"))
    request = provider_pb2.ReadRequest(
        urn=made.urn, id=made.id, inputs=codec.dump(made.inputs), properties=codec.dump(made.outputs)
    )
    answer = providers[PRIMARY].Read(request, CALL)
    assert "password" in codec.secret_keys(answer.inputs)
    assert "password" in codec.secret_keys(answer.properties)


def test_a_protection_that_the_program_left_out_stays_out_of_its_inputs(providers: dict[str, Provider]) -> None:
    made = Resource(providers[PRIMARY], INSTANCE).create(_database("bare"))
    for inputs in (made.inputs, made.read()[1]):
        assert not {"storageEncrypted", "deletionProtection", "multiAz", "kmsKeyId"} & set(inputs)


def test_a_replica_that_loses_its_source_is_promoted_and_cannot_be_taken_back(
    providers: dict[str, Provider], client: Client
) -> None:
    source = Resource(providers[PRIMARY], INSTANCE).create(_database("source"))
    wanted = _replica("replica", source)
    replica = Resource(providers[SECONDARY], INSTANCE).create(wanted)
    assert replica.read()[2]["replicateSourceDb"] == source.outputs["arn"]
    alone = {key: value for key, value in wanted.items() if key != "replicateSourceDb"}
    difference = replica.diff(alone)
    assert (list(difference.diffs), list(difference.replaces)) == (["replicateSourceDb"], [])

    replica.update(alone)

    live = client("rds", SECONDARY).describe_db_instances(DBInstanceIdentifier="replica")["DBInstances"][0]
    assert not live.get("ReadReplicaSourceDBInstanceIdentifier")
    with pytest.raises(AbortedError, match="cannot elect new source database"):
        replica.update(wanted)


def test_a_promotion_by_a_stranger_is_seen_by_a_refresh(providers: dict[str, Provider], client: Client) -> None:
    source = Resource(providers[PRIMARY], INSTANCE).create(_database("source-two"))
    replica = Resource(providers[SECONDARY], INSTANCE).create(_replica("replica-two", source))
    client("rds", SECONDARY).promote_read_replica(DBInstanceIdentifier="replica-two")

    _, inputs, outputs = replica.read()

    assert not inputs.get("replicateSourceDb")
    assert not outputs.get("replicateSourceDb")


def test_deletion_protection_of_a_database_holds(providers: dict[str, Provider]) -> None:
    made = Resource(providers[PRIMARY], INSTANCE).create(_database("guarded", deletionProtection=True))
    with pytest.raises(AbortedError, match=r"(?i)protection"):
        made.delete()
    assert made.read()[0] == made.id


def test_a_database_is_not_deleted_without_a_final_snapshot_unless_told_so(
    providers: dict[str, Provider], client: Client
) -> None:
    made = Resource(providers[PRIMARY], INSTANCE).create(_database("kept", skipFinalSnapshot=False))
    with pytest.raises(AbortedError, match="finalSnapshotIdentifier"):
        made.delete()
    made.update({**made.inputs, "finalSnapshotIdentifier": "kept-final"})
    made.delete()
    assert made.read()[0] == ""
    assert client("rds").describe_db_snapshots(DBSnapshotIdentifier="kept-final")["DBSnapshots"]


def test_a_bucket_with_objects_goes_only_when_it_is_forced(providers: dict[str, Provider], client: Client) -> None:
    made = Resource(providers[PRIMARY], "aws:s3/bucket:Bucket").create({"bucket": "full"})
    client("s3").put_bucket_versioning(Bucket="full", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        client("s3").put_object(Bucket="full", Key="a", Body=body)
    client("s3").delete_object(Bucket="full", Key="a")
    with pytest.raises(AbortedError, match="BucketNotEmpty"):
        made.delete()

    made.update({**made.inputs, "forceDestroy": True})
    made.delete()

    assert made.read()[0] == ""


def test_a_deleted_secret_waits_for_its_window_and_goes_at_once_without_one(
    providers: dict[str, Provider], client: Client
) -> None:
    token = "aws:secretsmanager/secret:Secret"
    waits = Resource(providers[PRIMARY], token).create({"name": "waits", "recoveryWindowInDays": 7})
    goes = Resource(providers[PRIMARY], token).create({"name": "goes", "recoveryWindowInDays": 0})
    waits.delete()
    goes.delete()
    assert waits.read()[0] == goes.read()[0] == ""
    listed = client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert [secret["Name"] for secret in listed if secret["Name"] in ("waits", "goes")] == ["waits"]


def test_a_deleted_key_waits_as_long_as_the_program_says(providers: dict[str, Provider], client: Client) -> None:
    made = Resource(providers[PRIMARY], "aws:kms/key:Key").create({"deletionWindowInDays": 7})
    made.delete()
    metadata = client("kms").describe_key(KeyId=made.id)["KeyMetadata"]
    assert metadata["KeyState"] == "PendingDeletion"
    assert 6 <= (metadata["DeletionDate"] - metadata["CreationDate"]).days <= 7
    assert made.read()[0] == ""


def test_a_list_that_aws_answers_in_another_order_is_no_change(providers: dict[str, Provider], world: World) -> None:
    subnets = world.two_subnets()
    made = Resource(providers[PRIMARY], "aws:rds/subnetGroup:SubnetGroup").create({"name": "set", "subnetIds": subnets})
    again = {"name": "set", "subnetIds": list(reversed(subnets))}
    assert made.diff(again).changes == provider_pb2.DiffResponse.DIFF_NONE


def _invoke(provider: Provider, token: str, **args: Any) -> Any:
    return provider.Invoke(provider_pb2.InvokeRequest(tok=token, args=codec.dump(args)), CALL)


def _returned(answer: Any) -> Props:
    return codec.load(getattr(answer, "return"))


def test_the_zones_are_those_of_the_region_in_order(providers: dict[str, Provider]) -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    found = _returned(_invoke(providers[SECONDARY], token, state="available"))
    assert found["names"] == sorted(found["names"])
    assert all(name.startswith(SECONDARY) for name in found["names"])
    assert len(found["zoneIds"]) == len(found["names"]) >= 2


def test_the_caller_is_the_local_account(providers: dict[str, Provider]) -> None:
    found = _returned(_invoke(providers[PRIMARY], "aws:index/getCallerIdentity:getCallerIdentity"))
    assert found["accountId"] == "123456789012"


def test_a_random_password_is_as_long_as_asked_and_secret(providers: dict[str, Provider]) -> None:
    token = "aws:secretsmanager/getRandomPassword:getRandomPassword"
    answer = _invoke(providers[PRIMARY], token, passwordLength=40, excludePunctuation=True)
    first, second = (_returned(item)["randomPassword"] for item in (answer, _invoke(providers[PRIMARY], token)))
    assert len(first) == 40
    assert first.isalnum()
    assert first != second
    assert codec.secret_keys(getattr(answer, "return")) == {"randomPassword"}


def test_a_function_that_is_not_provided_is_refused_by_name(providers: dict[str, Provider]) -> None:
    answer = _invoke(providers[PRIMARY], "aws:ec2/getAmi:getAmi")
    assert "aws:ec2/getAmi:getAmi" in answer.failures[0].reason
