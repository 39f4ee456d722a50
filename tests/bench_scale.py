"""How the time of a preview grows with the number of stores: per resource it must not.

`python -m tests.bench_scale` previews prod with few and with many stores of mixed kinds, on a local cloud of its own.
"""

from __future__ import annotations

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

from tests.engine.estate import ORGANIZATION_PROJECT, REPO, Estate, copy_project

FEW, MANY = 50, 1000
LIMIT = 1.1
# The more resources, the steadier a single time.
RUNS = {FEW: 5, MANY: 2}
# Databases replicate their backups, and an account may do that for 20 (Amazon RDS quota): the rest is everything else.
DATABASES_AT_MOST = 20


@dataclass(frozen=True)
class Timed:
    """A preview's median time and how many resources it planned."""

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


def time_preview(estate: Estate, stores: int, directory: Path) -> Timed:
    """Previews prod with `stores` stores, RUNS times; a preview that fails ends the bench."""
    project = copy_project(directory / f"stores-{stores}", shared=mixed_stores(stores))
    stack = f"{ORGANIZATION_PROJECT}/prod"
    seconds, resources = [], 0
    for _ in range(RUNS[stores]):
        start = time.perf_counter()
        done = estate.pulumi("preview", "--json", "--stack", stack, cwd=project)
        seconds.append(time.perf_counter() - start)
        if done.code != 0:
            sys.exit(f"bench: the preview with {stores} stores failed:\n{done.text[-3000:]}")
        resources = len(done.json()["steps"])
    return Timed(stores, resources, statistics.median(seconds))


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        estate = Estate(directory / "root")
        started = estate.securecart("local", "start")
        if started.code != 0:
            sys.exit(f"bench: {started.text}")
        try:
            made = estate.pulumi("stack", "init", f"{ORGANIZATION_PROJECT}/prod", cwd=REPO)
            if made.code != 0:
                sys.exit(f"bench: {made.text}")
            few, many = (time_preview(estate, stores, directory) for stores in (FEW, MANY))
        finally:
            estate.securecart("down")
    table = Table(title="pulumi preview of prod, nothing deployed yet")
    for column in ("stores", "resources", "seconds", "ms a resource"):
        table.add_column(column, justify="right")
    for timed in (few, many):
        each = f"{timed.milliseconds_per_resource:.1f}"
        table.add_row(str(timed.stores), str(timed.resources), f"{timed.seconds:.1f}", each)
    console = Console()
    console.print(table)
    ratio = many.milliseconds_per_resource / few.milliseconds_per_resource
    console.print(
        f"scale: a resource of {MANY} stores takes {ratio:.2f} times as long as one of {FEW} (at most {LIMIT})"
    )
    if ratio > LIMIT:
        sys.exit(f"bench: {ratio:.2f} is more than {LIMIT}")


if __name__ == "__main__":
    main()
