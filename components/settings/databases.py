"""Settings of a database (rows 1 to 4)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen, UtcWindow


class DatabaseStore(Frozen):
    """One PostgreSQL database: Multi-AZ in the primary Region, read replica and replicated backups in the secondary."""

    instance_class: str = Field(
        default="db.t4g.medium", pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$", description="RDS class"
    )
    engine_version: str = Field(default="16.6", pattern=r"^\d+\.\d+$", description="PostgreSQL version, major.minor")
    allocated_storage_gib: int = limits.RDS_STORAGE.field(default=50, description="gp3 storage at the start")
    max_allocated_storage_gib: int = limits.RDS_STORAGE.field(default=200, description="storage autoscaling stops here")
    backup_retention_days: int = limits.RDS_BACKUP_RETENTION.field(
        default=14, description="point-in-time recovery reaches back this far"
    )
    backup_window: UtcWindow = Field(default="03:00-04:00", description="UTC; must not overlap the maintenance window")
    maintenance_window: str = Field(default="sun:05:00-sun:06:00", pattern=r"^[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d$")
    generation: int = limits.GENERATION.field(
        default=1, description="part of the identifier; a restore or failback is a new one"
    )
    data_class: DataClass = DataClass.CRITICAL

    @model_validator(mode="after")
    def storage_grows(self) -> Self:
        if self.max_allocated_storage_gib <= self.allocated_storage_gib:
            raise ValueError(
                f"maxAllocatedStorageGib is {self.max_allocated_storage_gib}, it must exceed allocatedStorageGib"
                f" ({self.allocated_storage_gib}) (Amazon RDS storage autoscaling)"
            )
        return self

    @model_validator(mode="after")
    def windows_apart(self) -> Self:
        backup = [_minutes(part) for part in self.backup_window.split("-")]
        maintenance = [_minutes(part[4:]) for part in self.maintenance_window.split("-")]
        if backup[0] < maintenance[1] and maintenance[0] < backup[1]:
            raise ValueError(
                f"backupWindow {self.backup_window} overlaps maintenanceWindow {self.maintenance_window};"
                " RDS refuses that (CreateDBInstance PreferredBackupWindow)"
            )
        return self


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
