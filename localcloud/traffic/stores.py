"""How one record of each kind is written, read back, and looked for after a disaster.

A record of any kind carries its run, its sequence number and a checksum of both, so that what is gone and what was
changed by somebody else can be told apart.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.traffic.targets import Clients, Targets

# BatchGetItem: "up to 100 items".
_ITEMS_AT_ONCE = 100


@dataclass(frozen=True)
class Found:
    """What is there of the records that were looked for."""

    intact: frozenset[int]
    damaged: frozenset[int]
    """There, with a checksum that is not theirs."""


def checksum(run: str, sequence: int) -> str:
    """Of a record's content."""
    return hashlib.sha256(f"{run}/{sequence}".encode()).hexdigest()[:32]


class Store(ABC):
    """One kind of record. Every method may raise whatever its client raises."""

    name: str

    def __init__(self, clients: Clients, targets: Targets, run: str) -> None:
        self.clients, self.targets, self.run = clients, targets, run

    @abstractmethod
    def write(self, region: str, sequence: int) -> None:
        """Write one record; when this returns, the store has acknowledged it."""

    @abstractmethod
    def find(self, region: str, sequences: Sequence[int]) -> Found:
        """Look for records in a Region."""

    def read_back(self, region: str, sequence: int) -> bool:
        """Whether the record can be read where it was written."""
        return sequence in self.find(region, [sequence]).intact

    def sort(self, found: Iterable[tuple[int, str]]) -> Found:
        """(sequence, checksum) pairs, judged."""
        intact: set[int] = set()
        damaged: set[int] = set()
        for sequence, said in found:
            (intact if said == checksum(self.run, sequence) else damaged).add(sequence)
        return Found(frozenset(intact), frozenset(damaged - intact))


class Payments(Store):
    """Items of a DynamoDB table, whatever its key attributes are called."""

    name = "payments"

    def write(self, region: str, sequence: int) -> None:
        content = {"run": {"S": self.run}, "checksum": {"S": checksum(self.run, sequence)}}
        self.clients("dynamodb", region).put_item(
            TableName=self.targets.table, Item={**content, **self._key(region, sequence)}
        )

    def find(self, region: str, sequences: Sequence[int]) -> Found:
        return self.sort(self._items(region, sequences))

    def _items(self, region: str, sequences: Sequence[int]) -> Iterator[tuple[int, str]]:
        dynamodb, table = self.clients("dynamodb", region), self.targets.table
        hash_name = self._schema(region)[0][0]
        for start in range(0, len(sequences), _ITEMS_AT_ONCE):
            keys = [self._key(region, sequence) for sequence in sequences[start : start + _ITEMS_AT_ONCE]]
            wanted = {table: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = dynamodb.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(table, ()):
                    [value] = item[hash_name].values()
                    yield int(value.rpartition("-")[2]), item.get("checksum", {}).get("S", "")
                wanted = answer.get("UnprocessedKeys")

    def _key(self, region: str, sequence: int) -> dict[str, dict[str, str]]:
        (hash_name, hash_type), *rest = self._schema(region)
        if hash_type != "S":
            raise ValueError(f"the hash key {hash_name} of {self.targets.table} has to be a string")
        key = {hash_name: {"S": f"{self.run}-{sequence}"}}
        return key | {name: {kind: str(sequence)} for name, kind in rest}

    def _schema(self, region: str) -> list[tuple[str, str]]:
        """(name, type) of the key attributes, the hash key first; asked once, as an application knows its table."""
        if not hasattr(self, "_known_schema"):
            table = self.clients("dynamodb", region).describe_table(TableName=self.targets.table)["Table"]
            types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
            ranked = sorted(table["KeySchema"], key=lambda one: one["KeyType"] != "HASH")
            self._known_schema = [(one["AttributeName"], types[one["AttributeName"]]) for one in ranked]
        return self._known_schema


class Invoices(Store):
    """Objects of an S3 bucket."""

    name = "invoices"

    def write(self, region: str, sequence: int) -> None:
        content = json.dumps({"run": self.run, "sequence": sequence, "checksum": checksum(self.run, sequence)})
        self.clients("s3", region).put_object(
            Bucket=self.targets.buckets[region], Key=self._key(sequence), Body=content.encode()
        )

    def find(self, region: str, sequences: Sequence[int]) -> Found:
        return self.sort(self._objects(region, sequences))

    def _objects(self, region: str, sequences: Sequence[int]) -> Iterator[tuple[int, str]]:
        s3, bucket = self.clients("s3", region), self.targets.buckets[region]
        for sequence in sequences:
            try:
                body = s3.get_object(Bucket=bucket, Key=self._key(sequence))["Body"].read()
            except s3.exceptions.NoSuchKey:
                continue
            yield sequence, _checksum_in(body)

    def _key(self, sequence: int) -> str:
        return f"traffic/{self.run}/{sequence:09d}.json"


def _checksum_in(body: bytes) -> str:
    try:
        return str(json.loads(body)["checksum"])
    except (KeyError, TypeError, ValueError):
        return ""


def stores(clients: Clients, targets: Targets, run: str) -> list[Store]:
    """One of each kind."""
    from localcloud.traffic.orders import Orders  # noqa: PLC0415  psycopg loads a library of its own

    return [Orders(clients, targets, run), Payments(clients, targets, run), Invoices(clients, targets, run)]


def error_of(error: Exception) -> str:
    """The kind of an error, for the journal: AWS's code or the class, never a message, which may hold what is secret."""
    response: Any = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or getattr(error, "sqlstate", None) or type(error).__name__)
