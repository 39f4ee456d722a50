"""The clock and the carrier between the Regions: what they promise to every kind of data."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator import clock, snapshot
from localcloud.emulator.carrying import CARRIER, DEFAULT_LAG_SECONDS, Carrier
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

DAY_SECONDS = 86400


def admin(emulator: Emulator, method: str, name: str, **asked: Any) -> Any:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode() if asked else None, method=method)  # noqa: S310
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@pytest.fixture(autouse=True)
def whole_cloud(emulator: Emulator) -> Iterator[None]:
    emulator.reset()
    yield
    emulator.reset()


def test_what_moto_dates_follows_the_advanced_clock(client: Client) -> None:
    dynamodb = client("dynamodb")
    asked = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    made: list[datetime] = []
    for name in ("before", "after"):
        dynamodb.create_table(TableName=name, **asked)
        made.append(dynamodb.describe_table(TableName=name)["Table"]["CreationDateTime"])
        clock.advance(DAY_SECONDS)
    assert timedelta(days=1) <= made[1] - made[0] < timedelta(days=1, minutes=5)


def test_the_clock_does_not_go_back_but_with_an_emptied_cloud(emulator: Emulator) -> None:
    clock.advance(DAY_SECONDS)
    with pytest.raises(ValueError, match="only goes forward"):
        clock.advance(-1)
    assert clock.advanced_seconds() == DAY_SECONDS
    emulator.reset()
    assert clock.advanced_seconds() == 0


def carrier_with_list() -> tuple[Carrier, list[tuple[str, datetime]]]:
    carrier, arrived = Carrier(), []
    carrier.on_arrival("test", lambda content, at: arrived.append((content, at)))
    return carrier, arrived


def test_a_parcel_arrives_when_the_lag_is_over_and_says_so() -> None:
    carrier, arrived = carrier_with_list()
    carrier.set_lag(60)
    carrier.send("test", PRIMARY, SECONDARY, "item")
    (_, parcel) = carrier.waiting("test")[0]
    clock.advance(59)
    carrier.deliver(())
    assert arrived == []
    clock.advance(DAY_SECONDS)
    carrier.deliver(())
    assert arrived == [("item", parcel.written_at + timedelta(seconds=60))]
    assert carrier.waiting("test") == []


@pytest.mark.parametrize("out", [PRIMARY, SECONDARY])
def test_nothing_travels_to_or_from_a_region_that_is_out(out: str) -> None:
    carrier, arrived = carrier_with_list()
    carrier.send("test", PRIMARY, SECONDARY, "item")
    clock.advance(DAY_SECONDS)
    carrier.deliver([out])
    assert arrived == []
    healed_at = clock.now()
    carrier.deliver(())
    assert [content for content, _ in arrived] == ["item"]
    assert abs(arrived[0][1] - healed_at) < timedelta(seconds=5), "it arrived when the Region was back, not before"


def test_a_shorter_lag_holds_for_what_is_on_its_way() -> None:
    carrier, arrived = carrier_with_list()
    carrier.set_lag(DAY_SECONDS)
    carrier.send("test", PRIMARY, SECONDARY, "item")
    carrier.deliver(())
    carrier.set_lag(0)
    carrier.deliver(())
    assert [content for content, _ in arrived] == ["item"]


def test_the_lag_is_set_and_read_over_the_admin_endpoint(emulator: Emulator) -> None:
    assert admin(emulator, "GET", "health")["lagSeconds"] == DEFAULT_LAG_SECONDS
    assert admin(emulator, "POST", "lag", seconds=2.5) == {"lagSeconds": 2.5}
    assert admin(emulator, "GET", "health")["lagSeconds"] == 2.5
    for wrong in (-1, "soon", True, None):
        with pytest.raises(urllib.error.HTTPError) as refused:
            admin(emulator, "POST", "lag", seconds=wrong)
        assert "number of seconds from 0 up" in refused.value.read().decode()
    admin(emulator, "POST", "reset")
    assert admin(emulator, "GET", "health")["lagSeconds"] == DEFAULT_LAG_SECONDS


def test_a_snapshot_keeps_the_clock_and_what_is_on_its_way(emulator: Emulator, tmp_path: Path) -> None:
    clock.advance(DAY_SECONDS)
    CARRIER.send("test", PRIMARY, SECONDARY, "item")
    snapshot.save(tmp_path / "snapshot", emulator.id)
    emulator.reset()
    snapshot.load(tmp_path / "snapshot")
    assert clock.advanced_seconds() == DAY_SECONDS
    assert [parcel.content for _, parcel in CARRIER.waiting("test")] == ["item"]
