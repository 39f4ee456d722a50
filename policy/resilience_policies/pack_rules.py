"""Rules about the pack itself: it is configured as meant, and whatever it was told not to judge is said.

They come last in the registry, so that every other rule has run when they look back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_policy import Severity

from resilience_policies import config_faults, operation, waivers
from resilience_policies.estate import Estate
from resilience_policies.rule import PACK_SERVICE, Finding, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.waivers import Entry, Subject, Waiver

_STACK = frozenset({"pulumi:pulumi:Stack"})
_NAMES_SHOWN = 10
_EXAMPLE = (
    '"waivers": {"waivers": [{"rule": "rds-multi-az", "resource": "reports", "owner": "data-team", '
    '"reason": "Rebuilt from S3 in ten minutes.", "expires": "2027-03-31"}]}'
)


def configuration(_estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Names and keys that nobody reads; the engine checks the values of those that are known."""
    current = operation.current()
    if current.config is None:
        yield Violation("internal error: the configuration did not reach the pack, so no waiver is known. Report this.")
        return
    given = {name: tuple(configured.properties) for name, configured in current.config.items()}
    for fault in config_faults.unknown_names(given, current.served.rules):
        yield Violation(f"{fault.path}: {fault.message}")


def valid_waivers(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Each waiver is complete, in force, and still needed."""
    current = operation.current()
    for entry in _entries(estate):
        for fault in entry.faults:
            yield Violation(f"{entry.origin} ({entry.rule or 'no rule'}): {fault}", entry.urn)
        if entry.waiver is not None and not _spared(estate, entry.waiver) and not current.is_open(entry.waiver):
            yield Violation(
                f"{entry.origin}: {entry.rule} has nothing to say on {entry.waiver.resource or 'the stack'}; "
                "remove the waiver, or correct its resource",
                entry.urn,
            )


def exceptions(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """One line a waiver, one for what was switched off, one for a selection."""
    current = operation.current()
    for waiver in dict.fromkeys(entry.waiver for entry in _entries(estate) if entry.waiver is not None):
        spared = _spared(estate, waiver)
        if spared or current.is_open(waiver):
            yield Violation(_listed(waiver, tuple(spared.values())), next(iter(spared)) if len(spared) == 1 else "")
    if current.disabled():
        yield Violation(f"switched off in the configuration: {_names(current.disabled())}")
    if current.served.left_out:
        count = len(current.served.left_out)
        yield Violation(f"the selection {current.served.selection!r} leaves out {count} rules of this pack")


def _entries(estate: Estate) -> Iterator[Entry]:
    current = operation.current()
    yield from current.entries
    for member in estate.members:
        yield from waivers.tagged(Subject(member.urn, member.name, member.stated), current.served.known)


def _spared(estate: Estate, waiver: Waiver) -> dict[str, str]:
    spared = operation.current().spared(waiver)
    return {urn: name for urn, name in spared.items() if not urn or estate.member(urn) is not None}


def _listed(waiver: Waiver, names: Sequence[str]) -> str:
    on = _names([name or "the stack" for name in names]) if names else f"{waiver.resource} (not judged yet)"
    return (
        f"{waiver.rule} is waived on {on} until {waiver.expires} by {waiver.owner}: {waiver.reason} [{waiver.origin}]"
    )


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


RULES: tuple[Rule, ...] = (
    StackRule(
        id="pack-configuration",
        service=PACK_SERVICE,
        severity=Severity.HIGH,
        title="The configuration of this pack names rules and keys that exist.",
        why="The engine accepts a misspelt rule or key in silence, and then judges by the defaults.",
        fix="python -m resilience_policies.check_config FILE",
        tags=("nist-800-53r5:CM-6",),
        types=_STACK,
        check=configuration,
    ),
    StackRule(
        id="waivers",
        service=PACK_SERVICE,
        severity=Severity.HIGH,
        title="Waivers are complete, in force, and still needed.",
        why="An exception that nobody owns or ends becomes the rule.",
        fix=_EXAMPLE,
        tags=("nist-800-53r5:CA-5", "iso-27001-2022:A.5.36"),
        settings=(
            Setting(
                "waivers",
                "objects",
                (),
                f"Waivers, each an object with the keys {', '.join(waivers.KEYS)}; or as a tag of the resource, "
                f"{waivers.TAG_PREFIX}RULE = {waivers.TAG_FORM}.",
            ),
        ),
        types=_STACK,
        check=valid_waivers,
    ),
    StackRule(
        id="exceptions",
        service=PACK_SERVICE,
        severity=Severity.LOW,
        level="advisory",
        listing=True,
        title="What the pack was told not to judge is listed.",
        why="Whoever approves a change must see what was set aside, by whom and until when.",
        fix=_EXAMPLE,
        tags=("nist-800-53r5:CA-5", "iso-27001-2022:A.5.36"),
        types=_STACK,
        check=exceptions,
    ),
)
