"""The verbs, without a command line: typed functions that a pipeline can import. Each returns the runs it made.

| verb    | changes the cloud | order      | refused when |
|---------|-------------------|------------|--------------|
| up      | yes               | prod, dr   | policy blocks; a store is lost or gone; prod opened while dr serves; dr without prod |
| preview | no                | prod, dr   | never; dr is skipped while prod is not deployed |
| drift   | no                | prod, dr   | never |
| plan    | no                | prod       | its preview is blocked by policy |
| destroy | yes               | dr, prod   | a resource is protected; prod while dr is deployed |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from automation import stacks, status
from automation.errors import SecurecartError
from automation.events import Run, short_name
from automation.exit_codes import ExitCode
from automation.guards import refuse_gone, refuse_losses, refuse_mended_fence, refuse_unfencing
from automation.project import STACKS, secondary_serves, stores_may_go
from automation.render import blocked_text
from automation.stacks import Workspace

PROTECTED_SHOWN = 12


class Watcher(Protocol):
    """What the verbs report to while they work."""

    def say(self, line: str) -> None: ...
    def progress(self, run: Run) -> None: ...
    def finished(self, run: Run) -> None: ...


def chosen(stack: str) -> tuple[str, ...]:
    """`all` or one name, in the order of deployment."""
    return STACKS if stack == "all" else (stack,)


def up(
    workspace: Workspace,
    names: Sequence[str],
    watch: Watcher,
    runs: list[Run],
    *,
    refresh: bool = False,
    recreate: bool = False,
) -> None:
    """Preview each stack with the pack, then deploy it if anything changes. `runs` gets each run as it ends.

    `refresh` first reads the cloud into the state, so that what somebody changed beside the program is undone. It is refused
    while a store is gone, unless `recreate` says that it may be made anew, empty; and where it finds the fence of a Region that
    was left.
    """
    for name in names:
        if name == "dr" and not deployed(workspace, "prod"):
            raise SecurecartError(
                "dr reads prod's outputs, and prod is not deployed.", "securecart up --stack prod", ExitCode.REFUSED
            )
        fenced = name == "prod" and secondary_serves()
        if refresh and deployed(workspace, name):
            compared = _watched(stacks.drift(workspace, name, watch.progress), watch, runs)
            if not recreate:
                refuse_gone(compared)
            if fenced:
                refuse_mended_fence(compared)
            if compared.changing:
                _watched(stacks.refresh(workspace, name, watch.progress), watch, runs)
        plan = _preview(workspace, name, watch, runs)
        if not plan.changed:
            watch.say(f"{name} is up to date: nothing to change")
            continue
        refuse_losses(plan, decided=stores_may_go(name))
        if fenced:
            refuse_unfencing(plan)
        refuse_blocked(_watched(stacks.deploy(workspace, name, watch.progress), watch, runs))


def preview(workspace: Workspace, names: Sequence[str], watch: Watcher, runs: list[Run]) -> None:
    """Preview each stack with the pack. Raises when one is blocked, after all were previewed."""
    blocked: list[Run] = []
    for name in names:
        if name == "dr" and not deployed(workspace, "prod"):
            watch.say("dr is previewed after prod is deployed: it reads prod's outputs. Run: securecart up")
            continue
        run = stacks.preview(workspace, name, watch.progress)
        runs.append(run)
        if run.blocking:
            blocked.append(run)
        else:
            watch.finished(run)
    if blocked:
        raise _blocked(blocked)


def drift(workspace: Workspace, names: Sequence[str], watch: Watcher, runs: list[Run]) -> list[str]:
    """What somebody changed beside the program, a line a resource: the state of each deployed stack against the cloud."""
    found: list[str] = []
    for name in names:
        if not deployed(workspace, name):
            watch.say(f"{name} is not deployed: nothing can have drifted")
            continue
        run = _watched(stacks.drift(workspace, name, watch.progress), watch, runs)
        found += [f"{name}: {change}" for change in run.changing]
    return found


def plan(workspace: Workspace, watch: Watcher, runs: list[Run]) -> Mapping[str, Any]:
    """What the configuration as it is now would keep of the objectives: prod's output `recovery`, from a preview."""
    recovery = _preview(workspace, "prod", watch, runs).outputs.get("recovery")
    if not isinstance(recovery, Mapping):
        raise SecurecartError("prod's preview has no output `recovery`.", "git checkout __main__.py components")
    return recovery


def destroy(workspace: Workspace, names: Sequence[str], watch: Watcher, runs: list[Run]) -> None:
    """Delete the stacks in reverse order, unless one holds a protected resource: then nothing is deleted."""
    protected = [f"{name}: {resource}" for name in names for resource in protected_resources(workspace, name)]
    if protected:
        more = len(protected) - PROTECTED_SHOWN
        shown = "\n".join(f"  {line}" for line in protected[:PROTECTED_SHOWN]) + (
            f"\n  and {more} more" if more > 0 else ""
        )
        raise SecurecartError(
            f"{len(protected)} resources are protected. Nothing was deleted.\n{shown}",
            "if this data may really go: set securecart:ephemeral: true for the stack, deploy that, then destroy",
            ExitCode.REFUSED,
        )
    for name in reversed(names):
        if deployed(workspace, name):
            _watched(stacks.destroy(workspace, name, watch.progress), watch, runs)


def what_destroy_deletes(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """What a destroy of these stacks would delete, in its order: how many resources, and each store by name.

    Raises when prod would go while dr still depends on it: dr's replicas could then neither be read nor removed.
    """
    if "dr" not in names and deployed(workspace, "dr"):
        raise SecurecartError(
            "dr is deployed and replicates from prod: prod can only be deleted after it.",
            "securecart down --destroy --stack all --yes",
            ExitCode.REFUSED,
        )
    lines = []
    for name in reversed(names):
        resources = [r for r in stacks.resources(workspace, name) if r.get("custom") and r["type"].startswith("aws:")]
        held = [f"{store.kind} {store.name}" for store in status.stores(name, resources, home_region="")]
        lines.append(f"this deletes {len(resources)} resources of {name}, and the data of: {', '.join(held) or 'none'}")
    return lines


def deployed(workspace: Workspace, name: str) -> bool:
    """Whether the stack's state holds anything but the stack itself."""
    return any(not resource["type"].startswith("pulumi:") for resource in stacks.resources(workspace, name))


def protected_resources(workspace: Workspace, name: str) -> list[str]:
    return [short_name(r["urn"]) for r in stacks.resources(workspace, name) if r.get("protect")]


def _preview(workspace: Workspace, name: str, watch: Watcher, runs: list[Run]) -> Run:
    plan = stacks.preview(workspace, name, watch.progress)
    runs.append(plan)
    refuse_blocked(plan)
    watch.finished(plan)
    return plan


def _watched(run: Run, watch: Watcher, runs: list[Run]) -> Run:
    runs.append(run)
    watch.finished(run)
    return run


def refuse_blocked(run: Run) -> None:
    """Raises SecurecartError (BLOCKED_BY_POLICY) when the pack blocked the run."""
    if run.blocking:
        raise _blocked([run])


def _blocked(runs: Sequence[Run]) -> SecurecartError:
    return SecurecartError(
        "\n".join(map(blocked_text, runs)), "each violation above says what to write", ExitCode.BLOCKED_BY_POLICY
    )
