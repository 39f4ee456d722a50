"""A Region that is taken out answers nothing, quickly; the rest of the cloud goes on."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError

from localcloud.emulator.server import Emulator
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import AbortedError, Resource, configured
from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
VAULT = "aws:backup/vault:Vault"
# Far below any timeout of boto3; the machine may be busy.
QUICKLY_SECONDS = 20


def admin(emulator: Emulator, method: str, name: str, **asked: str) -> Any:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode() if asked else None, method=method)  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def whole_cloud(emulator: Emulator) -> Iterator[None]:
    emulator.reset()
    yield
    emulator.traffic.reset()


def test_a_region_that_is_out_closes_the_connection_and_its_health_says_so(emulator: Emulator, client: Client) -> None:
    client("backup").create_backup_vault(BackupVaultName="orders")
    assert admin(emulator, "POST", "outage", region=PRIMARY) == {"regionsOut": [PRIMARY]}
    assert admin(emulator, "GET", "health")["regionsOut"] == [PRIMARY]

    with pytest.raises(ConnectionClosedError):
        client("backup").list_backup_vaults()
    client("backup", SECONDARY).list_backup_vaults()

    assert admin(emulator, "POST", "heal", region=PRIMARY) == {"regionsOut": []}
    vaults = client("backup").list_backup_vaults()["BackupVaultList"]
    assert [vault["BackupVaultName"] for vault in vaults] == ["orders"], "an outage loses nothing"


def test_boto3_with_its_own_retries_gives_up_soon(emulator: Emulator) -> None:
    import boto3  # noqa: PLC0415  the only client here that retries

    admin(emulator, "POST", "outage", region=PRIMARY)
    retrying = boto3.client(
        "sqs", PRIMARY, endpoint_url=emulator.endpoint, aws_access_key_id="a", aws_secret_access_key="a"
    )
    started = time.monotonic()
    with pytest.raises(BotoCoreError):
        retrying.list_queues()
    assert time.monotonic() - started < QUICKLY_SECONDS


def test_global_services_and_sts_of_another_region_go_on(emulator: Emulator, client: Client) -> None:
    admin(emulator, "POST", "outage", region=PRIMARY)
    client("iam").list_roles()
    client("route53").list_hosted_zones()
    client("sts", SECONDARY).get_caller_identity()
    with pytest.raises(ConnectionClosedError):
        client("sts", PRIMARY).get_caller_identity()


def test_a_bucket_is_out_with_the_region_that_it_is_in(emulator: Emulator, client: Client) -> None:
    client("s3").create_bucket(Bucket="near")
    client("s3", SECONDARY).create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": SECONDARY})
    admin(emulator, "POST", "outage", region=PRIMARY)
    for region in (PRIMARY, SECONDARY):
        client("s3", region).put_object(Bucket="far", Key="a/b", Body=b"1")
        with pytest.raises(ConnectionClosedError):
            client("s3", region).put_object(Bucket="near", Key="a/b", Body=b"1")


def test_a_region_that_the_cloud_does_not_have_is_refused_with_those_it_has(emulator: Emulator) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        admin(emulator, "POST", "outage", region="eu-west-1")
    assert refused.value.code == 400
    assert "us-east-1, us-west-2" in refused.value.read().decode()
    assert admin(emulator, "GET", "health")["regionsOut"] == []


def test_a_reset_heals(emulator: Emulator, client: Client) -> None:
    admin(emulator, "POST", "outage", region=PRIMARY)
    admin(emulator, "POST", "reset")
    client("backup").list_backup_vaults()


@pytest.fixture
def endpoint(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.delenv("SECURECART_CLOUD_ID", raising=False)
    return emulator.endpoint


def test_the_provider_says_which_region_does_not_answer_and_does_not_try_again(
    emulator: Emulator, endpoint: str
) -> None:
    assert endpoint
    vault = Resource(configured(PRIMARY), VAULT).create({"name": "orders"})
    admin(emulator, "POST", "outage", region=PRIMARY)
    admin(emulator, "POST", "calls/reset")
    with pytest.raises(AbortedError, match=f"^Region {PRIMARY} does not answer.*local heal {PRIMARY}$"):
        vault.read()
    assert [call["count"] for call in admin(emulator, "GET", "calls")["calls"]] == [1]


def test_the_provider_says_which_region_is_out_with_a_bucket_of_another(emulator: Emulator, endpoint: str) -> None:
    assert endpoint
    bucket = Resource(configured(PRIMARY), "aws:s3/bucket:Bucket").create({"bucket": "near"})
    admin(emulator, "POST", "outage", region=PRIMARY)
    bucket.provider = configured(SECONDARY)
    bucket.outputs = {**bucket.outputs, "region": SECONDARY}
    with pytest.raises(AbortedError, match=f"^Region {PRIMARY} does not answer"):
        bucket.read()


def test_a_provider_of_a_region_that_is_out_is_configured_by_the_sts_of_another(
    emulator: Emulator, endpoint: str
) -> None:
    assert endpoint
    admin(emulator, "POST", "outage", region=PRIMARY)
    with pytest.raises(AbortedError, match=f"Region {PRIMARY} does not answer"):
        configured(PRIMARY)
    provider: Provider = configured(PRIMARY, stsRegion=SECONDARY)
    with pytest.raises(AbortedError, match=f"Region {PRIMARY} does not answer"):
        Resource(provider, VAULT).create({"name": "orders"})
    admin(emulator, "POST", "heal", region=PRIMARY)
    assert f":{PRIMARY}:" in Resource(provider, VAULT).create({"name": "orders"}).outputs["arn"]


def test_calls_are_counted_by_service_operation_and_region_without_their_parameters(
    emulator: Emulator, client: Client
) -> None:
    client("s3").create_bucket(Bucket="near")
    admin(emulator, "POST", "calls/reset")
    for _ in range(2):
        client("dynamodb").list_tables()  # JSON
    client("sns", SECONDARY).list_topics()  # query
    client("cloudwatch").describe_alarms()  # RPC over CBOR
    client("backup", SECONDARY).list_backup_vaults()  # REST with JSON
    client("s3", SECONDARY).put_bucket_versioning(Bucket="near", VersioningConfiguration={"Status": "Enabled"})
    client("s3").put_object(Bucket="near", Key="a/b", Body=b"1")
    client("s3").copy_object(Bucket="near", Key="c", CopySource="near/a/b")
    client("s3").list_objects_v2(Bucket="near")
    client("iam").list_roles()
    client("route53", SECONDARY).list_hosted_zones()
    with pytest.raises(ClientError):
        client("guardduty").get_detector(DetectorId="1")

    calls = admin(emulator, "GET", "calls")["calls"]

    assert {tuple(call.values()) for call in calls} == {
        ("dynamodb", "ListTables", PRIMARY, 2),
        ("sns", "ListTopics", SECONDARY, 1),
        ("monitoring", "DescribeAlarms", PRIMARY, 1),
        ("backup", "ListBackupVaults", SECONDARY, 1),
        ("s3", "PutBucketVersioning", PRIMARY, 1),
        ("s3", "PutObject", PRIMARY, 1),
        ("s3", "CopyObject", PRIMARY, 1),
        ("s3", "ListObjectsV2", PRIMARY, 1),
        ("iam", "ListRoles", "global", 1),
        ("route53", "ListHostedZones", "global", 1),
        ("guardduty", "GetDetector", PRIMARY, 1),
    }
    assert admin(emulator, "POST", "calls/reset")["calls"] == []
