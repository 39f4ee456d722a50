"""The one place where resource properties are read.

The policy SDK hands over Mapping and Sequence proxies whose every access raises when the value is not known during a
preview, and sends all numbers as float. Here an unknown is an ordinary value, UNKNOWN: it means "will have a value",
so a rule that only asks whether a key is given may pass it, and a rule that compares must say that it cannot judge
yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from pulumi_policy import proxy

# The raw form shows through wherever the SDK did not wrap (remediations, values inside a list that was unwrapped).
_SENTINELS: Final = frozenset(
    value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_") and isinstance(value, str)
)


class Unknown(Enum):
    """The type of UNKNOWN; an enum, so that `is UNKNOWN` narrows for the type checker."""

    VALUE = "unknown"


UNKNOWN: Final = Unknown.VALUE


@dataclass(frozen=True)
class Blocks:
    """The elements of a list property: those that are known, and whether the list or an element is still unknown."""

    known: tuple[Reading, ...] = ()
    has_unknown: bool = False


class Reading:
    """Read-only view of one property object. Every accessor takes a path of keys and list indexes, and never raises."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        self._properties = properties

    def __contains__(self, key: str) -> bool:
        # `key in proxy` would read the value, and raise when it is unknown; iterating the keys does not.
        return any(key == given for given in self._properties)

    def raw(self, *path: str | int) -> Any:
        """The value at the path: None when absent or null, UNKNOWN when it or what it lies in is not known."""
        value: Any = self._properties
        for step in path:
            value = _step(value, step)
            if value is None or value is UNKNOWN:
                return value
        return value

    def keys(self, *path: str | int) -> tuple[str, ...]:
        """The keys of the object at the path; none when there is no object, or it is not known."""
        value = self.raw(*path)
        return tuple(key for key in value if isinstance(key, str)) if isinstance(value, Mapping) else ()

    def flag(self, *path: str | int) -> bool | Unknown | None:
        """A boolean; launch templates carry theirs as the texts "true" and "false"."""
        value: object = self.raw(*path)
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value)
        return value if isinstance(value, bool) else None

    def number(self, *path: str | int) -> int | float | Unknown | None:
        """A number, whole ones as int: protocol buffers know only doubles."""
        value: object = self.raw(*path)
        if value is UNKNOWN:
            return UNKNOWN
        return whole(value)

    def text(self, *path: str | int) -> str | Unknown | None:
        """A text; an empty one counts as absent, as it does for the provider."""
        value: object = self.raw(*path)
        if value is UNKNOWN:
            return UNKNOWN
        return value if isinstance(value, str) and value else None

    def texts(self, *path: str | int) -> tuple[str | Unknown, ...]:
        """The texts of a list; an unknown list is one UNKNOWN."""
        value = self.raw(*path)
        if value is UNKNOWN:
            return (UNKNOWN,)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return ()
        elements = (_step(value, index) for index in range(len(value)))
        return tuple(element for element in elements if isinstance(element, str) or element is UNKNOWN)

    def has(self, *path: str | int) -> bool:
        """True when a value is given or will be."""
        value = self.raw(*path)
        return value is not None and value != ""

    def blocks(self, *path: str | int) -> Blocks:
        """The objects of a list property; a single object counts as a list of one, since provider versions differ in
        that.
        """
        value = self.raw(*path)
        if value is UNKNOWN:
            return Blocks(has_unknown=True)
        if isinstance(value, Mapping):
            return Blocks(known=(Reading(value),))
        if not isinstance(value, Sequence) or isinstance(value, str):
            return Blocks()
        elements = [_step(value, index) for index in range(len(value))]
        return Blocks(
            known=tuple(Reading(element) for element in elements if isinstance(element, Mapping)),
            has_unknown=any(element is UNKNOWN for element in elements),
        )


def whole(value: object) -> int | float | None:
    """A number without a needless fraction (7.0 -> 7), also from a text of digits, as the provider itself accepts;
    else None.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping) == isinstance(step, int) or not isinstance(value, Mapping | Sequence):
        return None
    if isinstance(value, str):
        return None
    try:
        found = value[step]  # type: ignore[index]  # a Mapping with a str or a Sequence with an int, by the test above
    except proxy.UnknownValueError:
        return UNKNOWN
    except (KeyError, IndexError):
        return None
    return UNKNOWN if isinstance(found, str) and found in _SENTINELS else found
