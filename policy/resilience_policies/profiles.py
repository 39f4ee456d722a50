"""Which rules run, and how strictly, from two environment variables.

The engine settles the level of every rule before it hands a configuration to a pack, so a profile cannot be a key of
the configuration; `all` is the engine's own word for one level there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pulumi_policy import Severity

from resilience_policies.rule import PACK_SERVICE, Level, Rule
from resilience_policies.suggestions import meant

PROFILE: Final = "AWS_DATA_RESILIENCE_PROFILE"
SELECT: Final = "AWS_DATA_RESILIENCE_SELECT"
PROFILES: Final = ("baseline", "strict", "detect-only")
# Least to worst: a selection by severity takes the one named and those that are worse.
SEVERITIES: Final = tuple(
    severity.value for severity in (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
)


class BadSettingError(ValueError):
    """An environment variable cannot be followed. The pack must not start: it would judge something else than asked."""


@dataclass(frozen=True)
class Chosen:
    """The rules that run, each with its level in force, and what a selection left out."""

    rules: tuple[Rule, ...]
    left_out: tuple[str, ...]
    selection: str


def chosen(environment: Mapping[str, str], rules: Iterable[Rule]) -> Chosen:
    """Applies profile and selection. The rules about the pack itself always run.

    Raises:
        BadSettingError: a value is unknown, or the selection leaves no rule; all faults in one message.
    """
    rules = tuple(rules)
    faults: list[str] = []
    profile = environment.get(PROFILE, "").strip() or PROFILES[0]
    if profile not in PROFILES:
        faults.append(f"{PROFILE} is {profile!r}; allowed: {', '.join(PROFILES)}{meant(profile, PROFILES)}")
    selection = environment.get(SELECT, "").strip()
    wanted = _parsed(selection, _allowed(rules), faults)
    kept = tuple(rule for rule in rules if rule.service == PACK_SERVICE or _matches(rule, wanted))
    if not faults and all(rule.service == PACK_SERVICE for rule in kept):
        faults.append(f"{SELECT} is {selection!r}, which selects no rule; allow more, or unset it")
    if faults:
        raise BadSettingError("; ".join(faults))
    return Chosen(
        rules=tuple(replace(rule, level=level(rule, profile)) for rule in kept),
        left_out=tuple(rule.id for rule in rules if rule not in kept),
        selection=selection,
    )


def level(rule: Rule, profile: str) -> Level:
    """The level of a rule under a profile: what is off stays off, and a mere listing never blocks."""
    if rule.level == "disabled" or profile == "baseline":
        return rule.level
    return "mandatory" if profile == "strict" and not rule.listing else "advisory"


def _allowed(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    ours = [rule for rule in rules if rule.service != PACK_SERVICE]
    return {
        "service": tuple(sorted({rule.service for rule in ours})),
        "severity": SEVERITIES,
        "framework": tuple(sorted({tag.partition(":")[0] for rule in ours for tag in rule.tags})),
    }


def _parsed(selection: str, allowed: Mapping[str, tuple[str, ...]], faults: list[str]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for part in (part.strip() for part in selection.split(",") if selection):
        key, equals, value = (text.strip() for text in part.partition("="))
        if not equals or key not in allowed:
            faults.append(f"{SELECT} holds {part!r}; write key=value with a key of: {', '.join(allowed)}")
        elif value not in allowed[key]:
            known = ", ".join(allowed[key])
            faults.append(f"{SELECT} holds {key}={value!r}; allowed: {known}{meant(value, allowed[key])}")
        else:
            wanted.setdefault(key, set()).add(value)
    return wanted


def _matches(rule: Rule, wanted: Mapping[str, set[str]]) -> bool:
    """One of the values of each key: several of one key widen, several keys narrow."""
    least = min((SEVERITIES.index(value) for value in wanted.get("severity", ())), default=0)
    frameworks = {tag.partition(":")[0] for tag in rule.tags}
    return (
        ("service" not in wanted or rule.service in wanted["service"])
        and ("framework" not in wanted or not frameworks.isdisjoint(wanted["framework"]))
        and SEVERITIES.index(rule.severity.value) >= least
    )
