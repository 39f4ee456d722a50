"""Reads the stack's configuration once and answers bad input with every error at once, before any resource exists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import config as sdk_config
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from components.configuration.checks import CHECKS
from components.configuration.messages import Mistake, message, of_model, unknown
from components.naming import PROJECT
from components.settings import Settings

# Keys that hold YAML structures or typed scalars; read as objects so that pydantic judges them, not a converter with
# its own messages.
FIELDS = {to_camel(name): name for name in Settings.model_fields}
KEYS = tuple(FIELDS)


def load_settings(config: pulumi.Config | None = None) -> Settings:
    """Returns the settings of the running stack.

    Raises `pulumi.RunError` with every error of the configuration: key, value, what is allowed (with its AWS
    source), the YAML to write.
    """
    config = config or pulumi.Config(PROJECT)
    names = {name.removeprefix(f"{PROJECT}:") for name in _every_key() if name.startswith(f"{PROJECT}:")}
    raw = {key: value for key in sorted(names | FIELDS.keys()) if (value := _parsed(config.get(key))) is not None}
    return parse_settings(raw)


def parse_settings(raw: Mapping[str, Any]) -> Settings:
    """The same for values that are already read; the door for tests and tools.

    One mistake does not hide the others: a rule over several sections is asked as soon as all that it reads are right.
    """
    mistakes = [unknown(key, KEYS) for key in raw if key not in FIELDS]
    given = {key: value for key, value in raw.items() if key in FIELDS}
    wrong: set[str] = set()
    try:
        known = Settings.model_validate(given)
    except ValidationError as invalid:
        mistakes += [of_model(error) for error in invalid.errors()]
        wrong = {FIELDS[str(error["loc"][0])] for error in invalid.errors()}
        known = _without(given, wrong)
    for check in CHECKS:
        if not check.reads & wrong:
            mistakes += [Mistake(path=tuple(path.split(".")), reason=reason) for path, reason in check.problems(known)]
    if mistakes:
        # `from None`: the reader is a person with a YAML file, a pydantic traceback would hide the answer from them.
        raise pulumi.RunError(message(mistakes)) from None
    return known


def _every_key() -> set[str]:
    """The keys that the stack's configuration has, also those that nobody asks for: a typo must not become a default."""
    return {*sdk_config.CONFIG.get(), *sdk_config.get_config_env()}


def _without(given: Mapping[str, Any], wrong: set[str]) -> Settings:
    """The sections that are right by themselves, for the rules that read no other."""
    right: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        key = to_camel(name)
        if name in wrong:
            continue
        # Its constraints have been checked with the whole model; here only its types matter.
        kind: TypeAdapter[Any] = TypeAdapter(field.annotation or object)
        right[name] = kind.validate_python(given[key]) if key in given else field.get_default(call_default_factory=True)
    return Settings.model_construct(None, **right)


def _parsed(text: str | None) -> Any:
    """Structures arrive as JSON, scalars as their text; digits stay text where the model wants text (an account id)."""
    if text is None or not text.strip().startswith(("{", "[")):
        return text
    return json.loads(text)
