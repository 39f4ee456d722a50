"""Changes single values of the project's YAML files and leaves everything else, comments too, as it was written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from automation.errors import SecurecartError

Change = tuple[tuple[str, ...], str]
"""Path of keys, and the plain scalar to write there."""


def set_values(file: Path, changes: Mapping[tuple[str, ...], str]) -> list[str]:
    """Writes the values; what changed, as lines `key: before -> after`. A key that is missing is added to its section.

    Raises SecurecartError where a section on the way is missing or is no mapping.
    """
    text = before = file.read_text()
    said = []
    for path, value in changes.items():
        old, text = _set(text, path, value, file.name)
        if old != value:
            said.append(f"{file.name}: {'.'.join(path)}: {old or 'not set'} -> {value}")
    if text != before:
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.write_text(text)
        draft.replace(file)
    return said


def _set(text: str, path: tuple[str, ...], value: str, name: str) -> tuple[str, str]:
    """The value that was there (empty: none), and the new text."""
    node = yaml.compose(text)
    for depth, key in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            raise SecurecartError(
                f"{name} has no section {'.'.join(path[:depth])}: {key} cannot be set to {value}.",
                f"write {'.'.join(path)}: {value} into {name}",
            )
        found = next((entry for entry in node.value if entry[0].value == key), None)
        if found is None:
            if depth < len(path) - 1:
                raise SecurecartError(
                    f"{name} has no {'.'.join(path[: depth + 1])}.", f"write {'.'.join(path)}: {value} into {name}"
                )
            return "", _inserted(text, node, f"{key}: {value}")
        node = found[1]
    if not isinstance(node, yaml.ScalarNode):
        raise SecurecartError(f"{name}: {'.'.join(path)} is no single value.", f"write {'.'.join(path)}: {value}")
    start, end = node.start_mark.index, node.end_mark.index
    if node.value == "" and start == end:  # `key:` with nothing behind it
        return "", f"{text[:start]} {value}{text[end:]}"
    return str(node.value), text[:start] + value + text[end:]


def _inserted(text: str, node: yaml.MappingNode, line: str) -> str:
    """As the first entry of a mapping, in the style that it is written in."""
    if node.flow_style:
        start = node.start_mark.index + 1
        return f"{text[:start]}{line}{', ' if node.value else ''}{text[start:]}"
    start, column = node.start_mark.index, node.start_mark.column
    return f"{text[:start]}{line}\n{' ' * column}{text[start:]}"
