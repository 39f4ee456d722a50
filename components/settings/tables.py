"""Settings of a table (rows 5 and 6)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen


class TableStore(Frozen):
    """One DynamoDB table with a replica in the secondary Region."""

    hash_key: str = Field(min_length=1, max_length=255)
    range_key: str | None = Field(default=None, min_length=1, max_length=255)
    attributes: dict[str, Literal["S", "N", "B"]] = Field(description="type of each key attribute")
    pitr_days: int = limits.DYNAMODB_PITR.field(default=35, description="point-in-time recovery reaches back this far")
    data_class: DataClass = DataClass.CRITICAL

    @model_validator(mode="after")
    def keys_have_types(self) -> Self:
        keys = {self.hash_key, self.range_key} - {None}
        if keys != set(self.attributes):
            raise ValueError(
                f"attributes lists {sorted(self.attributes)}, the keys are {sorted(k for k in keys if k)};"
                " DynamoDB takes exactly the key attributes (CreateTable AttributeDefinitions)"
            )
        return self
