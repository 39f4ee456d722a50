"""Settings of AWS Backup as SecureCart ships them, for the tests of what is built from them."""

from __future__ import annotations

from typing import Any

from components.settings import VaultLock
from components.settings.protection import Protection

LOCK = VaultLock(min_days=7, max_days=2555)
RULES: dict[str, dict[str, Any]] = {
    "frequent": {"schedule": "cron(0 0/4 * * ? *)", "retentionDays": 7, "startWindowMinutes": 60},
    "daily": {"schedule": "cron(0 5 ? * * *)", "retentionDays": 35, "copyRetentionDays": 35},
    "weekly": {"schedule": "cron(0 5 ? * 1 *)", "retentionDays": 90, "copyRetentionDays": 90},
    "monthly": {
        "schedule": "cron(0 5 1 * ? *)",
        "retentionDays": 400,
        "copyRetentionDays": 400,
        "coldStorageAfterDays": 30,
    },
    "yearly": {
        "schedule": "cron(0 5 1 1 ? *)",
        "retentionDays": 2555,
        "copyRetentionDays": 2555,
        "coldStorageAfterDays": 90,
        "copyColdStorageAfterDays": 90,
    },
}


def protection(rules: dict[str, dict[str, Any]] | None = None, **changed: Any) -> Protection:
    """The shipped settings with other ones in their place; keys as they are written in YAML."""
    return Protection.model_validate({"rules": RULES if rules is None else rules} | changed)


def changed_rule(name: str, **changed: Any) -> Protection:
    """The shipped settings with one rule changed, or added."""
    return protection(RULES | {name: RULES.get(name, {}) | changed})
