"""The one clock of the local cloud: the machine's, put forward by as much as was asked.

Whatever needs the time asks `now()`, moto included, so that schedules, retentions and points in time agree with one another.
What keeps the machine's time (a PostgreSQL server) is translated by `from_machine` and `to_machine`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# (when by the machine's clock, by how much the cloud's was ahead of it from then on), oldest first.
_jumps: list[tuple[datetime, timedelta]] = []
# Carrying out what falls due on the way makes many jumps of one.
_ONE_JUMP = timedelta(seconds=1)


def now() -> datetime:
    """The time in the local cloud, in UTC."""
    return datetime.now(UTC) + _advanced()


def advance(seconds: float) -> None:
    """Put the clock forward by `seconds`. It never goes back: what has happened would then lie in the future."""
    if seconds < 0:
        raise ValueError(f"the clock only goes forward: {seconds} s is below 0")
    machine, ahead = datetime.now(UTC), _advanced() + timedelta(seconds=seconds)
    if _jumps and machine - _jumps[-1][0] < _ONE_JUMP:
        machine = _jumps.pop()[0]
    if ahead:
        _jumps.append((machine, ahead))


def advanced_seconds() -> float:
    """By how much the clock is ahead of the machine's."""
    return _advanced().total_seconds()


def from_machine(moment: datetime) -> datetime:
    """What the clock said at `moment` of the machine's clock."""
    ahead = [ahead for machine, ahead in _jumps if machine <= moment]
    return moment + (ahead[-1] if ahead else timedelta(0))


def to_machine(moment: datetime) -> datetime:
    """When by the machine's clock the clock said `moment`; what it jumped over was at the jump."""
    found, before = moment, timedelta(0)
    for machine, ahead in _jumps:
        if moment >= machine + before:
            found = max(machine, moment - ahead)
        before = ahead
    return found


def state() -> list[tuple[datetime, timedelta]]:
    """What a snapshot keeps: the clock must not go back over a restart."""
    return list(_jumps)


def restore(jumps: list[tuple[datetime, timedelta]]) -> None:
    """Take over what `state` gave."""
    _jumps[:] = jumps


def reset() -> None:
    """As the machine's clock again, with the emptied cloud."""
    _jumps.clear()


def _advanced() -> timedelta:
    return _jumps[-1][1] if _jumps else timedelta(0)
