"""Reads the stack's configuration once and answers bad input with every error at once, before any resource exists."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pulumi
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from components.settings.model import Settings

# Keys that hold YAML structures or typed scalars; read as objects so that pydantic judges them, not a converter with
# its own messages.
KEYS = tuple(to_camel(name) for name in Settings.model_fields)

# The YAML that a person writes; an error about a key quotes its entry.
EXAMPLES: dict[str, str] = {
    "accountId": 'securecart:accountId: {value: "123456789012"}   # in Pulumi.yaml',
    "regions": "securecart:regions: {value: {primary: us-east-1, secondary: us-west-2}}   # in Pulumi.yaml",
    "databases": "securecart:databases: {value: {orders: {backupRetentionDays: 14}}}   # in Pulumi.yaml",
    "tables": "securecart:tables: {value: {order-history: {hashKey: id, attributes: {id: S}}}}   # in Pulumi.yaml",
    "buckets": "securecart:buckets: {value: {invoices: {noncurrentRetentionDays: 90}}}   # in Pulumi.yaml",
    "volumes": "securecart:volumes: {value: {backend: {sizeGib: 100}}}   # in Pulumi.yaml",
    "vaultLock": "securecart:vaultLock: {value: {minDays: 7, maxDays: 400}}   # in Pulumi.yaml",
    "keyDeletionWindowDays": "securecart:keyDeletionWindowDays: {value: 30}   # in Pulumi.yaml",
    "administratorRoles": "securecart:administratorRoles: {value: [securecart-deployer]}   # in Pulumi.yaml",
    "role": "securecart:role: primary   # or secondary; in Pulumi.<stack>.yaml",
    "network": "securecart:network: {cidrBlock: 10.20.0.0/16}   # in Pulumi.<stack>.yaml",
    "backup": "securecart:backup: {schedule: cron(0 5 ? * * *), retentionDays: 35}   # in Pulumi.<stack>.yaml",
    "links": "securecart:links: enabled   # or frozen; in Pulumi.<stack>.yaml",
    "ephemeral": "securecart:ephemeral: false   # in Pulumi.<stack>.yaml",
}


def load_settings(config: pulumi.Config | None = None) -> Settings:
    """Returns the settings of the running stack.

    Raises `pulumi.RunError` with every error of the configuration: key, value, what is allowed (with its AWS
    source), the YAML to write.
    """
    config = config or pulumi.Config("securecart")
    raw = {key: value for key in KEYS if (value := _parsed(config.get(key))) is not None}
    return parse_settings(raw)


def parse_settings(raw: dict[str, Any]) -> Settings:
    """The same for values that are already read; the door for tests and tools."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as invalid:
        # `from None`: the reader is a person with a YAML file, a pydantic traceback would hide the answer from them.
        raise pulumi.RunError(_message(invalid)) from None


def _parsed(text: str | None) -> Any:
    """Structures arrive as JSON, scalars as their text; digits stay text where the model wants text (an account id)."""
    if text is None or not text.strip().startswith(("{", "[")):
        return text
    return json.loads(text)


def _message(invalid: ValidationError) -> str:
    errors = invalid.errors()
    lines = [
        f"SecureCart's configuration has {len(errors)} error{'s' if len(errors) > 1 else ''}; nothing was changed."
    ]
    for error in errors:
        lines += _one(error)
    return "\n".join(lines)


def _one(error: ErrorDetails) -> list[str]:
    path = [str(part) for part in error["loc"] if part != "[key]"]
    named = _reason(error).split()[0].split(".")
    if not path and named[0] in EXAMPLES:
        path = named  # a rule over several keys begins its message with the one to change
    key = f"securecart:{'.'.join(path)}" if path else "securecart (several keys together)"
    lines = [f"  {key}: {_reason(error)}"]
    if error["type"] not in ("missing", "value_error"):
        lines.append(f"      value:   {_shown(error['input'])}")
    if allowed := _allowed(error, path):
        lines.append(f"      allowed: {allowed}")
    if path and path[0] in EXAMPLES:
        lines.append(f"      write:   {EXAMPLES[path[0]]}")
    return lines


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "extra_forbidden":
        return "is not a setting"
    return error["msg"].removeprefix("Value error, ")


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 120 else text[:117] + "..."


def _allowed(error: ErrorDetails, path: list[str]) -> str | None:
    schema = _schema_at(path[:-1] if error["type"] == "extra_forbidden" else path)
    if error["type"] == "extra_forbidden":
        known = sorted(schema.get("properties", {}))
        near = difflib.get_close_matches(path[-1], known, n=1)
        return f"{', '.join(known)}" + (f"; did you mean {near[0]}?" if near else "")
    if "allowed" in schema:
        return str(schema["allowed"])
    context = error.get("ctx", {})
    return str(context.get("expected") or context.get("pattern") or "") or None


def _schema_at(path: list[str]) -> dict[str, Any]:
    """The JSON schema of the setting at `path`, an empty one where the path leaves the schema."""
    root = settings_schema()
    node: dict[str, Any] = root
    for part in path:
        node = _resolve(node, root)
        node = node.get("properties", {}).get(part) or _entry_schema(node)
    return _resolve(node, root)


def _entry_schema(node: dict[str, Any]) -> dict[str, Any]:
    """The schema of a map's values, whether its keys are free (additionalProperties) or follow a pattern."""
    entries = list(node.get("patternProperties", {}).values())
    found = entries[0] if entries else node.get("additionalProperties", {})
    return found if isinstance(found, dict) else {}


def _resolve(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    return dict(root["$defs"][reference.rsplit("/", 1)[1]]) if reference else node


def settings_schema() -> dict[str, Any]:
    """The JSON schema of the configuration, with each range's AWS source under `allowed`."""
    return TypeAdapter(Settings).json_schema(by_alias=True)
