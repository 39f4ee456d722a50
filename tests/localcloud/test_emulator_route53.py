"""Route 53 as the program uses it, read back by boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

HTTPS = {"Type": "HTTPS", "FullyQualifiedDomainName": "shop.example.com", "ResourcePath": "/health"}
ALARM = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Region": "us-west-2", "Name": "shop"}}


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def make_check(client: Client, **config: Any) -> str:
    made = client("route53").create_health_check(CallerReference=uuid.uuid4().hex, HealthCheckConfig=config)
    return str(made["HealthCheck"]["Id"])


def config_of(client: Client, check: str) -> dict[str, Any]:
    return dict(client("route53").get_health_check(HealthCheckId=check)["HealthCheck"]["HealthCheckConfig"])


@pytest.fixture
def zone(client: Client) -> str:
    """The id of a zone example.com of the test's own."""
    made = client("route53").create_hosted_zone(Name="example.com", CallerReference=uuid.uuid4().hex)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def change(client: Client, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})


def record(name: str = "shop.example.com", value: str = "192.0.2.1", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}


def failover(role: str, name: str = "shop.example.com") -> dict[str, Any]:
    return record(name, Failover=role, SetIdentifier=role.lower())


def own_records(client: Client, zone: str) -> list[tuple[str, str | None]]:
    found = client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [(item["Name"], item.get("SetIdentifier")) for item in found if item["Type"] not in ("NS", "SOA")]


def test_an_alarm_and_the_status_without_data_are_kept(client: Client) -> None:
    check = make_check(client, **ALARM, InsufficientDataHealthStatus="Unhealthy")
    assert config_of(client, check) == {
        **ALARM,
        "InsufficientDataHealthStatus": "Unhealthy",
        "Inverted": False,
        "Disabled": False,
    }


def test_an_endpoint_check_gets_what_aws_fills_in(client: Client) -> None:
    config = config_of(client, make_check(client, **HTTPS))
    assert (config["Port"], config["RequestInterval"], config["FailureThreshold"]) == (443, 30, 3)
    assert (config["EnableSNI"], config["MeasureLatency"]) == (True, False)


def test_an_update_changes_what_it_names_resets_what_it_says_and_counts_versions(client: Client) -> None:
    route53 = client("route53")
    check = make_check(client, **HTTPS, Regions=["us-east-1", "us-west-2", "eu-west-1"], FailureThreshold=2)
    route53.update_health_check(
        HealthCheckId=check, Inverted=True, HealthCheckVersion=1, ResetElements=["ResourcePath"]
    )
    config = config_of(client, check)
    assert (config["Inverted"], config["FailureThreshold"]) == (True, 2)
    assert sorted(config["Regions"]) == ["eu-west-1", "us-east-1", "us-west-2"]
    assert "ResourcePath" not in config
    assert route53.get_health_check(HealthCheckId=check)["HealthCheck"]["HealthCheckVersion"] == 2
    with refused("HealthCheckVersionMismatch"):
        route53.update_health_check(HealthCheckId=check, Inverted=False, HealthCheckVersion=1)


@pytest.mark.parametrize(
    "config",
    [
        {"Type": "CLOUDWATCH_METRIC"},
        {"Type": "CALCULATED", "HealthThreshold": 1},
        {"Type": "HTTPS"},
        {"Type": "HTTPS_STR_MATCH", "FullyQualifiedDomainName": "shop.example.com"},
        {**ALARM, "Regions": ["us-east-1", "us-west-2", "eu-west-1"]},
    ],
)
def test_a_health_check_that_aws_refuses_is_refused(client: Client, config: dict[str, Any]) -> None:
    with refused("InvalidInput"):
        make_check(client, **config)


def test_a_health_check_is_gone_after_delete(client: Client) -> None:
    check = make_check(client, **HTTPS)
    client("route53").delete_health_check(HealthCheckId=check)
    for call in ("get_health_check", "delete_health_check"):
        with refused("NoSuchHealthCheck"):
            getattr(client("route53"), call)(HealthCheckId=check)


