"""Durations as people write them on the command line: 90s, 45m, 26h, 40d."""

from __future__ import annotations

import re
from typing import Any

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
_WRITTEN = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])")


class Duration(click.ParamType[int]):
    """A number with a unit, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        written = _WRITTEN.fullmatch(str(value))
        if written is None or int(written["number"]) == 0:
            self.fail(f"{value} is no duration: a number and one of s, m, h, d, for example 26h", param, ctx)
        return int(written["number"]) * _SECONDS[written["unit"]]
