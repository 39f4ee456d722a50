"""Bad configuration is answered with every error at once, each with key, value, allowed range and the YAML to write."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.configuration.examples import EXAMPLES
from components.configuration.load import KEYS, parse_settings
from components.settings import Settings
from tests.support.program import configuration


def shipped(stack: str = "prod") -> dict[str, Any]:
    values = {k.removeprefix("securecart:"): v for k, v in configuration(stack).items() if k.startswith("securecart:")}
    return {k: json.loads(v) if v.startswith(("{", "[")) else v for k, v in values.items()}


def refused(change: Callable[[dict[str, Any]], object]) -> str:
    raw = copy.deepcopy(shipped())
    change(raw)
    with pytest.raises(pulumi.RunError) as error:
        parse_settings(raw)
    return str(error.value)


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_shipped_configuration_is_valid(stack: str) -> None:
    assert isinstance(parse_settings(shipped(stack)), Settings)


def test_every_setting_has_an_example_to_write() -> None:
    assert set(EXAMPLES) == set(KEYS)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("databases.orders.backupRetentionDays", 3, "7 to 35 days"),
        ("databases.orders.backupRetentionDays", 36, "7 to 35 days"),
        ("databases.orders.backupRetentionDays", "many", "integer"),
        ("databases.orders.instanceClass", "large", "db"),
        ("databases.orders.allocatedStorageGib", 5, "20 to 65536 GiB"),
        ("databases.orders.maxAllocatedStorageGib", 50, "must exceed allocatedStorageGib"),
        ("databases.orders.backupWindow", "3-4", "backupWindow"),
        ("databases.orders.maintenanceWindow", "sun:03:30-sun:04:30", "overlaps"),
        ("databases.orders.generation", 0, "1 to 999"),
        ("databases.orders.dataClass", "secret", "critical"),
        ("databases", {}, "at least 1"),
        ("tables.order-history.pitrDays", 36, "1 to 35 days"),
        ("tables.order-history.attributes", {"orderId": "S"}, "exactly the key attributes"),
        ("buckets.invoices.noncurrentRetentionDays", 0, "1 to 36500 days"),
        ("volumes.backend.snapshotIntervalHours", 5, "1, 2, 3, 4, 6, 8, 12 or 24"),
        ("volumes.backend.sizeGib", 0, "1 to 65536 GiB"),
        ("vaultLock.minDays", 3000, "must not exceed maxDays"),
        ("vaultLock.minDays", 36, "outside vaultLock"),
        ("vaultLock.mode", "compliance", "needs 7d-2555d"),
        ("backup.rules.daily.retentionDays", 5, "outside vaultLock"),
        ("backup.rules.daily.copyRetentionDays", 3000, "outside vaultLock"),
        ("backup.rules.monthly.coldStorageAfterDays", 390, "at least 480"),
        ("backup.rules.daily.schedule", "daily", "cron"),
        ("backup.rules.weekly.whenPassive", False, "whenPassive: true"),
        ("backup.rules", {}, "at least 1"),
        ("objectives.rtoMinutes", 0, "1 to 10080 minutes"),
        ("objectives.rtoMinutes", 20, "rtoMinutes"),
        ("objectives.rpoMinutes", 10, "under every strategy"),
        ("strategy", "hot", "pilot-light"),
        ("strategy", "pilot-light", "too weak"),
        ("strategyReason", "the budget allows no more", "write strategy as well"),
        ("volumes.backend.objectives", None, "780 (snapshot copies"),
        ("servers.desiredCount", 12, "between minCount"),
        ("servers.volumeStore", "disks", "backend"),
        (
            "certificateArn",
            "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001",
            "us-east-1",
        ),
        ("recovery.dns.recordName", "shop.elsewhere.example", "securecart.example"),
        ("recovery.stepTimeouts.promotionMinutes", 90, "rtoMinutes"),
        ("watch.subscribers", [], "nobody"),
        ("watch.subscribers", [{"protocol": "email", "endpoint": "on-call"}], "e-mail address"),
        ("databases.orders.existing", "arn:aws:rds:eu-west-1:123456789012:db:old", "existing"),
        ("buckets.audit", {}, "estate's own records"),
        ("databases.orders.engineVersion", "8.0.40", "16.6"),
        ("tables.order-history.provisioned", {"minimumReadUnits": 9}, "is missing"),
        ("buckets.invoices.objectLock", {"retentionDays": 30, "mode": "compliance"}, "confirmComplianceDays"),
        ("accountId", "42", "accountId"),
        ("regions.secondary", "us-east-1", "both us-east-1"),
        ("network.cidrBlock", "8.8.0.0/16", "private"),
        ("network.cidrBlock", "10.0.0.0/28", "/16"),
        ("links", "off", "frozen"),
        ("role", "third", "secondary"),
        ("keyDeletionWindowDays", 3, "7 to 30 days"),
        ("administratorRoles", ["two words"], "administratorRoles"),
        ("databases.Orders_DB", {}, "databases"),
    ],
)
def test_a_bad_value_is_refused_with_its_key_and_what_is_allowed(path: str, value: Any, expected: str) -> None:
    def change(raw: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for part in parents:
            raw = raw[part]
        raw[last] = value

    message = refused(change)
    assert "securecart:" in message
    assert path.split(".", maxsplit=1)[0] in message
    assert expected in message


def test_a_typo_is_an_error_that_names_the_nearest_setting() -> None:
    message = refused(lambda raw: raw["databases"]["orders"].update(backupRetentionDay=14))
    assert "securecart:databases.orders.backupRetentionDay: is not a setting" in message
    assert "did you mean backupRetentionDays?" in message


def test_a_missing_key_is_answered_with_the_yaml_to_write() -> None:
    message = refused(lambda raw: raw.pop("network"))
    assert "securecart:network: is missing" in message
    assert "cidrBlock" in message


def test_all_errors_are_reported_at_once() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["databases"]["orders"]["backupRetentionDays"] = 1
        raw["buckets"]["logs"]["noncurrentRetentionDays"] = 0
        raw.pop("role")

    message = refused(change)
    assert "3 errors; nothing was changed" in message
    for key in ("databases.orders.backupRetentionDays", "buckets.logs.noncurrentRetentionDays", "role"):
        assert f"securecart:{key}" in message
