"""What AWS Backup needs of a kind of store: to list it, hold its data, copy what is held, and give it back.

Each store is a module of its own, `backup_store_<service>.py`; `backup_stores.py` lists them by resource type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.backup.exceptions import InvalidParameterValueException

Tags = dict[str, str]


class StoreError(Exception):
    """A job that AWS accepts and that then fails; the text becomes its StatusMessage."""


@dataclass(frozen=True)
class Place:
    """An account in a Region."""

    account_id: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this place."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


class Metadata:
    """Restore metadata: strings by names whose case AWS ignores."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in given.items()}

    def get(self, name: str) -> str | None:
        """The value, None when it was not given or is empty."""
        return self._given.get(name.lower()) or None

    def require(self, name: str) -> str:
        """The value. Raises InvalidParameterValueException, as StartRestoreJob does, when it is missing."""
        value = self.get(name)
        if value is None:
            raise InvalidParameterValueException(f"Restore metadata needs {name}")
        return value

    def is_true(self, name: str, *, default: bool = False) -> bool:
        """A Boolean, which travels as the word."""
        value = self.get(name)
        return default if value is None else value.lower() == "true"


@dataclass(frozen=True)
class Held:
    """What a recovery point holds of its resource."""

    recovery_point_arn: str
    size_bytes: int
    key_arn: str | None
    """The KMS key that it is encrypted with, None when it is not."""
    restore_metadata: dict[str, str]
    content: Any = None
    """Ours alone; nothing where the service's own snapshot holds the data."""
    own_name: str | None = None
    """The service's own name of the snapshot that holds the data."""


@dataclass(frozen=True)
class BackUp:
    """A request to hold a resource's data as it is now, or from now on when `continuous`."""

    place: Place
    resource_arn: str
    job_id: str
    vault_key_arn: str | None
    fully_managed: bool
    """Whether AWS Backup keeps it by itself, in its own format and under the vault's key."""
    continuous: bool = False
    retention_days: int | None = None
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class Copy:
    """A request to hold what `held` holds in another vault."""

    held: Held
    source: Place
    resource_arn: str
    destination: Place
    job_id: str
    vault_key_arn: str | None
    continuous: bool = False


@dataclass(frozen=True)
class Restore:
    """A request to give back what is held, as a resource of `place`."""

    held: Held
    place: Place
    metadata: Metadata
    continuous: bool = False
    restore_time: datetime | None = None
    """For continuous backups: None is the latest restorable time."""


@dataclass(frozen=True)
class Store:
    """One kind of store, by what can be done with it. Every function raises StoreError for a job that fails."""

    resource_type: str
    """As AWS Backup writes it: RDS, DynamoDB, S3, EBS."""
    resources: Callable[[Place], dict[str, Tags]]
    """The tags of every resource of the place, by ARN."""
    back_up: Callable[[BackUp], Held]
    copy: Callable[[Copy], Held]
    discard: Callable[[Place, Held], None]
    """Let go of what is held."""
    check_restore: Callable[[Restore], None]
    """Raise InvalidParameterValueException for metadata with which AWS Backup would start no job."""
    restore: Callable[[Restore], str]
    """Returns the ARN of the resource that was made or filled."""
    inferred_metadata: Callable[[Place, Held], dict[str, str]]
    """What restore testing takes when it is told nothing."""
    delete_restored: Callable[[Place, str], None]
    """Delete a restored resource by its ARN, after a restore test."""
    tag_restored: Callable[[Place, str, Tags], None]
    """Tag a restored resource by its ARN."""
    cold_storage: Callable[[Held], bool] = lambda _: False
    """Whether it can move to cold storage."""
    continuous: bool = False
    """Whether there are continuous backups of it."""
