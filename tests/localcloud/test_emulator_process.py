"""The local cloud as a real background process: started once, found again, stopped with its data saved."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from localcloud import supervise
from localcloud.paths import LocalPaths, local_paths
from localcloud.supervise import LocalCloud


def silent(_: str) -> None:
    """A report that nobody reads."""


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[LocalPaths]:
    """The paths of a root of its own; what a test leaves running there is stopped."""
    root = local_paths(tmp_path / "root")
    yield root
    supervise.stop(root)
    supervise.reset(root)


def client(cloud: LocalCloud, service: str, region: str = "us-east-1") -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=cloud.endpoint,
        aws_access_key_id="securecart-local",
        aws_secret_access_key="securecart-local",
    )


def make_data(cloud: LocalCloud) -> dict[str, str]:
    """One of each thing that a snapshot has to treat specially: shared items, private keys, attached AWS policies."""
    kms = client(cloud, "kms")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    elliptic = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    kms.replicate_key(KeyId=key, ReplicaRegion="us-west-2")
    dynamodb = client(cloud, "dynamodb")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    dynamodb.update_table(TableName="orders", ReplicaUpdates=[{"Create": {"RegionName": "us-west-2"}}])
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    s3 = client(cloud, "s3")
    s3.create_bucket(Bucket="invoices")
    s3.put_object(Bucket="invoices", Key="a", Body=b"invoice")
    iam = client(cloud, "iam")
    iam.create_role(RoleName="backup", AssumeRolePolicyDocument="{}")
    policy = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    iam.attach_role_policy(RoleName="backup", PolicyArn=policy)
    dlm = client(cloud, "dlm", "us-west-2")
    policy_id = dlm.create_lifecycle_policy(
        ExecutionRoleArn="arn:aws:iam::123456789012:role/dlm",
        Description="servers",
        State="ENABLED",
        PolicyDetails={"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "backup", "Value": "ebs"}]},
    )["PolicyId"]
    plan = client(cloud, "arc-region-switch").create_plan(
        name="shop",
        regions=["us-east-1", "us-west-2"],
        recoveryApproach="activeActive",
        executionRole="arn:aws:iam::123456789012:role/switch",
        workflows=[],
    )["plan"]["arn"]
    client(cloud, "backup").create_framework(
        FrameworkName="audit", FrameworkControls=[{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}]
    )
    check = client(cloud, "route53").create_health_check(
        CallerReference="one", HealthCheckConfig={"Type": "HTTPS", "FullyQualifiedDomainName": "shop.example.com"}
    )["HealthCheck"]["Id"]
    target = {"timeBetweenBackupsInMinutes": 60}
    policy_arn = client(cloud, "resiliencehubv2").create_policy(name="shop", dataRecovery=target)["policy"]["policyArn"]
    cipher = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    signature = kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")["Signature"]
    curve_signature = kms.sign(KeyId=elliptic, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    return {
        "cipher": cipher,
        "signing": signing,
        "signature": signature,
        "elliptic": elliptic,
        "curve_signature": curve_signature,
        "policy": policy,
        "dlm": policy_id,
        "plan": plan,
        "check": check,
        "policy_arn": policy_arn,
    }


def test_data_and_identity_survive_a_stop_and_a_start(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)
    made = make_data(first)
    assert supervise.stop(paths) is True
    assert not psutil.pid_exists(first.pid) or psutil.Process(first.pid).status() == psutil.STATUS_ZOMBIE
    assert stat.S_IMODE(paths.cloud_snapshot.stat().st_mode) == 0o600

    second = supervise.start(paths, silent)

    assert second.id == first.id
    assert second.endpoint == first.endpoint
    assert second.pid != first.pid
    assert not paths.cloud_snapshot.exists(), "a snapshot that stays could bring old data back after a crash"
    kms = client(second, "kms")
    there = client(second, "kms", "us-west-2")
    assert there.decrypt(CiphertextBlob=made["cipher"])["Plaintext"] == b"secret"
    for key, algorithm, signature in (
        ("signing", "RSASSA_PSS_SHA_256", "signature"),
        ("elliptic", "ECDSA_SHA_256", "curve_signature"),
    ):
        verified = kms.verify(KeyId=made[key], Message=b"m", SigningAlgorithm=algorithm, Signature=made[signature])
        assert verified["SignatureValid"] is True
    supervise.admin(paths, "lag", {"seconds": 0})
    west = client(second, "dynamodb", "us-west-2")
    west.put_item(TableName="orders", Item={"id": {"S": "2"}})
    assert client(second, "dynamodb").scan(TableName="orders")["Count"] == 2, (
        "the Regions no longer exchange their items"
    )
    assert client(second, "s3").get_object(Bucket="invoices", Key="a")["Body"].read() == b"invoice"
    iam = client(second, "iam")
    attached = iam.list_attached_role_policies(RoleName="backup")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [made["policy"]]
    assert iam.get_policy(PolicyArn=made["policy"])["Policy"]["AttachmentCount"] == 1
    assert client(second, "dlm", "us-west-2").get_lifecycle_policy(PolicyId=made["dlm"])["Policy"]["State"] == "ENABLED"
    assert client(second, "arc-region-switch").get_plan(arn=made["plan"])["plan"]["name"] == "shop"
    assert client(second, "backup").describe_framework(FrameworkName="audit")["DeploymentStatus"] == "COMPLETED"
    config = client(second, "route53").get_health_check(HealthCheckId=made["check"])["HealthCheck"]["HealthCheckConfig"]
    assert config["EnableSNI"] is True
    policy = client(second, "resiliencehubv2").get_policy(policyArn=made["policy_arn"])["policy"]
    assert policy["dataRecovery"] == {"timeBetweenBackupsInMinutes": 60}


def test_sigterm_saves_the_data(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)
    client(first, "s3").create_bucket(Bucket="invoices")
    psutil.Process(first.pid).terminate()
    psutil.Process(first.pid).wait(60)

    second = supervise.start(paths, silent)

    assert second.id == first.id
    assert [bucket["Name"] for bucket in client(second, "s3").list_buckets()["Buckets"]] == ["invoices"]


def test_a_killed_cloud_starts_empty_with_a_new_identity_even_after_an_earlier_save(paths: LocalPaths) -> None:
    saved = supervise.start(paths, silent)
    client(saved, "s3").create_bucket(Bucket="invoices")
    supervise.stop(paths)
    loaded = supervise.start(paths, silent)
    assert loaded.id == saved.id
    psutil.Process(loaded.pid).kill()
    psutil.Process(loaded.pid).wait(60)
    assert supervise.running(paths) is None

    after = supervise.start(paths, silent)

    assert after.id != saved.id
    assert client(after, "s3").list_buckets()["Buckets"] == []


def test_a_damaged_snapshot_starts_empty_with_a_new_identity_and_says_so(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)
    supervise.stop(paths)
    paths.cloud_snapshot.write_bytes(b"not a snapshot")

    second = supervise.start(paths, silent)

    assert second.id != first.id
    assert "cannot be read" in paths.cloud_log.read_text()


def test_two_starters_at_once_get_one_process(paths: LocalPaths) -> None:
    with ThreadPoolExecutor(2) as starters:
        clouds = list(starters.map(lambda _: supervise.start(paths, silent), range(2)))

    assert clouds[0] == clouds[1]
    emulators = [
        process
        for process in psutil.process_iter(["cmdline"])
        if "localcloud.emulator" in (process.info["cmdline"] or []) and str(paths.root) in process.info["cmdline"]
    ]
    assert [process.pid for process in emulators] == [clouds[0].pid]


def test_start_returns_the_cloud_that_runs(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)

    assert supervise.start(paths, silent) == first
    assert supervise.running(paths) == first


def test_the_process_has_a_session_of_its_own_and_listens_on_loopback_only(paths: LocalPaths) -> None:
    cloud = supervise.start(paths, silent)

    assert os.getsid(cloud.pid) == cloud.pid
    listening = [
        connection
        for connection in psutil.Process(cloud.pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert [connection.laddr.ip for connection in listening] == ["127.0.0.1"]


def test_stop_says_whether_something_ran(paths: LocalPaths) -> None:
    assert supervise.stop(paths) is False
    supervise.start(paths, silent)
    assert supervise.stop(paths) is True
    assert supervise.running(paths) is None
    assert supervise.stop(paths) is False


def test_reset_empties_a_running_and_a_stopped_cloud(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)
    client(first, "s3").create_bucket(Bucket="invoices")
    supervise.reset(paths)
    emptied = supervise.running(paths)
    assert emptied is not None
    assert emptied.id != first.id
    assert client(emptied, "s3").list_buckets()["Buckets"] == []
    supervise.stop(paths)

    supervise.reset(paths)

    assert supervise.start(paths, silent).id != emptied.id


def test_an_outage_lasts_until_it_is_healed_or_the_cloud_restarts(paths: LocalPaths) -> None:
    with pytest.raises(supervise.LocalCloudError, match="does not run"):
        supervise.outage(paths, "us-east-1")
    cloud = supervise.start(paths, silent)
    client(cloud, "s3").create_bucket(Bucket="invoices")
    with pytest.raises(supervise.LocalCloudError, match="eu-west-1 is none of us-east-1, us-west-2"):
        supervise.outage(paths, "eu-west-1")
    assert supervise.outage(paths, "us-west-2") == ["us-west-2"]
    assert supervise.outage(paths, "us-east-1") == ["us-east-1", "us-west-2"]
    assert supervise.heal(paths, "us-west-2") == ["us-east-1"]
    supervise.stop(paths)

    again = supervise.start(paths, silent)

    assert again.id == cloud.id
    assert [bucket["Name"] for bucket in client(again, "s3").list_buckets()["Buckets"]] == ["invoices"]


def test_a_reused_pid_is_not_taken_for_the_cloud(paths: LocalPaths) -> None:
    cloud = supervise.start(paths, silent)
    supervise.stop(paths)
    record = json.loads(paths.cloud_record.read_text())
    record["pid"] = os.getpid()
    paths.cloud_record.write_text(json.dumps(record))

    assert supervise.running(paths) is None
    assert supervise.stop(paths) is False, f"stop would have ended this process for {cloud}"


def test_a_start_waits_for_the_cloud_that_is_just_stopping(paths: LocalPaths) -> None:
    first = supervise.start(paths, silent)
    client(first, "s3").create_bucket(Bucket="invoices")
    psutil.Process(first.pid).terminate()
    while supervise.running(paths):
        time.sleep(0.01)

    second = supervise.start(paths, silent)

    assert second.pid != first.pid
    assert second.id == first.id, "the second process started before the first had saved"


def test_a_start_that_fails_shows_the_end_of_the_log(paths: LocalPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = paths.root.parent / "python"
    broken.write_text(f"#!{sys.executable}\nraise SystemExit('the emulator is broken')\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))

    with pytest.raises(supervise.LocalCloudError, match="the emulator is broken"):
        supervise.start(paths, silent)
