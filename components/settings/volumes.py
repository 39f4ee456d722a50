"""Settings of the servers' volumes (row 9)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen
from components.settings.objectives import StoreObjectives


class VolumeStore(Frozen):
    """The data volumes of one kind of backend server, one in each zone."""

    size_gib: int = limits.EBS_SIZE.field(default=100, description="gp3 size")
    count: int = Field(default=3, ge=1, le=30, description="volumes, spread over the zones")
    snapshot_interval_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = Field(
        default=12, description="hours between snapshots (Amazon DLM CreateRule Interval)"
    )
    snapshot_retention_days: int = limits.EBS_SNAPSHOT_RETENTION.field(
        default=14, description="a snapshot and its copy are kept this long"
    )
    data_class: DataClass = DataClass.IMPORTANT
    existing: tuple[str, ...] = Field(
        default=(), description="ids or ARNs of volumes that are in the account already; as many as count"
    )
    objectives: StoreObjectives | None = Field(default=None, description="looser objectives of its own")

    @model_validator(mode="after")
    def all_of_them_exist(self) -> Self:
        if self.existing and len(self.existing) != self.count:
            raise ValueError(
                f"existing names {len(self.existing)} volumes, count is {self.count}: they must be the same"
            )
        return self
