"""The `securecart` command. Nothing but click is imported until a verb runs, so that --help is instant."""

# ruff: noqa: PLC0415  importing late is the point of this file

from __future__ import annotations

from pathlib import Path

import click

from automation import exit_codes
from automation.cli_disasters import add_disaster_commands
from automation.cli_evidence import add_evidence_commands
from automation.cli_faults import add_fault_commands
from automation.cli_options import json_option, options, stack_option, target_option
from automation.cli_pipeline import add_pipeline_commands
from automation.cli_recovery import add_recovery_commands
from automation.cli_restore import add_restore_commands
from automation.durations import Duration
from automation.targets import Target

_EPILOG = "\b\nExit codes:\n" + exit_codes.table()

_policy_config = click.option(
    "--policy-config",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="Configuration of the policy pack (JSON), as for `pulumi --policy-pack-config`.",
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Deploy and operate SecureCart's resilience stacks, always judged by the policy pack."""


@main.command()
@options(target_option, stack_option, _policy_config, json_option)
@click.option("--refresh", is_flag=True, help="Read the cloud first, so that what somebody changed there is undone.")
@click.option("--recreate", is_flag=True, help="With --refresh: stores that are gone are made anew, EMPTY.")
def up(target: str, stack: str, policy_config: Path | None, as_json: bool, **how: bool) -> None:
    """Preview with the policy pack, then deploy: prod first, then dr. Nothing is deployed when a preview is blocked.

    --refresh is refused (exit 5) while a store is gone: the update would make it anew, empty. Restore it first.
    """
    from automation import commands

    commands.up(Target(target), stack, policy_config, as_json, **how)


@main.command()
@options(target_option, stack_option, _policy_config, json_option)
@click.option("--expect-no-changes", is_flag=True, help="Exit 1 when anything would change.")
def preview(target: str, stack: str, policy_config: Path | None, as_json: bool, expect_no_changes: bool) -> None:
    """Show what `up` would change, judged by the policy pack. Changes nothing."""
    from automation import commands

    commands.preview(Target(target), stack, policy_config, as_json, expect_no_changes)


@main.command()
@options(target_option, json_option)
def plan(target: str, as_json: bool) -> None:
    """Show the strategy, what each store keeps under it, and the steps of a failover with their limits. Changes nothing."""
    from automation import commands

    commands.plan(Target(target), as_json)


@main.command()
@options(target_option, stack_option, json_option)
@click.option("--destroy", is_flag=True, help="DESTROYS the stacks and their data: dr first, then prod. Needs --yes.")
@click.option("--yes", is_flag=True, help="Yes, destroy.")
def down(target: str, stack: str, as_json: bool, destroy: bool, yes: bool) -> None:
    """Stop the local cloud and keep its state. With --destroy: delete what is deployed."""
    from automation import commands

    commands.down(Target(target), stack, as_json, destroy, yes)


@main.command()
@options(target_option, stack_option, json_option)
@click.option(
    "--watch", "watch_seconds", type=click.FloatRange(min=1), metavar="SECONDS", help="Read again every so often."
)
def status(target: str, stack: str, as_json: bool, watch_seconds: float | None) -> None:
    """Show what protects each store, its last recovery point against the RPO, lag and lock. What cannot be read is UNKNOWN."""
    from automation import commands

    commands.status(Target(target), stack, as_json, watch_seconds)


@main.command()
def env() -> None:
    """Print shell lines that point Pulumi and every AWS client at the local cloud: eval "$(securecart env)"."""
    from automation import commands

    commands.env()


@main.group()
def policy() -> None:
    """The policy pack that judges every preview and update."""


@policy.command("check-config")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path))
@json_option
def policy_check_config(file: Path, as_json: bool) -> None:
    """Check FILE, a configuration of the pack: unknown rules and keys, wrong values, faulty waivers. Exit 2 on any."""
    from automation import commands

    commands.policy_check_config(file, as_json)


@main.group()
def local() -> None:
    """The local cloud of this checkout: an emulated AWS on 127.0.0.1."""


@local.command("start")
def local_start() -> None:
    """Start it; what it held is there again."""
    from automation import commands

    commands.local_start()


@local.command("stop")
def local_stop() -> None:
    """Stop it and keep what it holds."""
    from automation import commands

    commands.local_stop()


@local.command("reset")
def local_reset() -> None:
    """DESTROYS all local data: empties the emulated AWS and forgets its stacks."""
    from automation import commands

    commands.local_reset()


@local.command("outage")
@click.argument("region")
def local_outage(region: str) -> None:
    """Make REGION answer nothing, as in a disaster; what it holds stays. Global services go on."""
    from automation import commands

    commands.local_outage(region)


@local.command("heal")
@click.argument("region")
def local_heal(region: str) -> None:
    """Bring REGION back."""
    from automation import commands

    commands.local_heal(region)


@local.command("lag")
@click.argument("seconds", type=click.FloatRange(min=0))
def local_lag(seconds: float) -> None:
    """Let what is written in one Region arrive in the other SECONDS later: items and objects."""
    from automation import commands

    commands.local_lag(seconds)


@local.command("clock")
@click.option("--advance", "seconds", type=Duration(), required=True, help="How far, such as 26h or 40d.")
def local_clock(seconds: int) -> None:
    """Put its clock forward: backups that fall due on the way are made, recovery points that expire go."""
    from automation import commands

    commands.local_clock(seconds)


@local.command("logs")
@click.option("-n", "--lines", type=click.IntRange(min=1), default=50, show_default=True, help="How many lines.")
def local_logs(lines: int) -> None:
    """Show the end of its log."""
    from automation import commands

    commands.local_logs(lines)


add_fault_commands(local)
add_pipeline_commands(main)
add_disaster_commands(local)


add_recovery_commands(main)
add_restore_commands(main)
add_evidence_commands(main)

if __name__ == "__main__":
    main()
