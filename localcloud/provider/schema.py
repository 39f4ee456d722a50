"""The input properties of the supported types, nested ones included, taken from the installed pulumi_aws SDK into schema.json.

`python -m localcloud.provider.schema` writes it; a test compares it with the SDK. The provider reads the file: importing the
SDK would cost every preview seconds.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import typing
from pathlib import Path
from typing import Any, TypedDict

FILE = Path(__file__).with_name("schema.json")


# "string", "integer", "number", "boolean", "object" (free-form), {"list": Kind}, {"map": Kind} or a Structure.
Kind = Any


class Structure(TypedDict):
    """The members of a type's inputs, or of a structure within them."""

    members: dict[str, Kind]
    required: list[str]


@functools.cache
def schema() -> dict[str, Structure]:
    found: dict[str, Structure] = json.loads(FILE.read_text())
    return found


def generate() -> dict[str, Structure]:
    """Reads the SDK's argument classes for every type of the catalog."""
    from localcloud.provider.catalog import TYPES  # noqa: PLC0415  only the generator needs it

    return {token: _from_sdk(token) for token in TYPES}


def _from_sdk(token: str) -> Structure:
    _, module_path, name = token.split(":")
    module = importlib.import_module(f"pulumi_aws.{module_path.split('/')[0]}")
    # A clash with a nested input of the same name makes the SDK call the resource's own arguments "InitArgs".
    candidates = [getattr(module, f"{name}{suffix}", None) for suffix in ("InitArgs", "Args")]
    arguments: Any = next(cls for cls in candidates if cls is not None and not cls.__module__.endswith("_inputs"))
    return _structure(arguments)


def _structure(arguments: Any) -> Structure:
    import pulumi._types as types  # noqa: PLC0415  private, and only here: the test of this file notices its change

    names = types.input_type_py_to_pulumi_names(arguments)
    kinds = types.input_type_types(arguments)
    parameters = inspect.signature(arguments.__init__).parameters
    required = [names[p.name] for p in parameters.values() if p.name in names and p.default is inspect.Parameter.empty]
    return {"members": {key: _kind(kinds[key]) for key in sorted(kinds)}, "required": sorted(required)}


def _kind(annotation: Any) -> Kind:
    origin = typing.get_origin(annotation)
    if origin is typing.Union:
        return _kind(typing.get_args(annotation)[0])
    simple = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if annotation in simple:
        return simple[annotation]
    if origin is not None and issubclass(origin, typing.Sequence):
        return {"list": _kind(typing.get_args(annotation)[0])}
    if origin is not None and issubclass(origin, typing.Mapping):
        return {"map": _kind(typing.get_args(annotation)[1])}
    if hasattr(annotation, "__init__") and annotation.__module__.endswith("_inputs"):
        return _structure(annotation)
    return "string" if isinstance(annotation, type) and issubclass(annotation, str) else "object"


if __name__ == "__main__":
    FILE.write_text(json.dumps(generate(), indent=1, sort_keys=True) + "\n")
