"""The questions that many rules ask of one value: is it true, is it a key of ours, is it long enough."""

from __future__ import annotations

import re
from collections.abc import Iterator

from resilience_policies.estate import region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.reading import UNKNOWN, Unknown
from resilience_policies.rule import Finding, Settings, Violation

_AWS_MANAGED = "alias/aws/"
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]")


def must_be_true(value: object, key: str, write: str, *, why: str = "") -> Iterator[Finding]:
    """`value` as `Reading.flag` reads it; absent is false."""
    if value is UNKNOWN:
        yield not_yet(key, "it must be true")
    elif value is not True:
        yield Violation(found(key, value, "true is required" + why, write))


def must_not_be_true(value: object, key: str, write: str, *, why: str = "") -> Iterator[Finding]:
    """`value` as `Reading.flag` reads it; absent is false."""
    if value is UNKNOWN:
        yield not_yet(key, "it must be false")
    elif value is True:
        yield Violation(found(key, value, "false is required" + why, write))


def must_be_own_key(value: object, key: str, write: str, region: str | Unknown | None = None) -> Iterator[Finding]:
    """A customer managed KMS key, by id, ARN or alias. What is not known yet will be one.

    With `region`, a key that is named by ARN must lie there: what AWS encrypts there with another key it can't read.
    """
    required = "a customer managed KMS key is required"
    if value is UNKNOWN:
        return
    if not isinstance(value, str) or not value:
        yield Violation(found(key, None, required, write))
        return
    home = region_in_arn(value)
    if home is not None and not _REGION.fullmatch(home):
        home = None  # it would be repeated in the message, and may be anything
    if value.rsplit(":", maxsplit=1)[-1].startswith(_AWS_MANAGED):
        yield Violation(f"{key} is the key that AWS manages; {required}. Write: {write}")
    elif home is not None and isinstance(region, str) and home != region:
        yield Violation(f"{key} is a key in {home}; {required}, in {region}. Write: {write}")


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def at_least_days(
    value: object, key: str, settings: Settings, write: str, *, default: int = 0, setting: str = "minDays"
) -> Iterator[Finding]:
    """`value` as `Reading.number` reads it; `default` is what AWS or the provider takes when the program says nothing."""
    minimum = settings.integer(setting)
    required = f"at least {days(minimum)} {'is' if minimum == 1 else 'are'} required ({settings.origin(setting)})"
    if value is UNKNOWN:
        yield not_yet(key, required)
    elif value is None and default < minimum:
        unstated = f", and the default is {default}" if default else ""
        yield Violation(found(key, None, required + unstated, f"{write}={minimum}"))
    elif value is not None and not (isinstance(value, int | float) and value >= minimum):
        yield Violation(found(key, value, required, f"{write}={minimum}"))
