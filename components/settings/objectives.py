"""What the business asks of recovery, and the strategy that keeps it (row 11)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from components.settings import limits
from components.settings.base import Frozen


class Strategy(StrEnum):
    """AWS's four disaster recovery strategies, the weakest (and cheapest) first (Well-Architected REL13-BP02)."""

    BACKUP_RESTORE = "backup-restore"
    PILOT_LIGHT = "pilot-light"
    WARM_STANDBY = "warm-standby"
    ACTIVE_ACTIVE = "active-active"

    @property
    def strength(self) -> int:
        """0 for the weakest: the order of the members."""
        return list(Strategy).index(self)


class Objectives(Frozen):
    """How long the business may stand still, and how much of the latest data it may lose, when a Region is gone."""

    rto_minutes: int = limits.RTO.field(description="from the disaster to serving again")
    rpo_minutes: int = limits.RPO.field(description="age of the newest data that may be lost")


class StoreObjectives(Frozen):
    """Looser objectives of one store, with the reason that an auditor will read."""

    rto_minutes: int | None = limits.RTO.field(default=None, description="in place of the estate's")
    rpo_minutes: int | None = limits.RPO.field(default=None, description="in place of the estate's")
    reason: str = Field(min_length=10, description="why this store may be lost or missed for longer")
