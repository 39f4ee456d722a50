"""Settings of recovery: names, timeouts and the Region switch, each refusal with AWS's own limit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.settings.recovery import Dns, Recovery, RegionSwitchSettings, StepTimeouts

DNS: dict[str, Any] = {"zoneName": "securecart.example", "recordName": "shop.securecart.example"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recordName": "shop.elsewhere.example"}, "must be securecart.example or end in"),
        ({"recordName": "notsecurecart.example"}, "must be securecart.example or end in"),
        ({"recordName": "Shop.securecart.example"}, "pattern"),
        ({"zoneName": "example"}, "pattern"),
        ({"recordName": ".".join(["a" * 57] * 4) + ".securecart.example"}, "at most 247"),
        ({"hostedZoneId": "123"}, "pattern"),
        ({"healthIntervalSeconds": 20}, "10 or 30"),
        ({"failureThreshold": 11}, "less than or equal to 10"),
        ({"healthPath": "health"}, "pattern"),
    ],
)
def test_dns_that_route_53_would_refuse_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Dns.model_validate(DNS | changed)


def test_the_zone_itself_can_be_the_record_and_a_zone_can_be_adopted() -> None:
    dns = Dns.model_validate(DNS | {"recordName": "securecart.example", "hostedZoneId": "Z0123456789ABCDEFGHIJ"})
    assert dns.record_name == dns.zone_name


def test_a_plan_that_nobody_could_approve_is_refused() -> None:
    with pytest.raises(ValidationError, match="approverRole is missing"):
        RegionSwitchSettings()
    assert RegionSwitchSettings.model_validate({"state": "off"}).approver_role is None
    assert RegionSwitchSettings.model_validate({"approvalRequired": False}).approver_role is None


@pytest.mark.parametrize("minutes", [0, 10081])
def test_a_step_takes_1_to_10080_minutes(minutes: int) -> None:
    with pytest.raises(ValidationError):
        StepTimeouts(promotion_minutes=minutes)


def test_recovery_reads_as_it_is_written() -> None:
    recovery = Recovery.model_validate(
        {
            "dns": DNS,
            "regionSwitch": {"state": "on", "approverRole": "securecart-approver"},
            "stepTimeouts": {"promotionMinutes": 20},
        }
    )
    assert recovery.step_timeouts.promotion_minutes == 20
    assert recovery.region_switch.ungraceful_capacity_percent < 100
