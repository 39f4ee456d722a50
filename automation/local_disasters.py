"""Disasters of the local cloud that act on data, and the traffic that suffers them; never against AWS itself."""

# ruff: noqa: PLC0415  target aws must work where localcloud/ was removed, and a verb pays only for what it uses

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation import local
from automation.commands import Result, command
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.project import REPOSITORY
from automation.targets import Target

if TYPE_CHECKING:
    from automation.recovery.estate import Estate
    from localcloud.traffic.targets import Targets

# The stores that the traffic writes to, by their names in Pulumi.yaml.
ORDERS, PAYMENTS, INVOICES = "orders", "payment-history", "invoices"
# What the traffic calls them -> what they are, as the evidence of a recovery names them.
_WRITTEN = {
    "orders": {"kind": "database", "of": ORDERS},
    "payments": {"kind": "table", "of": PAYMENTS},
    "invoices": {"kind": "bucket", "of": INVOICES},
}
_POLL_SECONDS = 0.2


def delete(what: str, name: str, region: str, *, disarm: bool, yes: bool, as_json: bool) -> None:
    with command(f"local delete {what}", Target.LOCAL, as_json) as result:
        if not yes:
            _refuse(f"it would delete {what} of {name} in {region}", f"local delete {what} {name} --yes")
        from localcloud.disasters.deletion import DELETIONS
        from localcloud.traffic.targets import clients_of

        clients = clients_of(local.start(result.display.say))
        attempts = list(DELETIONS[what](clients, region, name, disarm=disarm))
        for attempt in attempts:
            result.display.say(f"{'done' if attempt.done else 'REFUSED'}: {attempt.did}{_because(attempt.refusal)}")
        done = sum(attempt.done for attempt in attempts)
        result.display.say(f"{done} done, {len(attempts) - done} refused")
        result.extra["attempts"] = [asdict(attempt) for attempt in attempts]


def corrupt(*, share: float, seed: int, off: bool, yes: bool, as_json: bool) -> None:
    """Damage orders in the Region that serves; `off` lets what comes be right again."""
    with command("local corrupt", Target.LOCAL, as_json) as result:
        if not (yes or off):
            _refuse(f"it would damage {share:.0%} of the orders, and of those to come", "local corrupt --yes")
        from localcloud.disasters import corruption
        from localcloud.traffic.dns import NoAnswerError, Resolver
        from localcloud.traffic.orders import connect
        from localcloud.traffic.targets import clients_of

        clients, named = clients_of(local.start(result.display.say)), targets()
        try:
            region = Resolver(clients, named.record_name, patience=0).active_region()
            with connect(clients, region, named.databases[region], named.secret) as connection:
                if off:
                    corruption.stop(connection)
                    result.display.say(f"orders that come to {region} are right again; what is damaged stays so")
                    return
                done = corruption.corrupt(connection, share, seed)
        except (NoAnswerError, corruption.NothingToCorruptError) as nothing:
            raise SecurecartError(f"{nothing}.", "securecart local traffic", ExitCode.BAD_INPUT) from nothing
        # The database keeps the machine's time; a restore is asked for in the cloud's.
        ahead = local.ask("clock", {"advance_seconds": 0}, "local corrupt")["advancedSeconds"]
        moment = (done.moment + timedelta(seconds=ahead)).astimezone(UTC)
        result.display.say(f"{done.rows} orders in {region} are damaged, and {share:.0%} of those that come will be")
        result.display.say(f"every order was right until {moment.isoformat()}")
        result.extra |= {"region": region, "rows": done.rows, "rightUntil": moment.isoformat()}


