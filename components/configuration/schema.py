"""The JSON schema of the configuration, for editors: `python -m components.configuration.schema` writes the file.

Pulumi.yaml and Pulumi.<stack>.yaml name it in their first line; a test compares it with the models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from components.naming import PROJECT
from components.settings import Settings

FILE = Path(__file__).with_name("securecart.schema.json")


def settings_schema() -> dict[str, Any]:
    """The JSON schema of the settings, with each range's AWS source under `allowed`."""
    return TypeAdapter(Settings).json_schema(by_alias=True)


def file_schema() -> dict[str, Any]:
    """The schema of a whole file: Pulumi.yaml writes a setting below `value`, a stack file writes it as it is."""
    settings = settings_schema()
    keys = {
        f"{PROJECT}:{key}": {
            "anyOf": [
                kind,
                {"type": "object", "properties": {"value": kind}, "required": ["value"], "additionalProperties": False},
            ],
            "description": kind.get("description", ""),
        }
        for key, kind in settings["properties"].items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SecureCart's configuration",
        "type": "object",
        "properties": {"config": {"type": "object", "properties": keys}},
        "$defs": settings.get("$defs", {}),
    }


def text() -> str:
    """What the file must hold."""
    return json.dumps(file_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
