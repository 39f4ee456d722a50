"""Brings the local cloud up for a command. The only file here that imports localcloud, and only for target local."""

# ruff: noqa: PLC0415  target aws must work where localcloud/ was removed

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.project import mirror_project
from automation.targets import guard_local

if TYPE_CHECKING:
    from automation.stacks import Workspace

Report = Callable[[str], None]

_CLOUD_ID = "cloud-id"


def root() -> Path:
    """Where the local cloud of this checkout keeps its things."""
    from localcloud.paths import local_paths

    return local_paths().root


def start(report: Report) -> dict[str, str]:
    """Get the engine, start the local cloud; returns the variables that lead to it. What runs already is kept."""
    guard_local(os.environ)
    from localcloud import supervise
    from localcloud.engine import EngineError, ensure_engine
    from localcloud.environment import local_environment
    from localcloud.home import prepare_home
    from localcloud.paths import local_paths

    paths = local_paths()
    try:
        engine = ensure_engine(report)
    except EngineError as failure:
        raise SecurecartError(str(failure)) from failure
    try:
        cloud = supervise.start(paths, report)
    except supervise.LocalCloudError as failure:
        raise SecurecartError(str(failure), "securecart local logs shows more") from failure
    prepare_home(paths, engine)
    return local_environment(paths, cloud)


def workspace(report: Report, policy_config: Path | None) -> Workspace:
    """A workspace on the started local cloud; refused when its state describes resources that the cloud lost."""
    variables = start(report)
    from automation.stacks import Workspace
    from localcloud.environment import variables_to_unset
    from localcloud.paths import local_paths

    paths = local_paths()
    _refuse_lost_data(paths.state, variables["SECURECART_CLOUD_ID"])
    return Workspace(
        directory=mirror_project(paths.root / "project"),
        variables=variables,
        removed_variables=variables_to_unset(),
        pulumi_root=paths.root,
        policy_config=policy_config,
    )


def record_cloud(workspace: Workspace) -> None:
    """Note which data the state describes from now on: before the first change, so that a failed up counts, too."""
    from localcloud.paths import local_paths

    local_paths().state.joinpath(_CLOUD_ID).write_text(workspace.variables["SECURECART_CLOUD_ID"])


def stop() -> bool:
    """Stop the local cloud, keeping its data. False when it did not run."""
    from localcloud import supervise
    from localcloud.paths import local_paths

    return supervise.stop(local_paths())


def reset() -> None:
    """Empty the local cloud and forget the stacks that were deployed to it."""
    from localcloud import supervise
    from localcloud.paths import local_paths

    paths = local_paths()
    supervise.reset(paths)
    for directory in (paths.state, paths.root / "project"):
        shutil.rmtree(directory, ignore_errors=True)
    paths.state.mkdir(parents=True, exist_ok=True, mode=0o700)


def outage(region: str) -> list[str]:
    """Make a Region of the local cloud answer nothing; returns the Regions that are out."""
    return _switch("outage", region)


def heal(region: str) -> list[str]:
    """Bring a Region of the local cloud back; returns the Regions that are still out."""
    return _switch("heal", region)


def _switch(verb: str, region: str) -> list[str]:
    from localcloud import supervise
    from localcloud.paths import local_paths

    change = {"outage": supervise.outage, "heal": supervise.heal}[verb]
    try:
        return change(local_paths(), region)
    except supervise.LocalCloudError as failure:
        fix = "" if running() else f"securecart local start, then: securecart local {verb} {region}"
        raise SecurecartError(str(failure), fix, ExitCode.BAD_INPUT) from failure


def ask(name: str, asked: dict[str, Any], command: str) -> dict[str, Any]:
    """POST to an admin endpoint of the local cloud; `command` is what to repeat once it runs."""
    from localcloud import supervise
    from localcloud.paths import local_paths

    try:
        return supervise.admin(local_paths(), name, asked)
    except supervise.LocalCloudError as failure:
        fix = "" if running() else f"securecart local start, then: securecart {command}"
        raise SecurecartError(str(failure), fix, ExitCode.BAD_INPUT) from failure


def log_tail(lines: int) -> list[str]:
    """The last lines of the local cloud's log."""
    from localcloud.paths import local_paths

    try:
        return local_paths().cloud_log.read_text(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []


def running() -> bool:
    from localcloud import supervise
    from localcloud.paths import local_paths

    return supervise.running(local_paths()) is not None


def exports(variables: dict[str, str]) -> str:
    """The variables as shell lines."""
    from localcloud.environment import shell_exports

    return shell_exports(variables)


def _refuse_lost_data(state: Path, cloud_id: str) -> None:
    recorded = state / _CLOUD_ID
    if not recorded.exists() or recorded.read_text().strip() == cloud_id or not _has_resources(state):
        return
    raise SecurecartError(
        "the local cloud lost its data (killed, or its files removed), and the Pulumi state still describes it.",
        "securecart local reset   (forgets the local state, too; then: securecart up)",
        ExitCode.REFUSED,
    )


def _has_resources(state: Path) -> bool:
    for file in (state / ".pulumi" / "stacks").glob("*/*.json"):
        latest = json.loads(file.read_text()).get("checkpoint", {}).get("latest") or {}
        if latest.get("resources"):
            return True
    return False
