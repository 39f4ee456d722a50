"""The commands below `securecart local` that switch faults of the emulated API on and off."""

# ruff: noqa: PLC0415  importing late keeps --help instant, as in cli.py

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_OFF = "off"
_region = click.option("--region", metavar="REGION", help="Only in this Region; else in all of them.")
_seed = click.option("--seed", type=int, help="Makes the drill repeatable: the same calls meet the same faults.")


class _Rate(click.ParamType[float | None]):
    """A share of calls: 0.25 and 25% are the same; None for "off"."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == _OFF:
            return None
        try:
            rate = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        except ValueError:
            rate = -1.0
        if not 0 <= rate <= 1:
            self.fail(f"{value!r} is neither a share from 0 to 1, nor a percentage such as 25%, nor off", param, ctx)
        return rate


class _Milliseconds(click.ParamType[float | None]):
    """A delay; None for "off"."""

    name = "milliseconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == _OFF:
            return None
        try:
            return float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number of milliseconds nor off", param, ctx)


def add_fault_commands(group: click.Group) -> None:
    """Add throttle, errors and latency to `securecart local`."""
    group.command("throttle")(_of_calls("throttle", "Answer a share of SERVICE's calls as throttled."))
    group.command("errors")(_of_calls("errors", "Answer a share of SERVICE's calls with an internal error (500)."))
    group.command("latency")(_latency)


def _of_calls(kind: str, what: str) -> Callable[..., None]:
    @click.argument("service")
    @click.argument("rate", type=_Rate(), metavar="RATE|off")
    @_region
    @_seed
    def command(service: str, rate: float | None, region: str | None, seed: int | None) -> None:
        from automation import commands

        commands.local_fault(kind, service, region, size=rate, seed=seed)

    command.__doc__ = f"""{what} SERVICE is a name of boto3's (dynamodb) or all; RATE is 0.25 or 25%.

    It stays until off, a heal, a reset or a restart.
    """
    return command


@click.argument("milliseconds", type=_Milliseconds(), metavar="MILLISECONDS|off")
@click.argument("service", default="all")
@_region
def _latency(milliseconds: float | None, service: str, region: str | None) -> None:
    """Delay every answer of SERVICE (all, unless named) until off, a heal, a reset or a restart."""
    from automation import commands

    commands.local_fault("latency", service, region, size=milliseconds)
