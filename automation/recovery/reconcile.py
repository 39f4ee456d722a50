"""Tells Pulumi what a failover or failback made true: configuration, then state, then a preview that must be a no-op.

| what AWS shows                             | is recorded as |
|--------------------------------------------|----------------|
| the secondary's databases stand alone      | databaseRole promoted, activeRegion secondary, links frozen in an outage |
| databases of the next generation, in order | that generation, databaseRole replica, activeRegion primary, links enabled |
| what is recorded                           | as it is |

An update in between changes only what follows from the role: alarms, backup rules, sizes. One that would create, replace, delete or
promote a store is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automation import stacks
from automation.errors import SecurecartError
from automation.events import Run
from automation.exit_codes import ExitCode
from automation.guards import refuse_store_steps
from automation.operations import Watcher, refuse_blocked
from automation.recovery import databases, replicas
from automation.recovery.estate import Estate, Side
from automation.recovery.steps import Facts, Plan, Settled, Step, chain
from automation.recovery.world import World
from automation.settings_files import set_values
from automation.stacks import Workspace
from components.settings import DatabaseRole, Links, Role

INSTANCE = "aws:rds/instance:Instance"
BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
WRITE_SECONDS, SETTLE_SECONDS = 60, 3600
SOURCE = "replicateSourceDb"
PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True)
class Truth:
    """What the configuration must say."""

    active: Role
    database_role: DatabaseRole
    links: Links
    raised: bool
    """True: the databases are of the next generation."""


def truth(world: World) -> Truth:
    """Reads the databases of both Regions. Raises SecurecartError (REFUSED) while a failover or failback is half-way."""
    estate = world.estate
    answers = world.aws.answers(estate.primary.region)
    links = Links.ENABLED if answers else Links.FROZEN
    after = estate.raised()
    if answers and _all(world, after.primary, alone=True) and _all(world, after.secondary, alone=False):
        return Truth(Role.PRIMARY, DatabaseRole.REPLICA, links, raised=True)
    if _all(world, estate.secondary, alone=True):
        return Truth(Role.SECONDARY, DatabaseRole.PROMOTED, links, raised=False)
    if _all(world, estate.secondary, alone=False):
        return Truth(Role.PRIMARY, DatabaseRole.REPLICA, links, raised=False)
    raise SecurecartError(
        f"the databases of {estate.secondary.region} are neither all replicas nor all databases of their own; nothing was changed.",
        "finish the failover or failback that is under way, with its own command",
        ExitCode.REFUSED,
    )


def announcement(found: Truth) -> list[str]:
    """What will be written and updated, before it is."""
    stack = "prod and dr" if found.raised or found.active is Role.PRIMARY else "dr"
    generation = ", every database of the next generation" if found.raised else ""
    return [
        f"AWS shows: activeRegion {found.active}, databaseRole {found.database_role}, links {found.links}{generation}",
        f"this writes that into Pulumi.yaml and Pulumi.dr.yaml, refreshes {stack}, updates what follows from it (alarms, backup",
        "rules, sizes), and keeps the preview that changes nothing. It destroys nothing; a store that would change stops it.",
    ]


def _all(world: World, side: Side, *, alone: bool) -> bool:
    found = [databases.describe(world, side.region, identifier) for identifier in side.databases.values()]
    return all(one is not None and bool(databases.source_of(one)) is not alone for one in found)


def write(directory: Path, estate: Estate, found: Truth) -> list[str]:
    """Writes the truth into Pulumi.yaml and Pulumi.dr.yaml; what changed, a line each."""
    shared: dict[tuple[str, ...], str] = {
        ("config", "securecart:activeRegion", "value"): found.active.value,
        ("config", "securecart:databaseRole", "value"): found.database_role.value,
    }
    if found.raised:
        for store, settings in estate.settings.databases.items():
            path = ("config", "securecart:databases", "value", store, "generation")
            shared[path] = str(settings.generation + 1)
    said = set_values(directory / "Pulumi.yaml", shared)
    return said + set_values(directory / "Pulumi.dr.yaml", {("config", "securecart:links"): found.links.value})


def adopt(workspace: Workspace, world: World, stack: str, side: Side) -> list[str]:
    """Points the state's database resources to the instances that bear the configured names now; the URNs that changed.

    Their ids are AWS's own (DbiResourceId), so a failed-back database is another resource to the provider.
    """
    by_store = {store: databases.describe(world, side.region, name) for store, name in side.databases.items()}
    estate = world.estate

    def change(resource: dict[str, Any]) -> bool:
        store = str(resource["urn"]).rsplit("::", 1)[-1].rsplit("-", 1)[0]
        live = by_store.get(store)
        if resource["type"] == INSTANCE and live:
            return _point(resource, live)
        if resource["type"] == BACKUPS and store in estate.primary.databases:
            source = estate.database_arn(Role.PRIMARY, store)
            arn = replicas.replicated_backups_arn(world, source, side)
            if arn and resource["id"] != arn:
                resource["id"] = arn
                resource["inputs"]["sourceDbInstanceArn"] = source
                resource["outputs"] = {**resource.get("outputs", {}), "sourceDbInstanceArn": source}
                return True
        return False

    return stacks.rewrite(workspace, stack, change)


def _point(resource: dict[str, Any], live: Mapping[str, Any]) -> bool:
    """Makes the resource the live instance; a refresh then reads the rest, but adds no input that was not there."""
    inputs, before = resource.setdefault("inputs", {}), json.dumps(resource, sort_keys=True)
    source = databases.source_of(dict(live))
    known = {"identifier": live["DBInstanceIdentifier"], "arn": live["DBInstanceArn"], SOURCE: source or None}
    resource["id"] = live["DbiResourceId"]
    resource["outputs"] = {**resource.get("outputs", {}), **known}
    inputs["identifier"] = live["DBInstanceIdentifier"]
    if source:
        inputs[SOURCE] = source
    else:
        inputs.pop(SOURCE, None)
    return json.dumps(resource, sort_keys=True) != before


def beyond(workspace: Workspace, stack: str, region: str) -> list[str]:
    """URNs of the resources that the stack keeps through a provider of that Region: out of reach while it is silent."""
    return [
        str(resource["urn"])
        for resource in stacks.resources(workspace, stack)
        if f"::{PROVIDER}::{region}::" in str(resource.get("provider", "")) or _replicates_from(resource, region)
    ]


def _replicates_from(resource: Mapping[str, Any], region: str) -> bool:
    """A table's replica lives here and is read through its home Region (UpdateTable)."""
    source = str((resource.get("outputs") or {}).get("globalTableArn", ""))
    return f":{region}:" in source


