"""Runs the stacks with the real engine. The only file that imports pulumi.automation: the rest sees our own types."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

from pulumi import automation as auto
from pulumi.automation._cmd import CommandResult
from pulumi.automation.errors import create_command_error

from automation.errors import SecurecartError, redact
from automation.events import Run
from automation.exit_codes import ExitCode
from automation.project import POLICY_PACK

OnRun = Callable[[Run], None]

# What the engine adds after the error itself.
_VERDICTS = ("preview failed", "update failed", "destroy failed", "refresh failed")


@dataclass(frozen=True)
class Workspace:
    """Where and with which variables the engine runs. `pulumi_root` holds bin/pulumi; None takes `pulumi` from PATH."""

    directory: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    removed_variables: tuple[str, ...] = ()
    pulumi_root: Path | None = None
    policy_config: Path | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(v for v in (self.variables.get("PULUMI_CONFIG_PASSPHRASE", ""),) if v)


class _Engine(auto.PulumiCommand):
    """The engine in a session of its own: Ctrl-C reaches it once, through us; it ends its step and saves its state."""

    def __init__(self, pulumi_root: Path | None, removed_variables: tuple[str, ...]) -> None:
        super().__init__(root=str(pulumi_root) if pulumi_root else None)
        self._removed = removed_variables

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> CommandResult:
        """Run one command; a KeyboardInterrupt is raised only after the engine has ended."""
        kept = {name: value for name, value in os.environ.items() if name not in self._removed}
        env = {**kept, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=cwd, env=env, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
        chunks: tuple[list[str], list[str]] = ([], [])
        readers = [
            threading.Thread(target=_read, args=(stream, callback, lines))
            for stream, callback, lines in zip(
                (process.stdout, process.stderr), (on_output, on_error), chunks, strict=True
            )
        ]
        for reader in readers:
            reader.start()
        interrupted = _wait(process)
        for reader in readers:
            reader.join()
        if interrupted:
            raise KeyboardInterrupt
        result = CommandResult("\n".join(chunks[0]), "\n".join(chunks[1]), process.returncode)
        if process.returncode:
            raise create_command_error(result)
        return result


def preview(workspace: Workspace, stack: str, on_run: OnRun) -> Run:
    """What `deploy` would do, judged by the policy pack. Violations are in the result; any other failure raises."""
    return _run(workspace, stack, "preview", on_run)


def deploy(workspace: Workspace, stack: str, on_run: OnRun) -> Run:
    """Update the stack, with the policy pack. Violations are in the result; any other failure raises."""
    return _run(workspace, stack, "up", on_run)


def drift(workspace: Workspace, stack: str, on_run: OnRun) -> Run:
    """What differs between the stack's state and the cloud, as a refresh would record it. Records and changes nothing."""
    return _run(workspace, stack, "drift", on_run)


def destroy(workspace: Workspace, stack: str, on_run: OnRun) -> Run:
    """Delete every resource of the stack; the stack itself, its settings and its history stay."""
    return _run(workspace, stack, "destroy", on_run)


def refresh(workspace: Workspace, stack: str, on_run: OnRun, exclude: Sequence[str] = ()) -> Run:
    """Reads the cloud into the stack's state, but for the URNs of `exclude`, which may be out of reach. Changes nothing else."""
    return _run(workspace, stack, "refresh", on_run, exclude)


def rewrite(workspace: Workspace, stack: str, change: Callable[[dict[str, Any]], bool]) -> list[str]:
    """Hands each resource of the state to `change`, which may alter it and says whether it did; the URNs of those altered.

    The state that was there before is in the backend's history. Nothing is written when nothing was altered.
    """
    local = _local(workspace)
    exported = local.export_stack(stack)
    found: list[dict[str, Any]] = (exported.deployment or {}).get("resources") or []
    altered = [str(resource["urn"]) for resource in found if change(resource)]
    if altered:
        local.import_stack(stack, exported)
    return altered


def exists(workspace: Workspace, stack: str) -> bool:
    return any(summary.name == stack for summary in _local(workspace).list_stacks())


def outputs(workspace: Workspace, stack: str) -> dict[str, Any]:
    """The stack's outputs; a secret one is the text "[secret]"."""
    return {
        name: "[secret]" if output.secret else output.value
        for name, output in _local(workspace).stack_outputs(stack).items()
    }


def resources(workspace: Workspace, stack: str) -> list[dict[str, Any]]:
    """The resources in the stack's state as the engine exports it; empty when the stack does not exist."""
    if not exists(workspace, stack):
        return []
    deployment = _local(workspace).export_stack(stack).deployment or {}
    found: list[dict[str, Any]] = deployment.get("resources") or []
    return found


