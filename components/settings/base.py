"""What every part of the settings is made from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
# The strictest name rule of what a store's name ends up in: RDS identifiers start with a letter, S3 allows no upper
# case or underscore.
StoreName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
# IAM CreateRole RoleName, with an optional path.
RoleName = Annotated[str, StringConstraints(pattern=r"^([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$")]
Cron = Annotated[str, StringConstraints(pattern=r"^cron\((\S+ ){5}\S+\)$")]
UtcWindow = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]


class Switch(StrEnum):
    """Whether an optional part is built."""

    ON = "on"
    OFF = "off"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """YAML 1.1 reads an unquoted on or off as a boolean."""
        return cls("on" if value else "off") if isinstance(value, bool) else None


class DataClass(StrEnum):
    """How much it matters to lose it; becomes the `data-class` tag, by which the policy pack can choose thresholds."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    OPERATIONAL = "operational"


class Frozen(BaseModel):
    """Immutable, camelCase in YAML, and an unknown key is an error: a typo must not become a default."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )
