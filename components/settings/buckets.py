"""Settings of a bucket (rows 7 and 8)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen
from components.settings.objectives import StoreObjectives


class ObjectLockMode(StrEnum):
    """Who may delete a locked version before its time: whoever has the right, or nobody."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class ObjectLock(Frozen):
    """Every new version is locked for a while (write once, read many)."""

    retention_days: int = limits.S3_OBJECT_LOCK.field(description="a version cannot be deleted for this long")
    mode: ObjectLockMode = Field(default=ObjectLockMode.GOVERNANCE, description="compliance can never be shortened")
    confirm_compliance_days: int | None = Field(
        default=None, description="the second switch of compliance mode: retentionDays once more"
    )

    @model_validator(mode="after")
    def confirmed(self) -> Self:
        if self.mode is ObjectLockMode.COMPLIANCE and self.confirm_compliance_days != self.retention_days:
            raise ValueError(
                "mode is compliance, under which nobody, the root user included, deletes a version before its time: to"
                f" confirm it write confirmComplianceDays: {self.retention_days}, or mode: governance"
                " (Amazon S3 PutObjectLockConfiguration)"
            )
        return self


class ArchiveRule(Frozen):
    """Replaced and deleted versions move to a cheaper class."""

    after_days: int = limits.S3_NONCURRENT.field(description="days after a version was replaced or deleted")
    storage_class: Literal["STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] = Field(
        default="GLACIER_IR", description="class that replaced versions move to"
    )

    @model_validator(mode="after")
    def old_enough(self) -> Self:
        if self.storage_class == "STANDARD_IA" and self.after_days < limits.S3_INFREQUENT_MINIMUM_DAYS:
            raise ValueError(
                f"afterDays is {self.after_days}, STANDARD_IA takes {limits.S3_INFREQUENT_MINIMUM_DAYS} at least"
                " (Amazon S3 user guide, lifecycle transitions)"
            )
        return self


class BucketStore(Frozen):
    """One bucket in each Region, replicating both ways."""

    noncurrent_retention_days: int = limits.S3_NONCURRENT.field(
        default=90, description="a replaced or deleted version is kept this long"
    )
    newest_versions_kept: int | None = limits.S3_NEWEST_VERSIONS.field(
        default=None, description="so many replaced versions stay however old they are"
    )
    archive: ArchiveRule | None = Field(default=None, description="replaced versions move to a cheaper class first")
    object_lock: ObjectLock | None = Field(default=None, description="write once, read many, in both Regions")
    data_class: DataClass = DataClass.CRITICAL
    objectives: StoreObjectives | None = Field(default=None, description="looser objectives of its own")
    existing: str | None = Field(
        default=None, min_length=1, description="name or ARN of a bucket that is in the account already"
    )

    @model_validator(mode="after")
    def archived_before_it_goes(self) -> Self:
        if self.archive and self.archive.after_days >= self.noncurrent_retention_days:
            raise ValueError(
                f"archive.afterDays is {self.archive.after_days}, it must be less than noncurrentRetentionDays"
                f" ({self.noncurrent_retention_days}): S3 would delete what it never moved (PutBucketLifecycleConfiguration)"
            )
        return self
