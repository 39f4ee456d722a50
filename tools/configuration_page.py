"""docs/configuration.md: every setting with its type, default, range and source, from the JSON schema and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.configuration.examples import EXAMPLES
from components.configuration.schema import settings_schema
from components.naming import PROJECT

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"

Schema = Mapping[str, Any]

_HEAD = f"""# Configuration

Generated from the settings (`components/settings/`): `python -m tools.configuration_page`.

Pulumi.yaml says once what both stacks read, as `{PROJECT}:<setting>: {{value: ...}}`; Pulumi.prod.yaml and Pulumi.dr.yaml say
what differs, without `value`. Editors that know the YAML language server complete and check all of it: the first line of each file
names the schema, which `python -m components.configuration.schema` writes.

An unknown key is an error, and so is each value outside what is allowed here: the program stops before any resource and reports
every error at once. Rules over several settings are in [checks.py](../components/configuration/checks.py); their errors say what
to write.
"""
_TABLE = ("| setting | type | default | allowed, and who says so | meaning |", "|---|---|---|---|---|")

_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false"}


def page() -> str:
    """The page's text: the settings, then each object that they hold, in the order in which they are met."""
    schema = settings_schema()
    paths = _objects(schema)
    lines = [_HEAD, "## Settings", "", *_TABLE, *_rows(schema, schema["$defs"]), ""]
    for name, found in paths.items():
        model = schema["$defs"][name]
        where = ", ".join(f"`{path}`" for path in found)
        about = " ".join(model["description"].split())
        lines += [f"## {name}", "", where, "", about, "", *_TABLE, *_rows(model, schema["$defs"]), ""]
    lines += ["## As YAML", "", "```yaml", *EXAMPLES.values(), "```"]
    return "\n".join(lines) + "\n"


def settings_paths() -> set[str]:
    """Every setting as its path, for example `databases.<name>.generation`."""
    schema = settings_schema()
    found = set(schema["properties"])
    for name, paths in _objects(schema).items():
        found |= {f"{path}.{key}" for path in paths for key in schema["$defs"][name]["properties"]}
    return found


def _objects(schema: Schema) -> dict[str, list[str]]:
    """The models below the settings, each with the paths where it stands."""
    paths: dict[str, list[str]] = {}
    waiting = [(key, kind) for key, kind in schema["properties"].items()]
    while waiting:
        path, kind = waiting.pop(0)
        for suffix, name in _references(kind):
            if "properties" in schema["$defs"][name]:
                paths.setdefault(name, []).append(f"{path}{suffix}")
                inner = schema["$defs"][name]["properties"].items()
                waiting += [(f"{path}{suffix}.{key}", one) for key, one in inner]
    return paths


def _references(kind: Schema) -> Iterator[tuple[str, str]]:
    """(suffix of the path, name of the model) of what a property may hold."""
    if "$ref" in kind:
        yield "", kind["$ref"].rsplit("/", 1)[1]
    for one in kind.get("anyOf", ()):
        yield from _references(one)
    if "items" in kind:
        yield from (("[]", name) for _, name in _references(kind["items"]))
    for one in _values(kind):
        yield from ((".<name>", name) for _, name in _references(one))


def _values(kind: Schema) -> list[Schema]:
    """What an object of free keys holds."""
    extra = kind.get("additionalProperties")
    return [*kind.get("patternProperties", {}).values(), *([extra] if isinstance(extra, Mapping) else [])]


def _rows(model: Schema, definitions: Schema) -> Iterator[str]:
    for key, kind in model["properties"].items():
        cells = (
            f"`{key}`",
            _type(kind, definitions),
            _default(key, kind, model),
            _allowed(kind, definitions),
            _meaning(kind, definitions),
        )
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _type(kind: Schema, definitions: Schema) -> str:
    if "$ref" in kind:
        name = kind["$ref"].rsplit("/", 1)[1]
        return (
            f"[{name}](#{name.lower()})" if "properties" in definitions[name] else _type(definitions[name], definitions)
        )
    if "anyOf" in kind:
        return " or ".join(_type(one, definitions) for one in kind["anyOf"] if one.get("type") != "null")
    if "enum" in kind or "const" in kind:
        return "one of"
    if kind["type"] == "array":
        return f"list of {_type(kind['items'], definitions)}"
    if kind["type"] == "object":
        return "by name: " + " or ".join(_type(one, definitions) for one in _values(kind))
    return _WORDS[kind["type"]]


def _default(key: str, kind: Schema, model: Schema) -> str:
    if key in model.get("required", ()):
        return "required"
    default = kind.get("default")
    if isinstance(default, Mapping) and default:
        return "its defaults"
    if default is None:
        return "none"
    if isinstance(default, list):
        return ", ".join(f"`{one}`" for one in default) or "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _allowed(kind: Schema, definitions: Schema) -> str:
    """The range with its source; where there is none, what the type itself admits."""
    if "allowed" in kind:
        return str(kind["allowed"]).replace("  ", " ")
    if "$ref" in kind:
        target = definitions[kind["$ref"].rsplit("/", 1)[1]]
        return "" if "properties" in target else _allowed(target, definitions)
    if "anyOf" in kind:
        return " or ".join(text for one in kind["anyOf"] if (text := _allowed(one, definitions)))
    if "items" in kind:
        return _allowed(kind["items"], definitions)
    found = [f"`{one}`" for one in kind.get("enum", ())]
    if "minimum" in kind:
        found.append(f"{kind['minimum']} to {kind['maximum']}" if "maximum" in kind else f"from {kind['minimum']}")
    if "pattern" in kind:
        found.append(f"`{kind['pattern']}`")
    if kind.get("type") == "string" and ("minLength" in kind or "maxLength" in kind):
        found.append(_length(kind))
    return ", ".join(found) or " or ".join(text for one in _values(kind) if (text := _allowed(one, definitions)))


def _length(kind: Schema) -> str:
    least, most = kind.get("minLength", 0), kind.get("maxLength")
    if most is None:
        return f"at least {least} characters" if least > 1 else "not empty"
    return f"{least} to {most} characters" if least else f"at most {most} characters"


def _meaning(kind: Schema, definitions: Schema) -> str:
    """What the setting says of itself, else what its type does; `<` would begin an HTML tag."""
    of_type = (definitions[name].get("description", "") for _, name in _references(kind))
    return str(kind.get("description") or next(of_type, "")).replace("<", "&lt;")


def main() -> None:
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
