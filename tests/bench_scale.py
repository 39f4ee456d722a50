"""How the time of a preview grows with the number of stores: per resource it must not.

`python -m tests.bench_scale` previews prod, then dr, with few and with many stores of mixed kinds, on a local cloud of its own.
What dr reads of prod is a state that holds the outputs of the program under mocks: deploying a thousand stores would take longer
than all the rest, and the preview reads no more than these outputs.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.engine.estate import ORGANIZATION_PROJECT, Estate, copy_project
from tests.support.program import run_program

FEW, MANY = 50, 1000
LIMIT = 1.1
# The more resources, the steadier a single time.
RUNS = {FEW: 5, MANY: 2}
# Databases replicate their backups, and an account may do that for 20 (Amazon RDS quota): the rest is everything else.
DATABASES_AT_MOST = 20


@dataclass(frozen=True)
class Timed:
    """A preview's median time and how many resources it planned."""

    stack: str
    stores: int
    resources: int
    seconds: float

    @property
    def milliseconds_per_resource(self) -> float:
        return self.seconds / self.resources * 1000


def mixed_stores(count: int) -> Mapping[str, Any]:
    """Settings of `count` stores: databases and volumes a tenth each at most, tables and buckets half of the rest."""
    databases = min(DATABASES_AT_MOST, count // 10)
    volumes = count // 10
    tables = (count - databases - volumes) // 2
    buckets = count - databases - volumes - tables
    spool = {"rpoMinutes": 780, "reason": "spool files, derived from what the databases hold"}
    volume = {"sizeGib": 50, "snapshotIntervalHours": 12, "snapshotRetentionDays": 14, "objectives": spool}
    return {
        "databases": {f"database-{n}": {"backupRetentionDays": 14} for n in range(databases)},
        "tables": {f"table-{n}": {"hashKey": "id", "attributes": {"id": "S"}} for n in range(tables)},
        "buckets": {f"bucket-{n}": {"noncurrentRetentionDays": 90} for n in range(buckets)},
        # The servers carry the volume named backend (Pulumi.yaml).
        "volumes": {"backend": volume} | {f"volume-{n}": volume for n in range(1, volumes)},
    }


def import_outputs(estate: Estate, project: Path, stores: int) -> None:
    """Gives prod a state with nothing but the outputs that dr reads."""
    outputs = run_program("prod", **mixed_stores(stores)).outputs
    urn = "urn:pulumi:prod::securecart::pulumi:pulumi:Stack::securecart-prod"
    state = {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": [{"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": outputs}],
        },
    }
    file = project / "prod.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    imported = estate.pulumi(
        "stack", "import", "--force", "--stack", f"{ORGANIZATION_PROJECT}/prod", "--file", str(file), cwd=project
    )
    if imported.code != 0:
        sys.exit(f"bench: the outputs of prod were not imported:\n{imported.text[-3000:]}")


def time_preview(estate: Estate, stack: str, stores: int, project: Path) -> Timed:
    """Previews the stack RUNS times; a preview that fails ends the bench."""
    seconds, resources = [], 0
    for _ in range(RUNS[stores]):
        start = time.perf_counter()
        done = estate.pulumi("preview", "--json", "--stack", f"{ORGANIZATION_PROJECT}/{stack}", cwd=project)
        seconds.append(time.perf_counter() - start)
        if done.code != 0:
            sys.exit(f"bench: the preview of {stack} with {stores} stores failed:\n{done.text[-3000:]}")
        resources = len(done.json()["steps"])
    return Timed(stack, stores, resources, statistics.median(seconds))


def measure(estate: Estate, directory: Path) -> list[Timed]:
    """Both stacks with few, then with many stores."""
    timed = []
    for stores in (FEW, MANY):
        project = copy_project(directory / f"stores-{stores}", shared=mixed_stores(stores))
        timed.append(time_preview(estate, "prod", stores, project))
        import_outputs(estate, project, stores)
        timed.append(time_preview(estate, "dr", stores, project))
    return timed


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        estate = Estate(directory / "root")
        started = estate.securecart("local", "start")
        if started.code != 0:
            sys.exit(f"bench: {started.text}")
        try:
            project = copy_project(directory / "stacks")
            for stack in ("prod", "dr"):
                made = estate.pulumi("stack", "init", f"{ORGANIZATION_PROJECT}/{stack}", cwd=project)
                if made.code != 0:
                    sys.exit(f"bench: {made.text}")
            measured = measure(estate, directory)
        finally:
            estate.end()
    table = Table(title="pulumi preview, nothing deployed yet")
    for column in ("stack", "stores", "resources", "seconds", "ms a resource"):
        table.add_column(column, justify="left" if column == "stack" else "right")
    for one in measured:
        each = f"{one.milliseconds_per_resource:.1f}"
        table.add_row(one.stack, str(one.stores), str(one.resources), f"{one.seconds:.1f}", each)
    console = Console()
    console.print(table)
    over = []
    for stack in ("prod", "dr"):
        few, many = (one.milliseconds_per_resource for one in measured if one.stack == stack)
        ratio = many / few
        console.print(
            f"scale of {stack}: a resource of {MANY} stores takes {ratio:.2f} times as long as one of {FEW} (at most {LIMIT})"
        )
        if ratio > LIMIT:
            over.append(f"{stack} {ratio:.2f}")
    if over:
        sys.exit(f"bench: more than {LIMIT}: {', '.join(over)}")


if __name__ == "__main__":
    main()
