"""Settings of a database (rows 1 to 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen, UtcWindow
from components.settings.objectives import StoreObjectives


class Engine(StrEnum):
    """Engines that have a cross-Region read replica and replicated automated backups on Amazon RDS."""

    POSTGRES = "postgres"
    MYSQL = "mysql"


class DatabaseRole(StrEnum):
    """What the secondary Region's databases are: copies, or since a failover the databases themselves."""

    REPLICA = "replica"
    PROMOTED = "promoted"


# Version as Amazon RDS numbers it: PostgreSQL 16.6, MySQL 8.0.40.
_VERSIONS = {Engine.POSTGRES: r"\d+\.\d+", Engine.MYSQL: r"\d+\.\d+\.\d+"}
_DEFAULT_VERSIONS = {Engine.POSTGRES: "16.6", Engine.MYSQL: "8.0.40"}


class DatabaseStore(Frozen):
    """One database: Multi-AZ in the primary Region, read replica and replicated backups in the secondary."""

    engine: Engine = Field(default=Engine.POSTGRES, description="postgres or mysql")

    instance_class: str = Field(
        default="db.t4g.medium", pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$", description="RDS class"
    )
    engine_version: str | None = Field(
        default=None,
        description="as Amazon RDS numbers it, 16.6 or 8.0.40; left out: the one that this program was tested with",
    )
    allocated_storage_gib: int = limits.RDS_STORAGE.field(default=50, description="gp3 storage at the start")
    max_allocated_storage_gib: int = limits.RDS_STORAGE.field(default=200, description="storage autoscaling stops here")
    backup_retention_days: int = limits.RDS_BACKUP_RETENTION.field(
        default=14, description="point-in-time recovery reaches back this far"
    )
    backup_window: UtcWindow = Field(default="03:00-04:00", description="UTC; must not overlap the maintenance window")
    maintenance_window: str = Field(default="sun:05:00-sun:06:00", pattern=r"^[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d$")
    replicated_backups: bool = Field(
        default=True, description="automated backups in the secondary Region; AWS allows 20 an account and Region"
    )
    insights_retention_days: int = Field(
        default=7,
        description="Performance Insights; 7, a multiple of 31 up to 713, or 731",
        json_schema_extra={"allowed": limits.INSIGHTS_RETENTION},
    )
    snapshot_copy: bool = Field(
        default=False, description="one manual snapshot of this generation, copied to the secondary Region and kept"
    )
    parameters: dict[str, str] = Field(default_factory=dict, description="engine parameters of your own")
    existing: str | None = Field(
        default=None, min_length=1, description="identifier or ARN of an instance that is in the account already"
    )
    generation: int = limits.GENERATION.field(
        default=1, description="part of the identifier; a restore or failback is a new one"
    )
    data_class: DataClass = DataClass.CRITICAL
    objectives: StoreObjectives | None = Field(default=None, description="looser objectives of its own")

    @property
    def version(self) -> str:
        """The engine's version."""
        return self.engine_version or _DEFAULT_VERSIONS[self.engine]

    @model_validator(mode="after")
    def version_fits(self) -> Self:
        if not re.fullmatch(_VERSIONS[self.engine], self.version):
            raise ValueError(
                f"engineVersion is {self.version}, {self.engine} has versions like {_DEFAULT_VERSIONS[self.engine]}"
                " (Amazon RDS CreateDBInstance EngineVersion)"
            )
        return self

    @model_validator(mode="after")
    def insights_fit(self) -> Self:
        days = self.insights_retention_days
        if days not in (7, 731) and (days % 31 or not 31 <= days <= 713):
            raise ValueError(f"insightsRetentionDays is {days}, allowed: {limits.INSIGHTS_RETENTION}")
        return self

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


def problems(databases: Mapping[str, DatabaseStore]) -> list[tuple[str, str]]:
    """(key, message): AWS replicates the automated backups of a limited number of instances."""
    limit = limits.REPLICATED_BACKUPS_MAXIMUM
    replicated = [name for name, store in databases.items() if store.replicated_backups]
    if len(replicated) <= limit:
        return []
    return [
        (
            "databases",
            f"{len(replicated)} have replicatedBackups: true, Amazon RDS allows {limit} an account and Region (user guide,"
            f" replicating automated backups): set it to false for {len(replicated) - limit} of them; their copies by AWS"
            " Backup stay",
        )
    ]
