"""Settings of a table (rows 5 and 6)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import DataClass, Frozen
from components.settings.objectives import StoreObjectives

# Amazon DynamoDB CreateTable IndexName, and the names of attributes.
IndexName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]{3,255}$")]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=255)]

_SAME_KEY = "hashKey and rangeKey are both {key}: leave rangeKey out, or name another attribute (CreateTable KeySchema)"


class Provisioned(Frozen):
    """Capacity that is reserved, and scaled within bounds. Left out, a table is paid by request."""

    minimum_read_units: int = limits.DYNAMODB_CAPACITY.field(description="read capacity is never less")
    maximum_read_units: int = limits.DYNAMODB_CAPACITY.field(description="nor more")
    minimum_write_units: int = limits.DYNAMODB_CAPACITY.field(description="the same for writes, in every Region")
    maximum_write_units: int = limits.DYNAMODB_CAPACITY.field(description="nor more")
    target_percent: int = Field(
        default=70, ge=20, le=90, description="of the capacity in use (Amazon DynamoDB auto scaling takes 20 to 90)"
    )

    @model_validator(mode="after")
    def ordered(self) -> Self:
        for kind, low, high in (
            ("Read", self.minimum_read_units, self.maximum_read_units),
            ("Write", self.minimum_write_units, self.maximum_write_units),
        ):
            if low > high:
                raise ValueError(f"minimum{kind}Units is {low}, it must not exceed maximum{kind}Units ({high})")
        return self


class GlobalIndex(Frozen):
    """A global secondary index."""

    hash_key: AttributeName = Field(description="partition key of the index")
    range_key: AttributeName | None = Field(default=None, description="sort key of the index")
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = Field(
        default="ALL",
        description="what of an item the index holds: all of it, its keys, or those and includedAttributes",
    )
    included_attributes: tuple[AttributeName, ...] = Field(
        default=(),
        max_length=limits.DYNAMODB_INCLUDED_MAXIMUM,
        description=f"with projection INCLUDE; at most {limits.DYNAMODB_INCLUDED_MAXIMUM}",
    )

    @model_validator(mode="after")
    def projected(self) -> Self:
        if (self.projection == "INCLUDE") != bool(self.included_attributes):
            raise ValueError(
                f"projection is {self.projection} with {len(self.included_attributes)} includedAttributes: INCLUDE names at least"
                " one, ALL and KEYS_ONLY name none (Amazon DynamoDB Projection NonKeyAttributes)"
            )
        return self

    @model_validator(mode="after")
    def keys_differ(self) -> Self:
        if self.hash_key == self.range_key:
            raise ValueError(_SAME_KEY.format(key=self.hash_key))
        return self


class TableStore(Frozen):
    """One DynamoDB table with a replica in the secondary Region."""

    hash_key: AttributeName = Field(description="partition key")
    range_key: AttributeName | None = Field(default=None, description="sort key")
    attributes: dict[AttributeName, Literal["S", "N", "B"]] = Field(description="type of each key attribute")
    indexes: dict[IndexName, GlobalIndex] = Field(
        default_factory=dict,
        max_length=limits.DYNAMODB_INDEXES_MAXIMUM,
        description=f"global secondary indexes, at most {limits.DYNAMODB_INDEXES_MAXIMUM}",
    )
    provisioned: Provisioned | None = Field(default=None, description="reserved capacity; left out: paid by request")
    expiry_attribute: AttributeName | None = Field(
        default=None, description="items vanish at the time that this attribute holds (time to live)"
    )
    infrequent_access: bool = Field(default=False, description="cheaper to keep, dearer to read (table class)")
    pitr_days: int = limits.DYNAMODB_PITR.field(default=35, description="point-in-time recovery reaches back this far")
    data_class: DataClass = DataClass.CRITICAL
    objectives: StoreObjectives | None = Field(default=None, description="looser objectives of its own")
    existing: str | None = Field(
        default=None, min_length=1, description="name or ARN of a table that is in the account already"
    )

    @model_validator(mode="after")
    def keys_differ(self) -> Self:
        if self.hash_key == self.range_key:
            raise ValueError(_SAME_KEY.format(key=self.hash_key))
        return self

    @model_validator(mode="after")
    def projections_fit(self) -> Self:
        included = sum(len(index.included_attributes) for index in self.indexes.values())
        if included > limits.DYNAMODB_INCLUDED_TOTAL_MAXIMUM:
            raise ValueError(
                f"indexes have {included} includedAttributes together, DynamoDB allows {limits.DYNAMODB_INCLUDED_TOTAL_MAXIMUM} a"
                " table: use projection ALL (Amazon DynamoDB Projection NonKeyAttributes)"
            )
        return self

    @model_validator(mode="after")
    def keys_have_types(self) -> Self:
        keys = {self.hash_key, self.range_key}
        for index in self.indexes.values():
            keys |= {index.hash_key, index.range_key}
        wanted = {key for key in keys if key}
        if wanted != set(self.attributes):
            raise ValueError(
                f"attributes lists {sorted(self.attributes)}, the keys of table and indexes are {sorted(wanted)};"
                " DynamoDB takes exactly the key attributes (CreateTable AttributeDefinitions)"
            )
        return self
