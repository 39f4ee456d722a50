"""`make bench`: what the engine, the pack and the program cost on this machine, as whole-process medians.

It deploys nothing anew: it runs against the local cloud of the checkout (`make up` first) and prints a table, with a
ratio, since single times of a shared machine say little.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests import bench_databases, bench_policy, bench_scale
from tests.engine.estate import ORGANIZATION_PROJECT, REPO, Estate, Finished

RUNS = 5
# The whole check of our own preview, the start of the pack's process included (docs/adr/0026: what the SDK alone needs of it).
PACK_LIMIT = 1.1
# The least that is a pack: what the engine and the SDK need to ask one, whatever it answers.
EMPTY_PACK = """from pulumi_policy import PolicyPack, ResourceValidationPolicy

PolicyPack(name="empty", policies=[ResourceValidationPolicy("nothing", "Asks for nothing.", lambda args, report: None)])
"""


def empty_pack(directory: Path) -> Path:
    (directory / "PulumiPolicy.yaml").write_text("name: empty\nruntime: python\nversion: 0.0.1\n")
    (directory / "__main__.py").write_text(EMPTY_PACK)
    return directory


def median_seconds(call: Callable[[], Finished]) -> tuple[float, float, float]:
    """Minimum, median and maximum of RUNS calls after one that is not counted; a call that fails ends the bench."""
    seconds: list[float] = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        done = call()
        seconds.append(time.perf_counter() - start)
        if done.code != 0:
            sys.exit(f"bench: a measured command failed:\n{done.text[-3000:]}")
    counted = seconds[1:]
    return min(counted), statistics.median(counted), max(counted)


def main() -> None:
    estate = Estate(Path(os.environ.get("SECURECART_LOCAL_ROOT", REPO / ".securecart")))
    stack = f"{ORGANIZATION_PROJECT}/prod"
    resources = len(estate.state("prod"))
    if resources == 0:
        sys.exit("bench: nothing is deployed on the local cloud. Run: make up")
    empty = str(empty_pack(Path(tempfile.mkdtemp())))
    measured = {
        "securecart --help": lambda: estate.securecart("--help"),
        "pulumi preview, no pack": lambda: estate.pulumi("preview", "--stack", stack),
        "pulumi preview, empty pack": lambda: estate.pulumi("preview", "--stack", stack, "--policy-pack", empty),
        "pulumi preview, with pack": lambda: estate.pulumi("preview", "--stack", stack, "--policy-pack", "policy"),
        "securecart up, nothing to do": lambda: estate.securecart("up"),
    }
    table = Table(title=f"medians of {RUNS} runs, prod has {resources} resources, {os.cpu_count()} cores")
    for column in ("command", "min s", "median s", "max s"):
        table.add_column(column, justify="left" if column == "command" else "right")
    medians: dict[str, float] = {}
    for name, call in measured.items():
        low, medians[name], high = median_seconds(call)
        table.add_row(name, f"{low:.2f}", f"{medians[name]:.2f}", f"{high:.2f}")
    console = Console()
    console.print(table)
    without, empty_one, ours = (medians[f"pulumi preview, {pack}"] for pack in ("no pack", "empty pack", "with pack"))
    console.print(
        f"pack: preview takes {ours / without:.2f} times as long as without; at most {PACK_LIMIT} is wanted. An empty pack takes"
        f" {empty_one / without:.2f} times as long, ours {ours / empty_one:.2f} times as long as the empty one"
    )
    revision = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=REPO, text=True, capture_output=True, check=False
    )
    console.print(f"revision {revision.stdout.strip() or 'UNKNOWN'}, Python {sys.version.split()[0]}")

    bench_policy.report(console)
    bench_scale.main()
    bench_databases.main()


if __name__ == "__main__":
    main()