def settle(workspace: Workspace, stack: str, exclude: list[str], watch: Watcher, runs: list[Run]) -> Run:
    """Refreshes, updates what follows from the role, and returns the preview that changes nothing.

    Raises SecurecartError (REFUSED) when a store would be touched, (FAILED) when the last preview still changes something.
    """
    runs.append(stacks.refresh(workspace, stack, watch.progress, exclude))
    watch.finished(runs[-1])
    preview = _previewed(workspace, stack, watch, runs)
    if preview.changed:
        refuse_store_steps(preview)
        runs.append(stacks.deploy(workspace, stack, watch.progress))
        refuse_blocked(runs[-1])
        watch.finished(runs[-1])
        preview = _previewed(workspace, stack, watch, runs)
    if preview.changed:
        still = ", ".join(f"{step.op} {step.name}" for step in preview.steps)
        raise SecurecartError(
            f"{stack} is not settled: after its update a preview still wants: {still or preview.changes}.",
            f"securecart preview --stack {stack} shows it; mend the cause, then run securecart reconcile again",
        )
    return preview


def _previewed(workspace: Workspace, stack: str, watch: Watcher, runs: list[Run]) -> Run:
    preview = stacks.preview(workspace, stack, watch.progress)
    runs.append(preview)
    refuse_blocked(preview)
    watch.finished(preview)
    return preview


@dataclass
class Reconciling:
    """One reconciliation as a plan of steps: written, adopted, settled stack by stack. `proofs` are the previews by stack."""

    world: World
    found: Truth
    directory: Path
    open_workspace: Callable[[], Workspace]
    watch: Watcher
    runs: list[Run]
    reload: Callable[[], World]
    """The world by the settings as they are written now."""
    written: list[str] = field(default_factory=list)
    proofs: dict[str, bytes] = field(default_factory=dict)

    def plan(self) -> Plan:
        """prod before dr, since dr reads it; after a failover only dr, since prod's Region may be gone."""
        names = ("prod", "dr") if self.found.active is Role.PRIMARY else ("dr",)
        return Plan("reconcile", chain([self._write()], *([self._settle(name)] for name in names)))

    def _write(self) -> Step:
        def act() -> Facts:
            self.written += write(self.directory, self.world.estate, self.found)
            return {"settings": list(self.written), "configSha256": self.reload().estate.config_sha256}

        return self._step("write what is true", "Pulumi.yaml and Pulumi.dr.yaml say what AWS shows", act, WRITE_SECONDS)

    def _settle(self, stack: str) -> Step:
        def act() -> Facts:
            world, workspace = self.reload(), self.open_workspace()
            side = world.estate.primary if stack == "prod" else world.estate.secondary
            adopted = adopt(workspace, world, stack, side)
            silent = self.found.links is Links.FROZEN
            exclude = beyond(workspace, stack, world.estate.primary.region) if silent and stack == "dr" else []
            preview = settle(workspace, stack, exclude, self.watch, self.runs)
            self.proofs[stack] = proof(preview, self.written)
            digest = hashlib.sha256(self.proofs[stack]).hexdigest()
            return {"adopted": adopted, "excluded": exclude, "preview": {"changed": preview.changed, "sha256": digest}}

        return self._step(f"settle {stack}", f"a preview of {stack} changes nothing", act, SETTLE_SECONDS)

    @staticmethod
    def _step(name: str, does: str, act: Callable[[], Facts], limit: float) -> Step:
        """Settled by having acted: the engine itself tells what is left to do."""
        acted: list[Facts] = []

        def once() -> Facts:
            acted.append(act())
            return acted[-1]

        return Step(
            name=name,
            owner="platform",
            timeout_seconds=limit,
            does=does,
            act=once,
            settled=lambda: Settled(bool(acted)),
        )


def proof(preview: Run, changed_settings: list[str]) -> bytes:
    """The preview that changes nothing, as kept beside the evidence."""
    said = {
        "schema": "securecart.recovery.preview/1",
        "stack": preview.stack,
        "changed": preview.changed,
        "changes": preview.changes,
        "outputsSha256": hashlib.sha256(json.dumps(preview.outputs, sort_keys=True, default=str).encode()).hexdigest(),
        "settings": changed_settings,
    }
    return json.dumps(said, indent=2, sort_keys=True).encode()
