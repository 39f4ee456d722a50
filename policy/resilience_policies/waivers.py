"""Waivers: one rule is set aside on one resource, by someone, for a reason, until a day.

A waiver is an entry of the configuration, or a tag of the resource itself. The tag's value keeps to the characters that
AWS allows everywhere (letters, digits, spaces and `_ . : / = + - @`), so no comma or semicolon separates its parts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final

from resilience_policies.clock import today
from resilience_policies.reading import Reading
from resilience_policies.rule import PACK_SERVICE, Rule
from resilience_policies.suggestions import meant

KEYS: Final = ("rule", "resource", "reason", "owner", "expires")
TAG_PREFIX: Final = "policy-waiver/"
TAG_FORM: Final = "expires=YYYY-MM-DD owner=TEAM reason=WHY"
_TAG_PART = re.compile(r"(?:^|\s)(expires|owner|reason)=")
# Where waivers by tag may stand. Not in tagsAll: a default tag of the provider would waive a rule on everything.
_TAGS = "tags"


@dataclass(frozen=True)
class Subject:
    """What a finding is about: one resource, or (all empty) the stack as a whole."""

    urn: str = ""
    name: str = ""
    stated: Reading | None = None


@dataclass(frozen=True)
class Waiver:
    """A valid waiver that is in force. `resource` is a name or URN with `*` and `?`; "" is the stack as a whole."""

    rule: str
    resource: str
    reason: str
    owner: str
    expires: date
    origin: str

    def covers(self, rule: str, subject: Subject) -> bool:
        return rule == self.rule and any(
            own == self.resource or (own and fnmatchcase(own, self.resource)) for own in (subject.name, subject.urn)
        )


@dataclass(frozen=True)
class Entry:
    """What was written as a waiver: the waiver, or what is wrong with it. `urn` is that of the tagged resource."""

    origin: str
    rule: str
    waiver: Waiver | None
    faults: tuple[str, ...]
    urn: str = ""


def waivable(rules: Iterable[Rule]) -> frozenset[str]:
    """The ids that a waiver may name: not those of the rules that watch over waivers."""
    return frozenset(rule.id for rule in rules if rule.service != PACK_SERVICE)


def configured(entries: object, rules: Collection[str]) -> tuple[Entry, ...]:
    """The waivers of the configuration's key `waivers`; `rules` are the ids that they may name."""
    listed = entries if isinstance(entries, list | tuple) else ()
    return tuple(_entry(entry, f"waivers[{number}]", rules) for number, entry in enumerate(listed))


def tagged(subject: Subject, rules: Collection[str]) -> tuple[Entry, ...]:
    """The waivers in the resource's own tags, whatever rule they name. A value that is not known yet waives nothing."""
    if subject.stated is None:
        return ()
    keys = [key for key in subject.stated.keys(_TAGS) if key.startswith(TAG_PREFIX)]
    return tuple(_of_tag(subject, key, rules) for key in keys)


def _of_tag(subject: Subject, key: str, rules: Collection[str]) -> Entry:
    rule = key.removeprefix(TAG_PREFIX)
    origin = f"the tag {key} of {subject.name}"
    value = subject.stated.text(_TAGS, key) if subject.stated is not None else None
    if not isinstance(value, str):
        return Entry(origin, rule, None, (f"its value is empty or not known yet; write: {TAG_FORM}",), subject.urn)
    before, *parts = _TAG_PART.split(value)
    if before.strip():
        return Entry(origin, rule, None, (f"its value must read: {TAG_FORM}",), subject.urn)
    fields: dict[str, Any] = dict(zip(parts[::2], parts[1::2], strict=True))
    return _entry({**fields, "rule": rule, "resource": subject.urn}, origin, rules, subject.urn)


def _entry(entry: object, origin: str, rules: Collection[str], urn: str = "") -> Entry:
    if not isinstance(entry, Mapping):
        return Entry(origin, "", None, (f"must be an object with the keys {', '.join(KEYS)}",), urn)
    faults = [f"unknown key {key!r}; allowed: {', '.join(KEYS)}" for key in entry if key not in KEYS]
    fields = {key: entry.get(key) for key in KEYS}
    texts = {key: value.strip() for key, value in fields.items() if isinstance(value, str)}
    # An empty resource is a choice: the findings about the stack as a whole.
    missing = [key for key in KEYS if key not in texts or not (texts[key] or key == "resource")]
    faults += [f"{key} is missing: {_NEEDED[key]}" for key in missing]
    rule = texts.get("rule", "")
    if rule and rule not in rules:
        faults.append(f"rule {rule!r} does not exist{meant(rule, rules)}")
    resource = texts.get("resource", "")
    if resource and not resource.strip("*?"):
        faults.append(f"resource {resource!r} is everything; to switch a rule off, set its level to disabled")
    expires = _day(texts.get("expires", ""))
    if texts.get("expires") and expires is None:
        faults.append(f"expires {texts['expires']!r} is not a day; write it as YYYY-MM-DD")
    elif expires is not None and expires < today():
        faults.append(f"expired on {expires}: mend the resource, or have its owner decide anew")
    if faults or expires is None:
        return Entry(origin, rule, None, tuple(faults), urn)
    waiver = Waiver(rule, resource, texts["reason"], texts["owner"], expires, origin)
    return Entry(origin, rule, waiver, (), urn)


_NEEDED: Final = {
    "rule": "the id of the rule that is set aside",
    "resource": 'name or URN of the resource (`*` is allowed; "" for the stack as a whole)',
    "reason": "why this is acceptable, in words that a reviewer can judge",
    "owner": "who decided, and is asked when it ends",
    "expires": "the last day on which it holds, as YYYY-MM-DD",
}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
