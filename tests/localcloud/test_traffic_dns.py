"""The Region that the customers' name means, computed from Route 53's records and what their health checks look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.emulator.server import Emulator
from localcloud.traffic.dns import NoAnswerError, Resolver
from tests.localcloud.provider_world import Client
from tests.localcloud.traffic_world import PRIMARY, RECORD, SECONDARY, Front, front, load_balancer

NAMESPACE = "SecureCart/Recovery"


@pytest.fixture(scope="module")
def shop(emulator: Emulator, client: Client) -> Front:
    emulator.reset()
    return front(client)


@pytest.fixture(autouse=True)
def healed(emulator: Emulator) -> Any:
    yield
    emulator.traffic.reset()


def turn(client: Client, side: str, value: float) -> None:
    data = {"MetricName": f"{side}OutOfService", "Value": value, "Timestamp": datetime.now(UTC)}
    client("cloudwatch", SECONDARY).put_metric_data(Namespace=NAMESPACE, MetricData=[data])


def resolver(client: Client, patience: float = 0.0) -> Resolver:
    return Resolver(client, RECORD, patience)


@pytest.mark.usefixtures("shop")
def test_customers_are_in_the_primary_region_until_it_is_out_and_come_back(emulator: Emulator, client: Client) -> None:
    asked = resolver(client)
    assert asked.active_region() == PRIMARY
    emulator.traffic.take_out(PRIMARY)
    assert asked.active_region() == SECONDARY
    emulator.traffic.heal(PRIMARY)
    assert asked.active_region() == PRIMARY


@pytest.mark.usefixtures("shop")
def test_checkers_need_their_time_to_notice(emulator: Emulator, client: Client) -> None:
    patient = resolver(client, patience=1.0)
    emulator.traffic.take_out(PRIMARY)
    assert patient.active_region() == PRIMARY, "three failed requests, ten seconds apart"
    patient._failing_since = {check: since - 31 for check, since in patient._failing_since.items()}
    assert patient.active_region() == SECONDARY


@pytest.mark.usefixtures("shop")
def test_a_switch_moves_customers_while_everything_answers_and_stays_where_it_was_put(client: Client) -> None:
    turn(client, "Primary", 1)
    assert resolver(client).active_region() == SECONDARY
    turn(client, "Primary", 0)
    assert resolver(client).active_region() in (PRIMARY, SECONDARY)  # the same minute: the maximum counts
    later = Resolver(client, RECORD, 0, now=lambda: datetime(2099, 1, 1, tzinfo=UTC))
    assert later.active_region() == PRIMARY, "without any data the last known status is healthy"


@pytest.mark.usefixtures("shop")
def test_when_nothing_is_healthy_the_primary_is_answered(emulator: Emulator, client: Client) -> None:
    for region in (PRIMARY, SECONDARY):
        emulator.traffic.take_out(region)
    assert resolver(client).active_region() == PRIMARY


def test_an_alias_within_the_zone_is_followed_to_the_healthy_region(
    emulator: Emulator, client: Client, shop: Front
) -> None:
    regions = f"regions.{RECORD}"
    changes = []
    for region, name, check in (
        (PRIMARY, shop.balancers[PRIMARY], shop.checks[PRIMARY]),
        (SECONDARY, shop.balancers[SECONDARY], shop.checks[SECONDARY]),
    ):
        record = {
            "Name": regions,
            "Type": "A",
            "SetIdentifier": region,
            "Region": region,
            "HealthCheckId": check,
            "AliasTarget": {"HostedZoneId": "Z1", "DNSName": name, "EvaluateTargetHealth": True},
        }
        changes.append({"Action": "CREATE", "ResourceRecordSet": record})
    primary = shop.record(PRIMARY, "PRIMARY")
    primary["AliasTarget"] = {
        "HostedZoneId": shop.zone_id.removeprefix("/hostedzone/"),
        "DNSName": regions,
        "EvaluateTargetHealth": True,
    }
    changes.append({"Action": "UPSERT", "ResourceRecordSet": primary})
    client("route53").change_resource_record_sets(HostedZoneId=shop.zone_id, ChangeBatch={"Changes": changes})
    assert resolver(client).active_region() in (PRIMARY, SECONDARY)
    emulator.traffic.take_out(PRIMARY)
    assert resolver(client).active_region() == SECONDARY


@pytest.mark.usefixtures("shop")
def test_a_name_without_records_has_no_answer(client: Client) -> None:
    for name in ("other.securecart.example", "shop.elsewhere.example"):
        with pytest.raises(NoAnswerError):
            Resolver(client, name, 0).active_region()
    assert load_balancer
