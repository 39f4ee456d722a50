"""moto asks the clock of the local cloud, so that what it dates follows an advanced clock."""

from __future__ import annotations

from datetime import datetime

from moto.core import utils


def utcnow() -> datetime:
    """Replaces the code of moto's function of this name, so it runs with the globals of moto's module."""
    from localcloud.emulator import clock  # noqa: PLC0415

    return clock.now().replace(tzinfo=None)


def apply() -> None:
    """Put this into moto. Its modules hold the function under names of their own, so its code is what changes."""
    utils.utcnow.__code__ = utcnow.__code__
