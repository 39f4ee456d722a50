"""The Pulumi project that a target runs: the repository itself on AWS, a mirror of its settings on the local cloud.

A team that deploys to AWS commits its own secrets provider in Pulumi.<stack>.yaml, which the local cloud cannot use. There
the project is a copy below the local root without it, whose `main` leads to the program. The salt of the local passphrase,
which the files are shipped with, is kept: plain `pulumi` in the repository then reads the same state (docs/adr/0009).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from automation.errors import SecurecartError

REPOSITORY = Path(__file__).resolve().parent.parent
POLICY_PACK = REPOSITORY / "policy"
STACKS = ("prod", "dr")  # dr reads prod's outputs: this is the order of deployment, its reverse that of destruction
# Belongs to the backend of a stack, not to its settings.
_SECRET_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")


def mirror_project(directory: Path) -> Path:
    """Write the project's settings to `directory`, keeping the salts that are there already; returns `directory`."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    project = _load(REPOSITORY / "Pulumi.yaml")
    if "name" not in project:
        raise SecurecartError(
            f"{REPOSITORY / 'Pulumi.yaml'} is missing or names no project.", "git checkout Pulumi.yaml"
        )
    project["main"] = str(REPOSITORY)
    runtime = project.get("runtime")
    if isinstance(runtime, dict) and "virtualenv" in (runtime.get("options") or {}):
        # Not resolved: the interpreter of a virtual environment is a link, and the link is what makes it one.
        runtime["options"]["virtualenv"] = str(REPOSITORY / runtime["options"]["virtualenv"])
    _save(directory / "Pulumi.yaml", project)
    for stack in STACKS:
        name = f"Pulumi.{stack}.yaml"
        settings = _load(REPOSITORY / name)
        if "secretsprovider" in settings:
            kept = {k: v for k, v in _load(directory / name).items() if k == "encryptionsalt"}
            settings = {k: v for k, v in settings.items() if k not in _SECRET_KEYS} | kept
        _save(directory / name, settings)
    return directory


def account_id() -> str:
    """`securecart:accountId` of Pulumi.yaml: the only account that the program may touch."""
    return str(_setting("accountId", ""))


def home_regions() -> dict[str, str]:
    """The Region of each stack, from `securecart:regions` of Pulumi.yaml."""
    regions = _setting("regions", {})
    return {"prod": str(regions.get("primary", "")), "dr": str(regions.get("secondary", ""))}


def stores_may_go(stack: str) -> bool:
    """Whether the settings say that this stack's stores may be deleted: `ephemeral`, or the second step of `secondaryRemoval`."""
    own = (_load(REPOSITORY / f"Pulumi.{stack}.yaml").get("config") or {}).get("securecart:ephemeral", False)
    return str(own).lower() == "true" or _setting("secondaryRemoval", "refuse") == "remove"


def database_role() -> str:
    """`securecart:databaseRole`: what the secondary Region's databases are recorded to be."""
    return str(_setting("databaseRole", "replica"))


def secondary_serves() -> bool:
    """Whether `securecart:activeRegion` says that customers are in the secondary Region."""
    return str(_setting("activeRegion", "primary")) == "secondary"


def _setting(key: str, absent: Any) -> Any:
    """A project-wide setting, written as a plain value or as `{value: ...}`."""
    setting = (_load(REPOSITORY / "Pulumi.yaml").get("config") or {}).get(f"securecart:{key}", absent)
    return setting.get("value", absent) if isinstance(setting, dict) and "value" in setting else setting


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        return {}
    return content if isinstance(content, dict) else {}


def _save(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(yaml.safe_dump(content, sort_keys=False))
    draft.replace(path)
