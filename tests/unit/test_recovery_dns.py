"""DNS failover: health flips, records never change, and a change of strategy replaces none of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from components.recovery.dns import FailoverDns, FailoverDnsArgs, RegionEndpoint, served
from components.recovery.health import CHILDREN_MAXIMUM, all_of
from components.settings.recovery import Dns
from tests.support.botocore_shapes import refusals
from tests.support.changes import changes
from tests.support.program import Program, registrations

RECORD, CHECK, ZONE = "aws:route53/record:Record", "aws:route53/healthCheck:HealthCheck", "aws:route53/zone:Zone"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SHOP = "shop.securecart.example"
# Provider source, aws_route53_record: ForceNew of these and of nothing else.
REPLACING = {"name", "zoneId"}


def endpoint(region: str, **more: Any) -> RegionEndpoint:
    return RegionEndpoint(region=region, dns_name=f"lb.{region}.elb.amazonaws.com", zone_id=f"Z-{region}", **more)


def args(**changed: Any) -> FailoverDnsArgs:
    given: dict[str, Any] = {
        "dns": Dns(zone_name="securecart.example", record_name=SHOP),
        "primary": endpoint("us-east-1"),
        "secondary": endpoint("us-west-2"),
        "switch_region": "us-west-2",
    }
    return FailoverDnsArgs(**(given | changed))


@cache
def warm() -> Program:
    return registrations(lambda: FailoverDns("shop", args()))


@cache
def active() -> Program:
    return registrations(lambda: FailoverDns("shop", args(both_serve=True)))


@cache
def alone() -> Program:
    return registrations(lambda: FailoverDns("shop", args(secondary=None)))


def records(recorded: Program) -> dict[str, dict[str, Any]]:
    return {r.name: r.inputs for r in recorded.of(RECORD)}


def checks(recorded: Program) -> dict[str, dict[str, Any]]:
    return {r.name: r.inputs for r in recorded.of(CHECK)}


def test_both_failover_records_follow_their_regions_health() -> None:
    found = records(warm())
    assert found.keys() == {"shop-primary", "shop-secondary"}
    for name, record in found.items():
        side = name.removeprefix("shop-")
        assert record["name"] == SHOP
        assert record["setIdentifier"] == side
        assert record["failoverRoutingPolicies"] == [{"type": side.upper()}]
        assert record["healthCheckId"] == f"shop-{side}-all-id"
        assert [alias["evaluateTargetHealth"] for alias in record["aliases"]] == [True]
    assert found["shop-primary"]["aliases"][0]["name"] == "lb.us-east-1.elb.amazonaws.com"


def test_without_a_load_balancer_in_the_secondary_region_there_is_no_secondary_record() -> None:
    assert records(alone()).keys() == {"shop-primary"}
    assert not changes(alone(), warm()).changed | changes(alone(), warm()).removed


def test_active_active_adds_latency_records_and_changes_the_primary_alias_in_place() -> None:
    found = changes(warm(), active())
    assert found.added == {(RECORD, "shop-primary-latency"), (RECORD, "shop-secondary-latency")}
    assert not found.removed
    assert found.changed == {(RECORD, "shop-primary", "aliases")}
    assert not REPLACING & {key for _, _, key in found.changed}
    (alias,) = records(active())["shop-primary"]["aliases"]
    assert alias == {"name": f"regions.{SHOP}", "zoneId": "Z-shop-zone", "evaluateTargetHealth": True}


def test_latency_records_have_a_name_of_their_own_and_the_health_of_their_region() -> None:
    latency = {name: r for name, r in records(active()).items() if name.endswith("-latency")}
    assert {r["name"] for r in latency.values()} == {f"regions.{SHOP}"}
    assert {r["setIdentifier"] for r in latency.values()} == {"us-east-1", "us-west-2"}
    assert latency["shop-secondary-latency"]["healthCheckId"] == "shop-secondary-all-id"
    # Route 53 API ChangeResourceRecordSets: one routing policy a name.
    policies: dict[str, set[str]] = {}
    for record in records(active()).values():
        policies.setdefault(record["name"], set()).update(key for key in record if key.endswith("RoutingPolicies"))
    assert all(len(found) == 1 for found in policies.values())


def test_the_primary_record_waits_for_the_records_that_it_points_at() -> None:
    (primary,) = [r for r in active().of(RECORD) if r.name == "shop-primary"]
    assert sum("latency" in urn for urn in primary.depends_on) == 2


def test_a_region_is_healthy_while_it_answers_and_is_switched_on() -> None:
    found = checks(warm())
    together = found["shop-primary-all"]
    assert set(together["childHealthchecks"]) == {"shop-primary-endpoint-id", "shop-primary-switch-id"}
    assert together["childHealthThreshold"] == len(together["childHealthchecks"])
    asked = found["shop-primary-endpoint"]
    assert (asked["type"], asked["port"], asked["enableSni"]) == ("HTTPS", 443, True)
    assert asked["fqdn"] == "lb.us-east-1.elb.amazonaws.com"


def test_a_switch_stays_where_it_was_put_and_lives_outside_the_primary_region() -> None:
    for side, metric in (("primary", "PrimaryOutOfService"), ("secondary", "SecondaryOutOfService")):
        (alarm,) = [r.inputs for r in warm().of(ALARM) if r.name == f"shop-{side}-switch"]
        assert (alarm["namespace"], alarm["metricName"]) == ("SecureCart/Recovery", metric)
        assert alarm["treatMissingData"] == "ignore"
        switched = checks(warm())[f"shop-{side}-switch"]
        assert switched["cloudwatchAlarmName"] == alarm["name"]
        assert switched["cloudwatchAlarmRegion"] == "us-west-2"
        # Route 53 reads the data and not the alarm's state: Healthy would switch it on again when data stops.
        assert switched["insufficientDataHealthStatus"] == "LastKnownStatus"


@pytest.mark.parametrize("name", sorted(checks(warm())))
def test_every_health_check_is_one_that_route_53_takes(name: str) -> None:
    given = checks(warm())[name]
    described = {
        "Type": given["type"],
        "Port": given.get("port"),
        "ResourcePath": given.get("resourcePath"),
        "FullyQualifiedDomainName": given.get("fqdn"),
        "RequestInterval": given.get("requestInterval"),
        "FailureThreshold": given.get("failureThreshold"),
        "EnableSNI": given.get("enableSni"),
        "HealthThreshold": given.get("childHealthThreshold"),
        "ChildHealthChecks": given.get("childHealthchecks"),
        "InsufficientDataHealthStatus": given.get("insufficientDataHealthStatus"),
    }
    config = {k: int(v) if isinstance(v, float) else v for k, v in described.items() if v is not None}
    assert not refusals("route53", "CreateHealthCheck", {"CallerReference": "x", "HealthCheckConfig": config})


def test_a_made_zone_recovers_fast_and_is_protected_and_an_existing_one_is_not_made() -> None:
    (zone,) = warm().of(ZONE)
    assert zone.inputs["enableAcceleratedRecovery"] is True
    assert zone.protect
    dns = Dns(zone_name="securecart.example", record_name=SHOP, hosted_zone_id="Z0123456789ABCDEFGHIJ")
    adopted = registrations(lambda: FailoverDns("shop", args(dns=dns)))
    assert not [r for r in adopted.resources if r.type == ZONE]
    assert {r["zoneId"] for r in records(adopted).values()} == {"Z0123456789ABCDEFGHIJ"}


def test_more_checks_of_a_region_join_the_others() -> None:
    more = endpoint("us-east-1", extra_health_check_ids=("arc-check",))
    together = checks(registrations(lambda: FailoverDns("shop", args(primary=more))))["shop-primary-all"]
    assert "arc-check" in together["childHealthchecks"]
    assert together["childHealthThreshold"] == 3


def test_what_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match="both_serve needs"):
        served(args(secondary=None, both_serve=True))
    with pytest.raises(ValueError, match="ChildHealthChecks"):
        all_of(["check"] * (CHILDREN_MAXIMUM + 1))
