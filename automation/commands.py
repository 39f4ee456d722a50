"""Each verb between the command line and the work: target and guards first, then the work, then one result."""

# ruff: noqa: PLC0415  a verb pays only for what it uses: pulumi.automation alone takes 0.3 s

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from automation import local
from automation.errors import DEBUG_VARIABLE, SecurecartError
from automation.exit_codes import ExitCode
from automation.project import REPOSITORY, account_id, home_regions
from automation.render import Display, recovery_report, status_table
from automation.targets import Target, guard_account, guard_aws

if TYPE_CHECKING:
    from automation.events import Run
    from automation.stacks import Workspace
    from automation.standing import Standing
    from automation.status import StoreStatus

JSON_SCHEMA_VERSION = 1


@dataclass
class Result:
    """What a command did: the JSON document of --json."""

    command: str
    target: Target
    display: Display
    runs: list[Run] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    quiet: bool = False
    """True with --json: nothing but the document is printed."""

    def document(self, error: SecurecartError | None, exit_code: ExitCode) -> dict[str, Any]:
        return {
            "schemaVersion": JSON_SCHEMA_VERSION,
            "command": self.command,
            "target": self.target.value,
            "exitCode": int(exit_code),
            "runs": [_run_document(run) for run in self.runs],
            "error": {"message": error.message, "fix": error.fix} if error else None,
            **self.extra,
        }


def up(target: Target, stack: str, policy_config: Path | None, as_json: bool, *, refresh: bool, recreate: bool) -> None:
    with _command("up", target, as_json) as result:
        if recreate and not refresh:
            raise SecurecartError(
                "--recreate says what --refresh may do; allowed: both, or neither.",
                "--refresh --recreate",
                ExitCode.BAD_INPUT,
            )
        workspace = _workspace(result, policy_config, mutating=True)
        from automation import operations

        names = operations.chosen(stack)
        from automation.recovery.roles import refuse_wrong_role

        # For prod, too: between a failover and its reconciliation nobody deploys to the Region that was left. A fence is drift to a
        # refresh, which would mend it: then silence is no answer.
        refuse_wrong_role(workspace, tolerates_silence="dr" not in names and not refresh)
        if target is Target.LOCAL:
            local.record_cloud(workspace)
        operations.up(workspace, names, result.display, result.runs, refresh=refresh, recreate=recreate)


def preview(target: Target, stack: str, policy_config: Path | None, as_json: bool, expect_no_changes: bool) -> None:
    with _command("preview", target, as_json) as result:
        workspace = _workspace(result, policy_config, mutating=False)
        from automation import operations

        operations.preview(workspace, operations.chosen(stack), result.display, result.runs)
        changed = [run.stack for run in result.runs if run.changed]
        if expect_no_changes and changed:
            raise SecurecartError(
                f"no changes were expected, and {' and '.join(changed)} would change.", "securecart up"
            )


def plan(target: Target, as_json: bool) -> None:
    with _command("plan", target, as_json) as result:
        workspace = _workspace(result, None, mutating=False)
        from automation import operations

        recovery = operations.plan(workspace, result.display, result.runs)
        result.extra["recovery"] = dict(recovery)
        if not as_json:
            for shown in recovery_report(recovery):
                Console().print(shown)
        from automation.recovery.commands import show_failover_plans

        show_failover_plans(result, as_json)


def down(target: Target, stack: str, as_json: bool, destroy: bool, yes: bool) -> None:
    with _command("down", target, as_json) as result:
        if not destroy:
            if target is Target.AWS:
                raise SecurecartError(
                    "`down` stops the local cloud; on AWS there is nothing to stop.",
                    "to delete the stacks: securecart down --target aws --destroy --yes",
                    ExitCode.BAD_INPUT,
                )
            stopped = local.stop()
            result.display.say(
                "stopped the local cloud; its state is kept" if stopped else "the local cloud does not run"
            )
            return
        from automation import operations

        names = operations.chosen(stack)
        workspace = _workspace(result, None, mutating=yes)
        for line in operations.what_destroy_deletes(workspace, names):
            result.display.say(line)
        if not yes:
            raise SecurecartError(
                "nothing was deleted: --destroy needs --yes.", "securecart down --destroy --yes", ExitCode.BAD_INPUT
            )
        operations.destroy(workspace, names, result.display, result.runs)