def traffic(*, rate: float, seconds: float | None, patience: float, as_json: bool) -> None:
    """Write until `seconds` are over or somebody presses Ctrl-C; then count."""
    with command("local traffic", Target.LOCAL, as_json) as result:
        from localcloud.traffic.dns import NoAnswerError
        from localcloud.traffic.run import Traffic
        from localcloud.traffic.targets import clients_of

        variables = local.start(result.display.say)
        try:
            running = Traffic(clients_of(variables), targets(), _directory(), writes_per_second=rate, patience=patience)
        except NoAnswerError as nowhere:
            raise SecurecartError(str(nowhere), "securecart up", ExitCode.BAD_INPUT) from nowhere
        result.display.say(f"writing to {running.region}; Ctrl-C ends it and counts")
        with running:
            _wait(result, running, seconds)
        _report(result, variables, running.journal.path)


def traffic_report(journal: Path | None, *, as_json: bool) -> None:
    """Count what became of a run that has ended."""
    with command("local traffic --report", Target.LOCAL, as_json) as result:
        found = journal or max(_directory().glob("*.jsonl"), default=None)
        if found is None:
            raise SecurecartError("no traffic ran yet", "securecart local traffic", ExitCode.BAD_INPUT)
        _report(result, local.start(result.display.say), found)


def targets() -> Targets:
    """What the configuration of this checkout names. Raises SecurecartError (BAD_INPUT) when a store is missing."""
    from automation.recovery.estate import load_estate

    return targets_of(load_estate(REPOSITORY))


def targets_of(estate: Estate) -> Targets:
    """The stores of an estate that the traffic writes to. Raises SecurecartError (BAD_INPUT) when one is missing."""
    from components.naming import Names
    from localcloud.traffic.targets import Targets

    sides = (estate.primary, estate.secondary)
    try:
        return Targets(
            record_name=estate.settings.recovery.dns.record_name,
            databases={side.region: side.databases[ORDERS] for side in sides},
            secret=Names(settings=estate.settings).secret(ORDERS),
            table=estate.tables[PAYMENTS],
            buckets={side.region: side.buckets[INVOICES] for side in sides},
        )
    except KeyError as missing:
        raise SecurecartError(
            f"the traffic writes to the stores {ORDERS}, {PAYMENTS} and {INVOICES}; Pulumi.yaml has no {missing.args[0]}",
            "configure it in Pulumi.yaml, then: securecart up",
            ExitCode.BAD_INPUT,
        ) from missing


def _wait(result: Result, running: Any, seconds: float | None) -> None:
    until = None if seconds is None else time.monotonic() + seconds
    region = running.region
    try:
        while until is None or time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
            if running.region != region:
                region = running.region
                result.display.say(f"customers are sent to {region} now")
    except KeyboardInterrupt:
        result.display.say("counting")


def _report(result: Result, variables: dict[str, str], path: Path) -> None:
    from localcloud.traffic.dns import Resolver
    from localcloud.traffic.journal import read_journal
    from localcloud.traffic.report import figures, lines
    from localcloud.traffic.stores import stores
    from localcloud.traffic.targets import clients_of

    try:
        run, entries = read_journal(path)
    except (OSError, ValueError) as unreadable:
        raise SecurecartError(str(unreadable), "name the file of a run", ExitCode.BAD_INPUT) from unreadable
    clients, named = clients_of(variables), targets()
    region = Resolver(clients, named.record_name, patience=0).active_region()
    found = [figures(store, entries, region) for store in stores(clients, named, run.run)]
    result.display.say(f"{path}: what was acknowledged, looked for in {region}")
    for one in found:
        for line in lines(one):
            result.display.say(line)
    result.extra |= {
        "journal": str(path),
        "run": run.run,
        "region": region,
        "stores": [one.document() | _WRITTEN[one.store] for one in found],
    }


def _directory() -> Path:
    return local.root() / "traffic"


def _because(refusal: str) -> str:
    return f" ({refusal})" if refusal else ""


def _refuse(would: str, fix: str) -> None:
    raise SecurecartError(f"{would}. Nothing was done: it needs --yes.", f"securecart {fix}", ExitCode.BAD_INPUT)
