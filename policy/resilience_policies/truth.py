"""Three-valued answers: a question about values that are not all known yet may have no answer yet."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """`&` and `|` follow Kleene: an unknown part leaves the whole open only when the known parts do not settle it."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    @classmethod
    def of(cls, fact: bool) -> Truth:
        return cls.YES if fact else cls.NO

    def __and__(self, other: Truth) -> Truth:
        return min(self, other, key=lambda truth: truth.value)

    def __or__(self, other: Truth) -> Truth:
        return max(self, other, key=lambda truth: truth.value)

    def __invert__(self) -> Truth:
        return Truth(Truth.YES.value - self.value)

    def __bool__(self) -> bool:
        raise TypeError("compare with Truth.YES or Truth.NO: an unknown is neither")


def any_of(answers: Iterable[Truth]) -> Truth:
    """YES when one is, NO when all are NO (also when there is none)."""
    result = Truth.NO
    for answer in answers:
        result |= answer
    return result


def all_of(answers: Iterable[Truth]) -> Truth:
    """YES when all are (also when there is none), NO when one is NO."""
    result = Truth.YES
    for answer in answers:
        result &= answer
    return result