def status(target: Target, stack: str, as_json: bool, watch_seconds: float | None = None) -> None:
    with _command("status", target, as_json) as result:
        if watch_seconds and as_json:
            raise SecurecartError("--watch shows a table, --json one document.", "use one of them", ExitCode.BAD_INPUT)
        workspace = _workspace(result, None, mutating=False)
        from automation import operations

        names = operations.chosen(stack)
        if watch_seconds:
            _watch_status(result, workspace, names, watch_seconds)
            return
        found = _statuses(workspace, names)
        result.extra["stores"] = [{**asdict(one.store), "facts": one.facts, **stood.document()} for one, stood in found]
        if not found:
            result.display.say("nothing is deployed. Run: securecart up")
        elif not as_json:
            Console().print(status_table(found))


def _statuses(workspace: Workspace, names: Sequence[str]) -> list[tuple[StoreStatus, Standing]]:
    """Every store of the stacks, each read and judged now."""
    from automation import stacks
    from automation import status as facts
    from automation.endpoints import clients_of
    from automation.recovery.session import open_world
    from automation.standing import Standings

    clients, home = clients_of(workspace.variables), home_regions()
    standings = Standings(open_world(REPOSITORY, workspace.variables), clients)
    found = [
        facts.read(store, clients)
        for name in names
        for store in facts.stores(name, stacks.resources(workspace, name), home[name])
    ]
    return [(one, standings.of(one)) for one in found]


def _watch_status(result: Result, workspace: Workspace, names: Sequence[str], seconds: float) -> None:
    """Reads again until Ctrl-C; the table is redrawn in place on a terminal, printed anew elsewhere."""
    from rich.live import Live

    result.display.say(f"read every {seconds:g} s, until Ctrl-C")
    try:
        with Live(console=Console(), auto_refresh=False) as live:
            while True:
                live.update(status_table(_statuses(workspace, names)), refresh=True)
                time.sleep(seconds)
    except KeyboardInterrupt:
        return


def policy_check_config(file: Path, as_json: bool) -> None:
    with _command("policy check-config", Target.LOCAL, as_json) as result:
        from automation.policy import config_faults

        faults = config_faults(file)
        result.extra["faults"] = faults
        if faults:
            lines = [": ".join(filter(None, (fault["path"], fault["message"]))) for fault in faults]
            raise SecurecartError(
                "\n  ".join([f"{file} has {len(faults)} faults:", *lines]), "policy/RULES.md", ExitCode.BAD_INPUT
            )
        result.display.say(f"{file}: no faults")


def env() -> None:
    with _command("env", Target.LOCAL, as_json=False, to_stderr=True) as result:
        sys.stdout.write(local.exports(local.start(result.display.say)))


def local_start() -> None:
    with _command("local start", Target.LOCAL, as_json=False) as result:
        variables = local.start(result.display.say)
        result.display.say(f"the local cloud runs at {variables['AWS_ENDPOINT_URL']}")


def local_stop() -> None:
    down(Target.LOCAL, "all", as_json=False, destroy=False, yes=False)


def local_reset() -> None:
    with _command("local reset", Target.LOCAL, as_json=False) as result:
        local.reset()
        result.display.say("the local cloud is empty, and its stacks are forgotten")


def local_outage(region: str) -> None:
    with _command("local outage", Target.LOCAL, as_json=False) as result:
        result.display.say(_said_of_regions(local.outage(region)))


def local_heal(region: str) -> None:
    with _command("local heal", Target.LOCAL, as_json=False) as result:
        result.display.say(_said_of_regions(local.heal(region)))


def local_lag(seconds: float) -> None:
    with _command("local lag", Target.LOCAL, as_json=False) as result:
        lag = local.ask("lag", {"seconds": seconds}, f"local lag {seconds:g}")["lagSeconds"]
        result.display.say(f"what is written in one Region arrives in the other {lag:g} s later, until a restart")


