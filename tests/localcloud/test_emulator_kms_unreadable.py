"""A key that is disabled or on its way out takes what it encrypts with it, and gives it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
DAY_SECONDS = 86_400
Call = Callable[[], Any]

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.fixture
def key(client: Client) -> str:
    return str(client("kms").create_key()["KeyMetadata"]["Arn"])


def refused(call: Call) -> tuple[str, str]:
    """Code and message of the error that the call meets."""
    with pytest.raises(ClientError) as error:
        call()
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def lock_out(client: Client, key: str, how: str, region: str = PRIMARY) -> Call:
    """Make the key unusable; returns what makes it usable again."""
    kms = client("kms", region)
    if how == "disabled":
        kms.disable_key(KeyId=key)
        return lambda: kms.enable_key(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    def bring_back() -> None:
        kms.cancel_key_deletion(KeyId=key)
        kms.enable_key(KeyId=key)

    return bring_back


HOW = pytest.mark.parametrize(
    ("how", "kms_code"), [("disabled", "DisabledException"), ("pending deletion", "KMSInvalidStateException")]
)


@HOW
def test_kms_itself_refuses(client: Client, key: str, how: str, kms_code: str) -> None:
    kms = client("kms")
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"orders")["CiphertextBlob"]
    bring_back = lock_out(client, key, how)
    for call in (
        lambda: kms.decrypt(CiphertextBlob=ciphertext),
        lambda: kms.encrypt(KeyId=key, Plaintext=b"more"),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
    ):
        code, message = refused(call)
        assert (code, key in message) == (kms_code, True)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"] is False
    bring_back()
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"orders"


def test_a_key_is_gone_at_the_end_of_its_waiting_period_and_its_data_with_it(
    emulator: Emulator, client: Client, key: str
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="gone")
    s3.put_object(Bucket="gone", Key="a", Body=b"1", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    emulator.advance_clock(6.9 * DAY_SECONDS)
    assert client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    emulator.advance_clock(0.2 * DAY_SECONDS)
    assert refused(lambda: client("kms").describe_key(KeyId=key))[0] == "NotFoundException"
    assert refused(lambda: s3.get_object(Bucket="gone", Key="a"))[0] == "KMS.NotFoundException"


def test_a_primary_is_deleted_its_own_waiting_period_after_its_last_replica(emulator: Emulator, client: Client) -> None:
    primary = client("kms").create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    client("kms").replicate_key(KeyId=primary, ReplicaRegion=SECONDARY)
    client("kms").schedule_key_deletion(KeyId=primary, PendingWindowInDays=10)
    client("kms", SECONDARY).schedule_key_deletion(KeyId=primary, PendingWindowInDays=7)
    emulator.advance_clock(7.1 * DAY_SECONDS)
    assert refused(lambda: client("kms", SECONDARY).describe_key(KeyId=primary))[0] == "NotFoundException"
    assert client("kms").describe_key(KeyId=primary)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    emulator.advance_clock(10 * DAY_SECONDS)
    assert refused(lambda: client("kms").describe_key(KeyId=primary))[0] == "NotFoundException"


def test_the_sibling_in_the_other_region_reads_what_the_disabled_primary_wrote(client: Client) -> None:
    primary = client("kms").create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    client("kms").replicate_key(KeyId=primary, ReplicaRegion=SECONDARY)
    ciphertext = client("kms").encrypt(KeyId=primary, Plaintext=b"orders")["CiphertextBlob"]
    lock_out(client, primary, "disabled")
    assert refused(lambda: client("kms").decrypt(CiphertextBlob=ciphertext))[0] == "DisabledException"
    assert client("kms", SECONDARY).decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"orders"


@HOW
def test_objects_are_not_read_copied_or_written_and_are_there_again_with_the_key(
    client: Client, key: str, how: str, kms_code: str
) -> None:
    s3, bucket = client("s3"), f"invoices-{how.replace(' ', '-')}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="plain", Body=b"0")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=bucket, Key="a/1", Body=b"1")
    bring_back = lock_out(client, key, how)
    for call in (
        lambda: s3.get_object(Bucket=bucket, Key="a/1"),
        lambda: s3.put_object(Bucket=bucket, Key="a/2", Body=b"2"),
        lambda: s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a/1", ServerSideEncryption="AES256"),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="c", ServerSideEncryption="aws:kms", SSEKMSKeyId=key),
    ):
        assert refused(call)[0] == f"KMS.{kms_code}"
    assert s3.get_object(Bucket=bucket, Key="plain")["Body"].read() == b"0"
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a/1", "plain"]
    bring_back()
    assert s3.get_object(Bucket=bucket, Key="a/1")["Body"].read() == b"1"


def test_an_object_under_a_key_that_does_not_exist_is_refused(client: Client) -> None:
    client("s3").create_bucket(Bucket="no-key")
    missing = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    asked = {"Bucket": "no-key", "Key": "a", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": missing}
    assert refused(lambda: client("s3").put_object(**asked, Body=b"1"))[0] == "KMS.NotFoundException"
    client("s3").put_object(Bucket="no-key", Key="a", Body=b"1", ServerSideEncryption="aws:kms")


@HOW
def test_items_are_inaccessible_and_the_table_says_since_when(
    client: Client, key: str, how: str, kms_code: str
) -> None:
    dynamodb, name = client("dynamodb"), f"payments-{how.replace(' ', '-')}"
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    item = {"id": {"S": "1"}}
    dynamodb.put_item(TableName=name, Item=item)
    bring_back = lock_out(client, key, how)
    for call in (
        lambda: dynamodb.get_item(TableName=name, Key=item),
        lambda: dynamodb.scan(TableName=name),
        lambda: dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}}]}),
        lambda: dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": name, "Key": item}}]),
        lambda: dynamodb.execute_statement(Statement=f'SELECT * FROM "{name}"'),  # noqa: S608
    ):
        code, message = refused(call)
        assert (code, kms_code in message) == ("AccessDeniedException", True)
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    assert "InaccessibleEncryptionDateTime" in table["SSEDescription"]
    bring_back()
    assert dynamodb.get_item(TableName=name, Key=item)["Item"] == item
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert (table["TableStatus"], "InaccessibleEncryptionDateTime" in table["SSEDescription"]) == ("ACTIVE", False)


@HOW
def test_a_secret_is_not_told_and_its_replica_with_another_key_is(
    client: Client, key: str, how: str, kms_code: str
) -> None:
    secrets, name = client("secretsmanager"), f"orders-{how.replace(' ', '-')}"
    there = client("kms", SECONDARY).create_key()["KeyMetadata"]["Arn"]
    secrets.create_secret(
        Name=name,
        SecretString="word",
        KmsKeyId=key,
        AddReplicaRegions=[{"Region": SECONDARY, "KmsKeyId": there}],
    )
    bring_back = lock_out(client, key, how)
    assert refused(lambda: secrets.get_secret_value(SecretId=name))[0] == "DecryptionFailure"
    assert refused(lambda: secrets.put_secret_value(SecretId=name, SecretString="new"))[0] == "EncryptionFailure"
    assert kms_code
    assert client("secretsmanager", SECONDARY).get_secret_value(SecretId=name)["SecretString"] == "word"
    bring_back()
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "word"


def _database(client: Client, name: str, key: str) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine="mysql",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername="orders",
        MasterUserPassword="not-a-secret",
        StorageEncrypted=True,
        KmsKeyId=key,
        BackupRetentionPeriod=7,
    )


def _status(client: Client, name: str, region: str = PRIMARY) -> str:
    found = client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return str(found[0]["DBInstanceStatus"])


@HOW
def test_a_database_stops_and_is_started_again_by_hand_once_its_key_is_back(
    client: Client, key: str, how: str, kms_code: str
) -> None:
    rds, name = client("rds"), f"alone-{how.replace(' ', '-')}"
    _database(client, name, key)
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-1")
    bring_back = lock_out(client, key, how)
    assert kms_code
    assert _status(client, name) == "inaccessible-encryption-credentials-recoverable"
    for call in (
        lambda: rds.start_db_instance(DBInstanceIdentifier=name),
        lambda: rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="new", DBSnapshotIdentifier=f"{name}-1"),
        lambda: rds.copy_db_snapshot(SourceDBSnapshotIdentifier=f"{name}-1", TargetDBSnapshotIdentifier="new"),
        lambda: _database(client, "another", key),
    ):
        assert refused(call)[0] == "KMSKeyNotAccessibleFault"
    another = {"DBInstanceIdentifier": name, "DBSnapshotIdentifier": "new"}
    assert refused(lambda: rds.create_db_snapshot(**another))[0] == "InvalidDBInstanceState"
    bring_back()
    assert _status(client, name) == "inaccessible-encryption-credentials-recoverable"
    rds.start_db_instance(DBInstanceIdentifier=name)
    assert _status(client, name) == "available"


def test_a_database_with_replicas_is_lost_with_its_key_and_the_replica_with_its_own_key_is_not(
    client: Client, key: str
) -> None:
    _database(client, "orders", key)
    there = client("kms", SECONDARY).create_key()["KeyMetadata"]["Arn"]
    client("rds", SECONDARY).create_db_instance_read_replica(
        DBInstanceIdentifier="orders-replica",
        SourceDBInstanceIdentifier="arn:aws:rds:us-east-1:123456789012:db:orders",
        KmsKeyId=there,
    )
    bring_back = lock_out(client, key, "disabled")
    assert _status(client, "orders") == "inaccessible-encryption-credentials"
    assert _status(client, "orders-replica", SECONDARY) == "available"
    bring_back()
    code, _ = refused(lambda: client("rds").start_db_instance(DBInstanceIdentifier="orders"))
    assert code == "InvalidDBInstanceState"


def test_a_snapshot_without_its_key_restores_and_copies_to_nothing(client: Client, key: str) -> None:
    ec2 = client("ec2")
    volume = ec2.create_volume(Size=1, AvailabilityZone="us-east-1a", Encrypted=True, KmsKeyId=key)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    there = client("kms", SECONDARY).create_key()["KeyMetadata"]["Arn"]

    def restore() -> str:
        restored = ec2.create_volume(SnapshotId=snapshot, AvailabilityZone="us-east-1a")["VolumeId"]
        return str(ec2.describe_volumes(VolumeIds=[restored])["Volumes"][0]["State"])

    def copy() -> str:
        far = client("ec2", SECONDARY)
        asked = {"SourceRegion": PRIMARY, "SourceSnapshotId": snapshot, "Encrypted": True, "KmsKeyId": there}
        copied = far.copy_snapshot(**asked)["SnapshotId"]
        return str(far.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["State"])

    bring_back = lock_out(client, key, "disabled")
    assert (restore(), copy()) == ("error", "error")
    bring_back()
    assert (restore(), copy()) == ("available", "completed")
