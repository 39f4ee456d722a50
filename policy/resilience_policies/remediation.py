"""Remedies: what the pack may change by itself, at the level `remediate` and never by default.

Only what AWS changes in place and what takes nothing away: a retention is lengthened, never shortened, and a property
that would replace the resource (encryption, keys) is left to its author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from resilience_policies.reading import UNKNOWN
from resilience_policies.rule import Change, Remedy, Resource, Settings

# CloudWatch Logs, PutRetentionPolicy: the only numbers of days that retentionInDays may have.
_LOG_RETENTION_STEPS_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def switch_on(*path: str) -> Remedy:
    """Sets one flag to true."""

    def remedy(_resource: Resource, _settings: Settings) -> Iterator[Change]:
        yield Change(path, True)

    return remedy


def raise_to(key: str, setting: str) -> Remedy:
    """Sets one number to the least that the rule's setting asks for."""

    def remedy(_resource: Resource, settings: Settings) -> Iterator[Change]:
        yield Change((key,), settings.integer(setting))

    return remedy


def switch_on_with_replicas(key: str) -> Remedy:
    """Sets a flag of a DynamoDB table, and the same of each replica that it lists."""

    def remedy(resource: Resource, _settings: Settings) -> Iterator[Change]:
        yield Change((key,), True)
        replicas = resource.stated.raw("replicas")
        if isinstance(replicas, Sequence) and not isinstance(replicas, str):
            for number in range(len(replicas)):
                if isinstance(resource.stated.raw("replicas", number), Mapping):
                    yield Change(("replicas", number, key), True)

    return remedy


def lengthen_log_retention(resource: Resource, settings: Settings) -> Iterator[Change]:
    """The next step that is long enough. Logs that are kept for ever stay: any number would delete some of them."""
    days = resource.stated.number("retentionInDays")
    least = settings.integer("minDays")
    if isinstance(days, int | float) and 0 < days < least:
        yield Change(("retentionInDays",), next(step for step in _LOG_RETENTION_STEPS_DAYS if step >= least))


def apply(properties: Any, change: Change) -> bool:
    """Makes one change in the SDK's own properties object, where a value that was secret stays so; True when made.

    A copy would lose what is secret. A part that is not known yet is left as it is.
    """
    *parents, last = change.path
    holder = properties
    for position, step in enumerate(parents):
        inner = _given(holder, step)
        if inner is None and isinstance(step, str):
            holder[step] = _nested((*parents[position + 1 :], last), change.value)
            return True
        holder = inner
    if not isinstance(holder, Mapping) or _given(holder, last) == change.value:
        return False
    holder[last] = change.value  # type: ignore[index]  # the SDK's proxy is a Mapping that can be written to
    return True


def _given(holder: Any, step: str | int) -> Any:
    if isinstance(holder, Mapping):
        return holder.get(step)
    if isinstance(holder, Sequence) and isinstance(step, int) and not isinstance(holder, str):
        return holder[step] if step < len(holder) else UNKNOWN
    return UNKNOWN


def _nested(path: Sequence[str | int], value: object) -> Any:
    return {path[0]: _nested(path[1:], value)} if path else value
