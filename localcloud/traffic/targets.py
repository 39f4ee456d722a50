"""What the traffic is for, by the names that AWS knows; whoever starts it says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

Clients = Callable[[str, str], Any]
"""Makes a boto3 client of (service, Region)."""

# A customer does not wait longer, and a lost Region must not be hidden by retries.
CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}, max_pool_connections=20)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """One table, and in each Region a database and a bucket."""

    record_name: str
    """The name that customers use; whichever Region it means is written to."""
    databases: Mapping[str, str]
    """Identifier of the orders database by Region."""
    secret: str
    """Name of the secret with the database's user, password and name; replicated into both Regions."""
    table: str
    """Of payments; the same name in both Regions, as a global table has it."""
    buckets: Mapping[str, str]
    """Of invoices, by Region."""

    @property
    def regions(self) -> tuple[str, ...]:
        """The primary Region first."""
        return tuple(self.databases)


def clients_of(variables: Mapping[str, str]) -> Clients:
    """Clients that reach the cloud of `variables`, each made once."""
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str) -> Any:
        if (service, region) not in made:
            made[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=variables["AWS_ENDPOINT_URL"],
                aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
                config=CONFIG,
            )
        return made[service, region]

    return client
