"""What the provider does in Route 53 beyond the cases of the table: kinds of records and checks, private zones, imports."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider import codec
from localcloud.provider.codec import Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_cases_recovery import plan
from tests.localcloud.provider_cases_route53 import zone
from tests.localcloud.provider_driver import CALL, AbortedError, Resource
from tests.localcloud.provider_world import Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE = provider_pb2.DiffResponse.DIFF_NONE
RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
ZONE = "aws:route53/zone:Zone"
ALIAS = {"name": "Shop-LB.us-east-1.elb.amazonaws.com.", "zoneId": "Z35SXDOTRQ7X7K", "evaluateTargetHealth": True}


@pytest.mark.parametrize(
    "record",
    [
        {"aliases": [ALIAS]},
        {"aliases": [ALIAS], "setIdentifier": "a", "failoverRoutingPolicies": [{"type": "SECONDARY"}]},
        {"aliases": [ALIAS], "setIdentifier": "a", "latencyRoutingPolicies": [{"region": "us-west-2"}]},
        {"records": ["192.0.2.2", "192.0.2.1"], "ttl": 60, "setIdentifier": "a",
         "weightedRoutingPolicies": [{"weight": 0}]},
        {"records": ["192.0.2.1"], "ttl": 60, "setIdentifier": "a", "geolocationRoutingPolicies": [{"country": "DE"}]},
        {"records": ["192.0.2.1"], "ttl": 60, "setIdentifier": "a", "multivalueAnswerRoutingPolicy": True},
        {"type": "TXT", "records": ["v=spf1 -all"], "ttl": 0},
    ],
    ids=["alias", "failover", "latency", "weight of none", "geolocation", "multivalue", "text"],
)  # fmt: skip
def test_a_record_of_every_kind_reads_back_and_is_imported(provider: Provider, world: World, record: Props) -> None:
    zone_id, name = zone(world)
    inputs = {"zoneId": zone_id, "name": "shop", "type": "A", **record}
    made = Resource(provider, RECORD).create(inputs)
    assert made.outputs["fqdn"] == f"shop.{name}"
    assert made.read()[1] == made.inputs
    assert made.diff(inputs).changes == NONE
    assert made.id == "_".join(filter(None, [zone_id, "shop", inputs["type"], record.get("setIdentifier")]))

    imported = Resource(provider, RECORD, id=made.id)
    _, imported.inputs, imported.outputs = imported.imported()

    assert imported.check(imported.inputs)[1] == []
    assert {key: imported.inputs[key] for key in ("zoneId", "name", "type")} == {
        key: inputs[key] for key in ("zoneId", "name", "type")
    }
    made.delete()
    assert made.read()[0] == ""


def test_a_record_changes_its_type_and_identifier_in_place(provider: Provider, world: World, client: Client) -> None:
    zone_id, _ = zone(world)
    first = {
        "zoneId": zone_id, "name": "shop", "type": "A", "records": ["192.0.2.1"], "ttl": 60, "setIdentifier": "old",
        "weightedRoutingPolicies": [{"weight": 1}],
    }  # fmt: skip
    made = Resource(provider, RECORD).create(first)
    wanted = {**first, "type": "AAAA", "records": ["2001:db8::1"], "setIdentifier": "new"}
    assert list(made.diff(wanted).replaces) == []

    made.update(wanted)

    found = client("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    own = [(item["Type"], item["SetIdentifier"]) for item in found if "SetIdentifier" in item]
    assert own == [("AAAA", "new")]
    assert made.read()[1] == made.inputs


def test_a_record_that_is_there_already_is_taken_over_only_when_allowed(provider: Provider, world: World) -> None:
    zone_id, _ = zone(world)
    inputs = {"zoneId": zone_id, "name": "shop", "type": "A", "records": ["192.0.2.1"], "ttl": 60}
    Resource(provider, RECORD).create(inputs)
    with pytest.raises(AbortedError, match="already exists"):
        Resource(provider, RECORD).create(inputs)
    Resource(provider, RECORD).create({**inputs, "allowOverwrite": True})


@pytest.mark.parametrize(
    ("check", "changed"),
    [
        (
            {"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "shop", "cloudwatchAlarmRegion": "us-west-2",
             "insufficientDataHealthStatus": "Unhealthy"},
            {"cloudwatchAlarmName": "other"},
        ),
        (
            {"type": "CALCULATED", "childHealthchecks": ["two", "one"], "childHealthThreshold": 1},
            {"childHealthThreshold": 2},
        ),
    ],
)  # fmt: skip
def test_a_check_of_alarms_and_one_of_checks_read_back_and_change(
    provider: Provider, check: Props, changed: Props
) -> None:
    made = Resource(provider, CHECK).create(check)
    assert made.read()[1] == made.inputs
    assert made.diff(check).changes == NONE
    made.update({**check, **changed})
    assert made.read()[1] == {**made.inputs, **changed}
    assert made.diff({**check, **changed}).changes == NONE


def test_a_trigger_makes_route_53_read_the_alarm_again(provider: Provider, client: Client) -> None:
    check = {"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "shop", "cloudwatchAlarmRegion": "us-east-1"}
    made = Resource(provider, CHECK).create({**check, "triggers": {"threshold": "1"}})
    made.update({**check, "triggers": {"threshold": "2"}})
    assert client("route53").get_health_check(HealthCheckId=made.id)["HealthCheck"]["HealthCheckVersion"] == 2


def test_a_private_zone_changes_its_vpcs_and_goes_with_its_records_when_forced(
    provider: Provider, world: World, client: Client
) -> None:
    first, second, third = world.vpc(), world.vpc(), world.vpc()
    inputs: Props = {"name": "internal", "vpcs": [{"vpcId": first}, {"vpcId": second, "vpcRegion": "us-east-1"}]}
    made = Resource(provider, ZONE).create({**inputs, "forceDestroy": True})
    assert made.read()[1] == made.inputs
    made.update({**made.inputs, "vpcs": [{"vpcId": third}]})
    assert [vpc["VPCId"] for vpc in client("route53").get_hosted_zone(Id=made.id)["VPCs"]] == [third]
    record = {"zoneId": made.id, "name": "db", "type": "A", "records": ["10.0.0.1"], "ttl": 5}
    Resource(provider, RECORD).create(record)
    made.delete()
    assert made.read()[0] == ""


def test_the_health_checks_of_a_switch_plan_are_given_to_the_program(provider: Provider, world: World) -> None:
    made = Resource(provider, "aws:arcregionswitch/plan:Plan").create(plan(world))
    token = "aws:arcregionswitch/getRoute53HealthChecks:getRoute53HealthChecks"
    request = provider_pb2.InvokeRequest(tok=token, args=codec.dump({"planArn": made.id}))
    answer: Any = codec.load(getattr(provider.Invoke(request, CALL), "return"))
    found = [(check["recordName"], check["region"], check["status"]) for check in answer["healthChecks"]]
    assert found == [("shop.example.com", "us-east-1", "healthy"), ("shop.example.com", "us-west-2", "unhealthy")]
    assert all(check["healthCheckId"] for check in answer["healthChecks"])
