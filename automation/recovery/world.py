"""What every step of a recovery works with: the estate, the door to AWS, a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import Aws, RegionUnreachableError, code_of
from automation.recovery.estate import Estate


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class World:
    """Handed to every step."""

    estate: Estate
    aws: Aws
    now: Callable[[], datetime] = utc_now

    def one(
        self, service: str, region: str, operation: str, key: str, missing: str, **parameters: Any
    ) -> dict[str, Any] | None:
        """The only item of a describe call; None when AWS says that it does not exist (`missing`, its error code)."""
        try:
            found = self.aws.call(service, region, operation, **parameters)[key]
        except ClientError as refusal:
            if code_of(refusal) == missing:
                return None
            raise
        return dict(found[0]) if found else None


def guard_caller(world: World) -> str:
    """The caller's ARN, asked of the secondary Region's STS: before a command changes anything.

    Raises SecurecartError (REFUSED) for another account than the configured one, or when nobody says whose these are.
    """
    estate = world.estate
    region = estate.secondary.region
    try:
        said = world.aws.caller(region)
    except (ClientError, RegionUnreachableError) as failure:
        raise SecurecartError(
            f"STS in {region} does not say whose credentials these are: {failure}",
            "configure credentials that work in the secondary Region and try again",
            ExitCode.REFUSED,
        ) from failure
    if said["Account"] != estate.account_id:
        raise SecurecartError(
            f"these credentials are of account {said['Account']}, but securecart:accountId is {estate.account_id}.",
            f"use credentials of {estate.account_id}",
            ExitCode.REFUSED,
        )
    return str(said["Arn"])
