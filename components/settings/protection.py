"""Settings of AWS Backup: vault lock and plan (rows 10, 15 and 17)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import Cron, Frozen


class VaultLock(Frozen):
    """Retention range that the vault enforces on every recovery point (governance mode)."""

    min_days: int = limits.BACKUP_LOCK.field(default=7, description="shortest retention that the vault accepts")
    max_days: int = limits.BACKUP_LOCK.field(default=400, description="longest retention that the vault accepts")

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min_days > self.max_days:
            raise ValueError(f"minDays is {self.min_days}, it must not exceed maxDays ({self.max_days})")
        return self


class Backup(Frozen):
    """The AWS Backup plan of a stack, its copies to the other Region, and the vault lock of both."""

    schedule: Cron = Field(description="UTC; AWS Backup cron with six fields, for example cron(0 5 ? * * *)")
    retention_days: int = limits.BACKUP_RETENTION.field(default=35, description="a recovery point is kept this long")
    copy_retention_days: int = limits.BACKUP_RETENTION.field(
        default=35, description="its copy in the other Region is kept this long"
    )
    cold_storage_after_days: int | None = Field(
        default=None, ge=1, le=36500, description="moves to cold storage after this"
    )
