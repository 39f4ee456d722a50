"""Property values between the engine's wire form (protobuf structs) and Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

# The engine's sentinels (pulumi sdk/go/common/resource/plugin/rpc.go and resource/sig.go).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

Props = dict[str, Any]


def load(struct: struct_pb2.Struct) -> Props:
    """Plain Python values; secrets are unwrapped (`secret_keys` tells which), unknowns stay the UNKNOWN sentinel."""
    return {key: _load(value) for key, value in struct.fields.items()}


def _load(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        if signature in (SECRET, OUTPUT_VALUE):
            return _load(fields["value"]) if "value" in fields else UNKNOWN
        return {key: _load(item) for key, item in fields.items()}
    if kind == "list_value":
        return [_load(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def secret_keys(struct: struct_pb2.Struct) -> frozenset[str]:
    """Top-level properties that hold a secret anywhere inside."""
    return frozenset(key for key, value in struct.fields.items() if _has_secret(value))


def _has_secret(value: struct_pb2.Value) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
        if signature == SECRET or (signature == OUTPUT_VALUE and "secret" in fields and fields["secret"].bool_value):
            return True
        return any(_has_secret(item) for item in fields.values())
    return kind == "list_value" and any(_has_secret(item) for item in value.list_value.values)


def dump(props: Mapping[str, Any], secrets: frozenset[str] = frozenset()) -> struct_pb2.Struct:
    """The wire form; each top-level property named in `secrets` is wrapped as a secret."""
    struct = struct_pb2.Struct()
    for key, value in props.items():
        if value is None:
            continue
        if key in secrets:
            struct.fields[key].struct_value.update({SIGNATURE: SECRET, "value": _plain(value)})
        else:
            struct.fields[key].CopyFrom(_dump(value))
    return struct


def _dump(value: Any) -> struct_pb2.Value:
    wrapper = struct_pb2.Struct()
    wrapper.update({"value": _plain(value)})
    return wrapper.fields["value"]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def texts(value: Any) -> list[str]:
    """Every text inside a value."""
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def has_unknown(value: Any) -> bool:
    if value == UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(map(has_unknown, value.values()))
    return isinstance(value, list) and any(map(has_unknown, value))