def local_clock(seconds: int) -> None:
    with _command("local clock", Target.LOCAL, as_json=False) as result:
        now = local.ask("clock", {"advance_seconds": seconds}, f"local clock --advance {seconds}s")["now"]
        result.display.say(f"in the local cloud it is {now}")


def _said_of_regions(out: list[str]) -> str:
    if not out:
        return "every Region of the local cloud answers"
    return f"out, until `securecart local heal` or a restart: {', '.join(out)}"


def local_fault(kind: str, service: str, region: str | None, *, size: float | None, seed: int | None = None) -> None:
    """Switch a fault of the local cloud's API on, or off with no `size` (a share of calls, or milliseconds)."""
    name = f"local {kind}"
    with _command(name, Target.LOCAL, as_json=False) as result:
        asked: dict[str, Any] = {"kind": kind, "service": service, "region": region}
        if size is None:
            answer = local.ask("faults/off", asked, f"{name} off")
        else:
            measure = "milliseconds" if kind == "latency" else "rate"
            answer = local.ask("faults", {**asked, measure: size, "seed": seed}, f"{name} {service} {size:g}")
        for line in [_said_of_fault(fault) for fault in answer["faults"]] or ["no fault is on"]:
            result.display.say(line)


def _said_of_fault(fault: dict[str, Any]) -> str:
    size = f"{fault['milliseconds']:g} ms" if "milliseconds" in fault else f"{fault['rate']:.1%} of calls"
    return f"{fault['kind']}: {fault['service']} in {fault['region'] or 'every Region'}, {size}"


def local_logs(lines: int) -> None:
    for line in local.log_tail(lines):
        sys.stdout.write(f"{line}\n")


def _workspace(result: Result, policy_config: Path | None, *, mutating: bool) -> Workspace:
    if result.target is Target.LOCAL:
        return local.workspace(result.display.say, policy_config)
    guard_aws(os.environ, Path(os.environ.get("SECURECART_LOCAL_ROOT") or REPOSITORY / ".securecart").absolute())
    if mutating:
        guard_account(account_id(), _caller_account)
    from automation.stacks import Workspace

    return Workspace(directory=REPOSITORY, policy_config=policy_config)


def _caller_account() -> str:
    """By the STS of whichever Region answers: dr is deployed on the day when the primary one does not."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import EndpointConnectionError, HTTPClientError

    soon = Config(connect_timeout=5, read_timeout=10)
    *others, last = home_regions().values()
    for region in others:
        try:
            return str(boto3.client("sts", region_name=region, config=soon).get_caller_identity()["Account"])
        except (EndpointConnectionError, HTTPClientError):
            continue
    return str(boto3.client("sts", region_name=last, config=soon).get_caller_identity()["Account"])


@contextmanager
def _command(name: str, target: Target, as_json: bool, *, to_stderr: bool = False) -> Iterator[Result]:
    """Run one verb: its result or its one error is printed, and the process ends with the documented code."""
    console = Console(stderr=to_stderr)
    result = Result(name, target, Display(console, quiet=as_json), quiet=as_json)
    error: SecurecartError | None = None
    try:
        with result.display:
            yield result
    except SecurecartError as failure:
        error = failure
    except KeyboardInterrupt:
        error = SecurecartError("interrupted; the engine ended cleanly.", f"securecart {name}", ExitCode.INTERRUPTED)
    except Exception as failure:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        error = SecurecartError(f"{type(failure).__name__}: {failure}", f"{DEBUG_VARIABLE}=1 shows the traceback")
    exit_code = error.exit_code if error else ExitCode.OK
    if as_json:
        sys.stdout.write(json.dumps(result.document(error, exit_code), indent=2, default=str) + "\n")
    elif error:
        sys.stderr.write(f"Error: {error.text()}\n")
    if exit_code:
        raise SystemExit(int(exit_code))


command, workspace = _command, _workspace  # the verbs of recovery and pipeline run in the same way


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "stack": run.stack,
        "operation": run.operation,
        "changes": run.changes,
        "outputsChanged": run.outputs_changed,
        "seconds": round(run.seconds, 1),
        "violations": [asdict(violation) for violation in run.violations],
        "failed": run.failed,
    }
