"""What a rule is: a pure function over known facts, and everything that people, configuration files and documents
need to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, Severity

from resilience_policies.reading import Reading, Unknown, whole

if TYPE_CHECKING:
    from resilience_policies.estate import Estate

Level = Literal["mandatory", "advisory", "disabled"]
# The service of the rules that judge how the pack is used, not what is deployed.
PACK_SERVICE: Final = "pack"


@dataclass(frozen=True)
class Violation:
    """The rule is broken; `urn` names the resource in a stack rule ("" = the stack itself) and is ignored in a
    resource rule.
    """

    message: str
    urn: str = ""


@dataclass(frozen=True)
class Undetermined:
    """A value that the rule needs is not known yet. Reported once per resource (stack rule: once), always at
    advisory. `urn` names the resource in a stack rule, when one is meant.
    """

    message: str
    urn: str = ""


Finding = Violation | Undetermined


@dataclass(frozen=True)
class Setting:
    """One key of a rule's configuration. `kind` is integer, boolean, text, array (of texts) or objects (a list of them,
    whose keys the rule itself judges, so that a fault is told with its fix).
    """

    key: str
    kind: Literal["integer", "boolean", "text", "array", "objects"]
    default: int | bool | str | tuple[str, ...]
    about: str
    minimum: int | None = None
    maximum: int | None = None

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the key; the engine fills the default in and refuses values outside."""
        default = list(self.default) if isinstance(self.default, tuple) else self.default
        bounds = (("minimum", self.minimum), ("maximum", self.maximum))
        limits = {name: bound for name, bound in bounds if bound is not None}
        items = {"array": {"items": {"type": "string"}}, "objects": {"items": {"type": "object"}}}.get(self.kind, {})
        kind = {"objects": "array", "text": "string"}.get(self.kind, self.kind)
        return {"type": kind, "default": default, "description": self.about, **limits, **items}


BY_DATA_CLASS: Final = "byDataClass"


class Settings:
    """The configuration of one rule in force: what was configured, else the default that the rule declares.

    `data_class` is that of the one resource in question: whole numbers may differ by it (`byDataClass`). While the
    class is not known, the rule's general number holds and `notes` gets what must be said about that.
    """

    def __init__(
        self,
        declared: tuple[Setting, ...],
        configured: Mapping[str, Any],
        data_class: str | Unknown | None = None,
        notes: list[str] | None = None,
    ) -> None:
        self._declared = {setting.key: setting for setting in declared}
        self._configured = configured
        self._data_class = data_class
        self.notes: list[str] = notes if notes is not None else []

    def of(self, data_class: str | Unknown | None) -> Settings:
        """The same settings for a resource of this data class; stack rules ask per resource."""
        return Settings(tuple(self._declared.values()), self._configured, data_class, self.notes)

    def integer(self, key: str) -> int:
        override = self._by_class(key)
        if override is not None:
            return override
        value = whole(self._configured.get(key))
        return value if isinstance(value, int) else int(self._default(key, int))

    def flag(self, key: str) -> bool:
        value = self._configured.get(key)
        return value if isinstance(value, bool) else bool(self._default(key, bool))

    def text(self, key: str) -> str:
        value = self._configured.get(key)
        return value if isinstance(value, str) else str(self._default(key, str))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._configured.get(key)
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else self._default(key, tuple)

    def origin(self, key: str) -> str:
        """Where the value in force comes from, for a message. The engine writes defaults into the configuration, so
        equality decides.
        """
        if self._by_class(key) is not None:
            return f"{key} for data class {self._data_class}, set in the policy configuration"
        is_default = key not in self._configured or whole(self._configured[key]) == self._declared[key].default
        return f"{key}, the rule's default" if is_default else f"{key}, set in the policy configuration"

    def _by_class(self, key: str) -> int | None:
        classes = self._configured.get(BY_DATA_CLASS)
        overriding = [name for name, keys in classes.items() if key in keys] if isinstance(classes, Mapping) else []
        if isinstance(self._data_class, Unknown):
            if overriding:
                note = f"undetermined: the data class is not known yet, and {key} depends on it"
                self.notes.extend([note] if note not in self.notes else [])
            return None
        if self._data_class not in overriding or not isinstance(classes, Mapping):
            return None
        value = whole(classes[self._data_class][key])
        return value if isinstance(value, int) else None

    def _default(self, key: str, kind: type[Any]) -> Any:
        default = self._declared[key].default
        if not isinstance(default, kind):
            raise TypeError(f"setting {key} is declared as {self._declared[key].kind} and read as {kind.__name__}")
        return default


@dataclass(frozen=True)
class Resource:
    """One resource as a resource rule sees it: its inputs, after the provider has checked and completed them."""

    type: str
    name: str
    urn: str
    stated: Reading
    region: str | None
    # The options `protect` and `ignore_changes`, the latter as the engine spells property paths.
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One property that a remedy sets: a path of keys and list indexes, and the value."""

    path: tuple[str | int, ...]
    value: object


Remedy = Callable[[Resource, Settings], Iterator[Change]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Facts common to all rules. `fix` is Pulumi Python; `tags` are controls elsewhere, "framework:control"."""

    id: str
    service: str
    severity: Severity
    title: str
    why: str
    fix: str
    tags: tuple[str, ...]
    # The only resource types that the rule looks at, so that rules can be picked by type.
    types: frozenset[str]
    level: Level = "mandatory"
    settings: tuple[Setting, ...] = field(default=())
    # True when its findings only list something for a reviewer: no profile makes them block.
    listing: bool = False

    def schema(self) -> PolicyConfigSchema | None:
        """The schema of the rule's configuration for the SDK; None when there is nothing to set but the level."""
        if not self.settings:
            return None
        properties = {setting.key: setting.schema() for setting in self.settings}
        if self.by_class:
            properties[BY_DATA_CLASS] = {
                "type": "object",
                "default": {},
                "description": "Other numbers for the resources of a data class.",
                "additionalProperties": {
                    "type": "object",
                    "properties": {setting.key: setting.schema() for setting in self.by_class},
                    "additionalProperties": False,
                },
            }
        return PolicyConfigSchema(properties=properties)

    @property
    def by_class(self) -> tuple[Setting, ...]:
        """The settings that may differ by the data class of a resource."""
        return tuple(setting for setting in self.settings if setting.kind == "integer")

    def enforcement(self) -> EnforcementLevel:
        return EnforcementLevel(self.level)


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule that one resource's own inputs decide."""

    check: Callable[[Resource, Settings], Iterator[Finding]]
    # What to change at the level `remediate`, asked only when the rule is broken. resilience_policies.remediation.
    remedy: Remedy | None = None


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule that needs the neighbours of a resource, judged once over the whole stack."""

    check: Callable[[Estate, Settings], Iterator[Finding]]