def test_accelerated_recovery_is_switched_on_and_off_in_a_public_zone(client: Client, zone: str) -> None:
    route53 = client("route53")
    for enabled, status in ((True, "ENABLED"), (False, "DISABLED")):
        route53.update_hosted_zone_features(HostedZoneId=zone, EnableAcceleratedRecovery=enabled)
        features = route53.get_hosted_zone(Id=zone)["HostedZone"]["Features"]
        assert features["AcceleratedRecoveryStatus"] == status
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    private = route53.create_hosted_zone(
        Name="internal",
        CallerReference=uuid.uuid4().hex,
        VPC={"VPCRegion": "us-east-1", "VPCId": vpc},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]["Id"]
    with refused("InvalidInput"):
        route53.update_hosted_zone_features(HostedZoneId=private, EnableAcceleratedRecovery=True)


def test_deleting_one_record_of_a_set_identifier_leaves_the_others(client: Client, zone: str) -> None:
    change(client, zone, ("CREATE", failover("PRIMARY")), ("CREATE", failover("PRIMARY", "api.example.com")))
    change(client, zone, ("DELETE", failover("PRIMARY")))
    assert own_records(client, zone) == [("api.example.com.", "primary")]


def test_a_record_is_created_once_and_upserted_after(client: Client, zone: str) -> None:
    change(client, zone, ("CREATE", record()))
    with refused("InvalidChangeBatch"):
        change(client, zone, ("CREATE", record(value="192.0.2.2")))
    change(client, zone, ("UPSERT", record(value="192.0.2.2")))
    (live,) = [
        item["ResourceRecords"]
        for item in client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        if item["Name"] == "shop.example.com."
    ]
    assert live == [{"Value": "192.0.2.2"}]


def test_a_batch_is_done_as_a_whole_or_not_at_all(client: Client, zone: str) -> None:
    with refused("InvalidChangeBatch"):
        change(client, zone, ("CREATE", record()), ("DELETE", record("missing.example.com")))
    assert own_records(client, zone) == []


def test_a_deletion_names_the_record_as_it_is(client: Client, zone: str) -> None:
    change(client, zone, ("CREATE", record()))
    with refused("do not match the current values"):
        change(client, zone, ("DELETE", record(value="192.0.2.2")))


@pytest.mark.parametrize(
    "records",
    [
        [record(AliasTarget={"DNSName": "lb", "HostedZoneId": "Z1", "EvaluateTargetHealth": True})],
        [record(Failover="PRIMARY")],
        [record(SetIdentifier="a")],
        [record(Failover="PRIMARY", Weight=1, SetIdentifier="a")],
        [failover("PRIMARY"), record(Weight=1, SetIdentifier="b")],
        [failover("PRIMARY"), {**failover("PRIMARY"), "SetIdentifier": "other"}],
        [failover("PRIMARY"), record()],
    ],
    ids=[
        "alias and values", "policy without identifier", "identifier without policy", "two policies", "policies mixed",
        "two primaries", "simple beside failover",
    ],
)  # fmt: skip
def test_records_that_aws_refuses_are_refused(client: Client, zone: str, records: list[dict[str, Any]]) -> None:
    with refused("InvalidChangeBatch"):
        change(client, zone, *[("CREATE", item) for item in records])


def test_a_zone_with_records_is_not_deleted_and_its_own_records_stay(client: Client, zone: str) -> None:
    route53 = client("route53")
    change(client, zone, ("CREATE", record()))
    with refused("HostedZoneNotEmpty"):
        route53.delete_hosted_zone(Id=zone)
    (soa,) = [
        r for r in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"] if r["Type"] == "SOA"
    ]
    with refused("InvalidChangeBatch"):
        change(client, zone, ("DELETE", soa))
    change(client, zone, ("DELETE", record()))
    route53.delete_hosted_zone(Id=zone)
    with refused("NoSuchHostedZone"):
        route53.get_hosted_zone(Id=zone)
