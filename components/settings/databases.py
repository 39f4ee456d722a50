"""Settings of a database (rows 1 to 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen, UtcWindow
from components.settings.objectives import StoreObjectives
from components.settings.reserved_words import RESERVED_WORDS
from components.settings.windows import MaintenanceWindow, window_problem


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
# Parameters that refuse a connection without TLS: no setting takes them away.
TLS_PARAMETERS: Mapping[Engine, Mapping[str, str]] = {
    Engine.POSTGRES: {"rds.force_ssl": "1"},
    Engine.MYSQL: {"require_secure_transport": "ON"},
}


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
    maintenance_window: MaintenanceWindow = Field(
        default="sun:05:00-sun:06:00", description="UTC; 30 minutes at least, like the backup window"
    )
    iops: int | None = limits.RDS_IOPS.field(
        default=None, description="of storage from 400 GiB; left out: what gp3 gives, 12000 from 400 GiB and 3000 below"
    )
    throughput_mib: int | None = limits.RDS_THROUGHPUT.field(
        default=None, description="MiB a second, of storage from 400 GiB; at most a quarter of iops"
    )
    monitoring_interval_seconds: Literal[0, 1, 5, 10, 15, 30, 60] = Field(
        default=0,
        description="enhanced monitoring of the operating system; 0: none (CreateDBInstance MonitoringInterval)",
    )
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
        if problem := window_problem(self.backup_window, self.maintenance_window):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def insights_available(self) -> Self:
        if self.engine is Engine.MYSQL and self.instance_class in limits.RDS_CLASSES_WITHOUT_INSIGHTS:
            raise ValueError(
                f"instanceClass is {self.instance_class}, with mysql it has no Performance Insights: use a medium class or larger"
                " (Amazon RDS user guide, instance class support for Database Insights)"
            )
        return self

    @model_validator(mode="after")
    def storage_fast_enough(self) -> Self:
        asked = {"iops": self.iops, "throughputMib": self.throughput_mib}
        for key, value in asked.items():
            if value is not None and self.allocated_storage_gib < limits.RDS_PROVISIONED_MINIMUM_GIB:
                raise ValueError(
                    f"{key} is {value}, gp3 takes it from {limits.RDS_PROVISIONED_MINIMUM_GIB} GiB; allocatedStorageGib is"
                    f" {self.allocated_storage_gib}: leave {key} out (Amazon RDS user guide, gp3 storage)"
                )
        most = self.allocated_storage_gib * limits.RDS_IOPS_PER_GIB_MAXIMUM
        if self.iops is not None and self.iops > most:
            raise ValueError(
                f"iops is {self.iops}, at most {most}: {limits.RDS_IOPS_PER_GIB_MAXIMUM} times allocatedStorageGib"
                " (Amazon RDS CreateDBInstance Iops)"
            )
        iops = self.iops or limits.RDS_IOPS.minimum
        if self.throughput_mib is not None and self.throughput_mib * limits.RDS_IOPS_PER_THROUGHPUT > iops:
            raise ValueError(
                f"throughputMib is {self.throughput_mib}, at most {iops // limits.RDS_IOPS_PER_THROUGHPUT}: a quarter of the"
                f" {iops} IOPS; raise iops (Amazon RDS ValidStorageOptions StorageThroughputToIopsRatio)"
            )
        return self

    @model_validator(mode="after")
    def connections_stay_encrypted(self) -> Self:
        for parameter, value in TLS_PARAMETERS[self.engine].items():
            if self.parameters.get(parameter, value) != value:
                raise ValueError(
                    f"parameters.{parameter} is {self.parameters[parameter]}, it stays {value}: without it the database takes"
                    " connections in plain text; leave it out"
                )
        return self


def database_name(store: str) -> str:
    """Neither engine takes a hyphen in a name without quotes."""
    return store.replace("-", "_")


def problems(databases: Mapping[str, DatabaseStore]) -> list[tuple[str, str]]:
    """(key, message) of what only the names and the number of the databases show."""
    found = [
        (
            f"databases.{name}",
            f"would make the database {database_name(name)}, a word that {store.engine} reserves: give the store another name"
            " (Amazon RDS CreateDBInstance DBName)",
        )
        for name, store in databases.items()
        # What exists has a name already.
        if not store.existing and database_name(name) in RESERVED_WORDS[store.engine]
    ]
    limit = limits.REPLICATED_BACKUPS_MAXIMUM
    replicated = [name for name, store in databases.items() if store.replicated_backups]
    if len(replicated) > limit:
        found.append(
            (
                "databases",
                f"{len(replicated)} have replicatedBackups: true, Amazon RDS allows {limit} an account and Region (user guide,"
                f" replicating automated backups): set it to false for {len(replicated) - limit} of them; their copies by AWS"
                " Backup stay",
            )
        )
    return found
