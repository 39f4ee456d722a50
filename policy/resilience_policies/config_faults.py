"""What is wrong with a configuration of the pack: the engine accepts unknown rules and keys in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from resilience_policies import waivers
from resilience_policies.reading import whole
from resilience_policies.rule import BY_DATA_CLASS, Rule, Setting
from resilience_policies.suggestions import meant

# The engine's own words beside the names of rules, and inside one.
_ALL: Final = "all"
_ENVIRONMENTS: Final = "environments"
LEVEL_KEY: Final = "enforcementLevel"
LEVELS: Final = ("mandatory", "advisory", "remediate", "disabled")


@dataclass(frozen=True)
class Fault:
    """One mistake: where it stands, as a path in the document, and what to write instead."""

    path: str
    message: str


def faults(document: object, rules: Iterable[Rule]) -> tuple[Fault, ...]:
    """Every fault of a configuration document, in its own order."""
    if not isinstance(document, Mapping):
        return (Fault("", "must be an object with one key a rule"),)
    return tuple(_document(document, {rule.id: rule for rule in rules}))


def unknown_names(given: Mapping[str, Iterable[str]], rules: Iterable[Rule]) -> Iterator[Fault]:
    """The rules and keys that nobody reads, of a configuration that the engine has checked otherwise."""
    known = {rule.id: rule for rule in rules}
    for name, keys in given.items():
        if name not in known:
            yield from () if name == _ALL else (_unknown_rule(name, known),)
        else:
            yield from (fault for key in keys if (fault := _unknown_key(known[name], key)) is not None)


def _document(document: Mapping[str, Any], known: Mapping[str, Rule]) -> Iterator[Fault]:
    for name, given in document.items():
        if name == _ENVIRONMENTS:
            if not _is_texts(given):
                yield Fault(name, "must be a list of texts (Pulumi ESC environments)")
        elif name != _ALL and name not in known:
            yield _unknown_rule(name, known)
        elif isinstance(given, str):
            yield from _level(name, given, known.get(name))
        elif not isinstance(given, Mapping):
            yield Fault(name, f"must be a level ({', '.join(LEVELS)}) or an object")
        else:
            yield from _level(f"{name}.{LEVEL_KEY}", given.get(LEVEL_KEY, "advisory"), known.get(name))
            yield from _properties(name, given, known)


def _properties(name: str, given: Mapping[str, Any], known: Mapping[str, Rule]) -> Iterator[Fault]:
    rule = known.get(name)
    for key, value in given.items():
        if key == LEVEL_KEY:
            continue
        if rule is None:
            yield Fault(f"{name}.{key}", f"{_ALL} takes nothing but a level")
            continue
        if key == BY_DATA_CLASS and rule.by_class:
            yield from _by_class(rule, value)
            continue
        unknown = _unknown_key(rule, key)
        if unknown is not None:
            yield unknown
            continue
        setting = next(setting for setting in rule.settings if setting.key == key)
        fault = _value(setting, value)
        if fault:
            yield Fault(f"{name}.{key}", fault)
        elif setting.kind == "objects":
            for entry in waivers.configured(value, waivers.waivable(known.values())):
                yield from (Fault(f"{name}.{entry.origin}", text) for text in entry.faults)


def _by_class(rule: Rule, given: object) -> Iterator[Fault]:
    path = f"{rule.id}.{BY_DATA_CLASS}"
    if not isinstance(given, Mapping) or not all(isinstance(keys, Mapping) for keys in given.values()):
        yield Fault(path, 'must be an object of objects, such as {"payments": {"minDays": 35}}')
        return
    settings = {setting.key: setting for setting in rule.by_class}
    for name, keys in given.items():
        for key, value in keys.items():
            fault = _value(settings[key], value) if key in settings else f"unknown; allowed: {', '.join(settings)}"
            if fault:
                yield Fault(f"{path}.{name}.{key}", fault)


def _value(setting: Setting, value: object) -> str:
    """What is wrong with a value; "" when nothing is."""
    if setting.kind == "boolean":
        return "" if isinstance(value, bool) else f"is {value!r}; must be true or false"
    if setting.kind == "text":
        return "" if isinstance(value, str) and value else "must be a text"
    if setting.kind == "array":
        return "" if _is_texts(value) else "must be a list of texts"
    if setting.kind == "objects":
        return "" if isinstance(value, list) else "must be a list of objects"
    number = whole(value) if isinstance(value, int | float) else None
    low, high = setting.minimum, setting.maximum
    inside = isinstance(number, int) and (low is None or number >= low) and (high is None or number <= high)
    bounds = " ".join(f"{word} {bound}" for word, bound in (("from", low), ("to", high)) if bound is not None)
    return "" if inside else f"is {value!r}; must be a whole number {bounds}".rstrip()


def _level(path: str, level: object, rule: Rule | None) -> Iterator[Fault]:
    if level == "remediate" and getattr(rule, "remedy", None) is None:
        yield Fault(path, "is 'remediate', and there is nothing that the pack may change; RULES.md says where it may")
    if level not in LEVELS:
        yield Fault(path, f"is {level!r}; a level is one of {', '.join(LEVELS)}{meant(level, LEVELS)}")


def _unknown_rule(name: str, known: Iterable[str]) -> Fault:
    return Fault(name, f"no such rule{meant(name, known)}; RULES.md lists them")


def _unknown_key(rule: Rule, key: str) -> Fault | None:
    allowed = [setting.key for setting in rule.settings] + ([BY_DATA_CLASS] if rule.by_class else [])
    if key in allowed:
        return None
    takes = f"it takes {', '.join(allowed)} and {LEVEL_KEY}" if allowed else f"it takes {LEVEL_KEY} only"
    return Fault(f"{rule.id}.{key}", f"the rule has no such key{meant(key, allowed)}; {takes}")


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