def _run(workspace: Workspace, stack_name: str, operation: str, on_run: OnRun, exclude: Sequence[str] = ()) -> Run:
    stack = _select(workspace, stack_name)
    run = Run(stack_name, operation)
    started = time.monotonic()

    def on_event(event: Any) -> None:
        run.add(event)
        run.seconds = time.monotonic() - started
        on_run(run)

    configs = [str(workspace.policy_config)] if workspace.policy_config else None
    judged: dict[str, Any] = {"policy_packs": [str(POLICY_PACK)], "policy_pack_configs": configs}
    operations: dict[str, Callable[[], object]] = {
        "preview": lambda: stack.preview(on_event=on_event, color="never", **judged),
        "up": lambda: stack.up(on_event=on_event, color="never", show_secrets=False, **judged),
        # The pack judges inputs, and a refresh has none.
        "drift": lambda: stack.preview_refresh(on_event=on_event, color="never", show_secrets=False),
        "destroy": lambda: stack.destroy(on_event=on_event, color="never", show_secrets=False),
        "refresh": lambda: stack.refresh(
            on_event=on_event, color="never", show_secrets=False, exclude=list(exclude) or None
        ),
    }
    on_run(run)
    try:
        operations[operation]()
    except auto.ConcurrentUpdateError as failure:
        raise SecurecartError(
            f"stack {stack_name} is locked: another update runs, or one was killed.",
            f"wait for it; if none runs any more: pulumi cancel --yes --stack {stack_name}",
            ExitCode.LOCKED,
        ) from failure
    except auto.CommandError as failure:
        if run.blocking:
            return run
        raise _failed(workspace, run, str(failure)) from failure
    except RuntimeError as failure:  # the engine ended well, and the events did not arrive
        raise _failed(workspace, run, str(failure)) from failure
    finally:
        run.seconds = time.monotonic() - started
        on_run(run)
    return run


def _failed(workspace: Workspace, run: Run, output: str) -> SecurecartError:
    """One summary of a failed run: each error with its resource; the engine's own output when it reported none."""
    errors = [d for d in run.diagnostics if d.severity == "error" and d.message not in _VERDICTS]
    lines = list(dict.fromkeys(f"{d.resource or 'program'}: {d.message}" for d in errors))
    detail = "\n".join(f"  {line}" for line in lines) or output.strip()
    again = (
        f"securecart {run.operation} --stack {run.stack}"
        if run.operation != "destroy"
        else "securecart down --destroy --yes"
    )
    fix = f"mend the cause, then run again: {again}"
    if run.operation == "up":
        fix += "   (what was created is recorded; it continues from there)"
    message = f"{run.operation} of stack {run.stack} failed.\n{detail}"
    return SecurecartError(redact(message, workspace.secrets), fix)


@cache
def _engine(pulumi_root: Path | None, removed_variables: tuple[str, ...]) -> _Engine:
    """Made once: making it asks the engine for its version."""
    return _Engine(pulumi_root, removed_variables)


def _local(workspace: Workspace) -> auto.LocalWorkspace:
    try:
        engine = _engine(workspace.pulumi_root, workspace.removed_variables)
    except FileNotFoundError as failure:
        raise SecurecartError("`pulumi` is not on PATH.", "install the Pulumi CLI, or use --target local") from failure
    return auto.LocalWorkspace(
        work_dir=str(workspace.directory), env_vars=dict(workspace.variables), pulumi_command=engine
    )


def _select(workspace: Workspace, stack: str) -> auto.Stack:
    try:
        return auto.Stack.create_or_select(stack, _local(workspace))
    except auto.CommandError as failure:
        message = redact(str(failure), workspace.secrets)
        raise SecurecartError(f"stack {stack} can be neither selected nor created.\n{message.strip()}") from failure


def _read(stream: IO[str], callback: Callable[[str], Any] | None, lines: list[str]) -> None:
    with stream:
        for line in stream:
            lines.append(line.rstrip())
            if callback:
                callback(lines[-1])


def _wait(process: subprocess.Popen[str]) -> bool:
    """Wait for the end. The first Ctrl-C asks the engine to cancel, the second ends it. True when there was one."""
    interrupts = 0
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:
            interrupts += 1
            process.send_signal(signal.SIGINT if interrupts == 1 else signal.SIGTERM)
        else:
            return interrupts > 0
