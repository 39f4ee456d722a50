"""The table of a failover against the emulated AWS, databases and servers made with boto3 alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import fence, switches
from automation.recovery.checks import Verdict, passed
from automation.recovery.evidence import steps_of
from automation.recovery.failover import Mode, failover
from automation.recovery.journal import Journal, Kind
from automation.recovery.outcome import evidence_of
from automation.recovery.preflight import Preflight
from automation.recovery.session import Declared, Session
from automation.recovery.steps import Plan
from automation.recovery.verify import serving_checks
from automation.recovery.world import World, guard_caller
from localcloud.emulator.faults import ALL, ERRORS, THROTTLE, Fault
from localcloud.emulator.server import Emulator
from tests.drills.killed import die_after_every_step
from tests.drills.small_estate import REPO, SmallEstate

pytestmark = pytest.mark.drill


def declared(mode: Mode, reason: str = "a drill") -> Declared:
    return Declared(command="failover", mode=mode.value, reason=reason, operator="anna", approver="ben", kind="drill")


def fail_over(world: World, session: Session, mode: Mode) -> Journal:
    return session.execute(declared(mode), failover(world, mode).plan)


def everything_is_close(small: SmallEstate, seconds: float = 0.0) -> None:
    estate = small.estate
    for store in estate.secondary.databases:
        # Later than the end of writes: what a graceful failover waits for.
        for second in range(1, 120):
            small.lag(estate.secondary, store, seconds, datetime.now(UTC) + timedelta(seconds=second))
        small.lag(estate.secondary, store, seconds)
    for store in estate.tables:
        small.table_latency(estate.primary, estate.secondary, store, 800)
    for store in estate.settings.buckets:
        small.bucket_latency(estate.primary, estate.secondary, store, 12)


def serves(small: SmallEstate, world: World) -> None:
    """As AWS shows it: databases of their own, full size, switches turned."""
    estate = small.estate
    for store in estate.secondary.databases:
        instance = small.instance(estate.secondary, store)
        assert not instance.get("ReadReplicaSourceDBInstanceIdentifier")
        assert instance["BackupRetentionPeriod"] == 14
    assert len(small.group(estate.secondary)["Instances"]) == estate.full_capacity.desired
    assert switches.position(world, estate.primary) == switches.OUT
    assert switches.position(world, estate.secondary) == switches.IN


def identities(small: SmallEstate) -> list[tuple[str, str]]:
    found = [small.instance(small.estate.secondary, store) for store in small.estate.secondary.databases]
    return [(one["DbiResourceId"], one["DBInstanceStatus"]) for one in found]


def is_fenced(small: SmallEstate) -> None:
    primary = small.estate.primary
    assert small.group(primary)["Instances"] == []
    assert {rule["FromPort"] for rule in small.ingress(primary)} == {fence.FENCED_PORT}
    assert {small.read_only(primary, store) for store in primary.databases} == {"1"}


def test_an_ungraceful_failover_without_the_primary_region_serves_and_warns_of_split_brain(
    small: SmallEstate, world: World, session: Session, emulator: Emulator
) -> None:
    everything_is_close(small, seconds=3)
    emulator.traffic.take_out(small.estate.primary.region)
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    emulator.traffic.heal(small.estate.primary.region)
    serves(small, world)
    warnings = [event.facts["warning"] for event in journal.events if event.kind is Kind.WARNED]
    assert len(warnings) == 4, "servers, network and both databases could not be fenced"
    assert all("us-east-1 does not answer" in warning and "securecart fence" in warning for warning in warnings)
    assert small.read_only(small.estate.primary, "orders") is None, "the old primary is as it was: that is the danger"
    (old,) = [f for f in serving_checks(world, small.estate.secondary, small.estate.primary) if "is fenced" in f.check]
    assert old.verdict is Verdict.FAIL
    assert old.fix == "securecart fence"


def test_what_nobody_could_measure_stays_unknown_and_never_becomes_zero(
    small: SmallEstate, world: World, session: Session, emulator: Emulator
) -> None:
    small.lag(small.estate.secondary, "orders", 3)
    small.lag(small.estate.secondary, "payments", -1)  # RDS's word for "not known"
    emulator.traffic.take_out(small.estate.primary.region)
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    sides = (small.estate.primary, small.estate.secondary)
    document = evidence_of(journal.events, small.estate, sides, REPO).document()
    services = {(one["kind"], one["store"]): one for one in document["services"]}
    assert services["database", "orders"]["rpo"]["seconds"] == 3
    assert services["database", "orders"]["verdict"] == "PASS"
    for unknown in (("database", "payments"), ("table", "order-history"), ("bucket", "invoices")):
        assert services[unknown]["rpo"]["seconds"] == "UNKNOWN"
        assert services[unknown]["verdict"] == "UNKNOWN"
    assert document["verdict"] == "UNKNOWN"


def test_a_graceful_failover_fences_first_promotes_at_lag_zero_and_loses_nothing(
    small: SmallEstate, world: World, session: Session
) -> None:
    everything_is_close(small)
    journal = fail_over(world, session, Mode.GRACEFUL)
    serves(small, world)
    is_fenced(small)
    ended = {step["name"]: step["endedAt"] for step in steps_of(journal.events)}
    started = {step["name"]: step["startedAt"] for step in steps_of(journal.events)}
    fencing = [name for name in ended if name.endswith(("of us-east-1", "read-only in us-east-1"))]
    assert len(fencing) == 4
    drained = [f"wait until {store} has everything" for store in small.estate.secondary.databases]
    assert max(ended[name] for name in fencing) <= min(started[name] for name in drained)
    assert max(ended[name] for name in drained) <= min(
        started[f"promote {store}"] for store in small.estate.secondary.databases
    )
    sides = (small.estate.primary, small.estate.secondary)
    document = evidence_of(journal.events, small.estate, sides, REPO).document()
    assert document["verdict"] == "PASS"
    assert {one["rpo"]["seconds"] for one in document["services"] if one["kind"] == "database"} == {0}
    promoted = next(step for step in document["steps"] if step["name"] == "promote orders")
    assert [call["operation"] for call in promoted["calls"] if call["requestId"]]
    assert "promote_read_replica" in {call["operation"] for call in promoted["calls"]}


def test_a_graceful_failover_promotes_nothing_while_the_lag_is_unknown_and_continues_as_ungraceful(
    small: SmallEstate, world: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.recovery.failover.DRAIN_SECONDS", 1.0)
    with pytest.raises(SecurecartError, match="lag UNKNOWN since writes ended"):
        fail_over(world, session, Mode.GRACEFUL)
    for store in small.estate.secondary.databases:
        assert small.instance(small.estate.secondary, store)["ReadReplicaSourceDBInstanceIdentifier"]
    is_fenced(small)
    left = session.archive.unfinished()
    assert left is not None
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    assert journal.execution == left.execution
    serves(small, world)


def test_a_second_failover_finds_nothing_to_do(small: SmallEstate, world: World, session: Session) -> None:
    everything_is_close(small)
    fail_over(world, session, Mode.GRACEFUL)
    before = identities(small)
    again = fail_over(world, session, Mode.UNGRACEFUL)
    statuses = {step["name"]: step["status"] for step in steps_of(again.events)}
    assert set(statuses.values()) == {"already so"}, statuses
    assert identities(small) == before


@pytest.mark.parametrize("mode", list(Mode))
def test_killed_after_every_step_the_same_failover_goes_on_to_the_end(
    small: SmallEstate, world: World, session: Session, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_is_close(small)
    names = [step.name for step in failover(world, mode).plan().steps]
    finished = die_after_every_step(lambda: fail_over(world, session, mode), len(names), monkeypatch)
    journal = fail_over(world, session, mode)
    assert journal.events[-1].kind is Kind.FINISHED
    assert set(finished) == set(names)
    serves(small, world)
    is_fenced(small)


FAULTS = 0.3


def test_with_a_third_of_all_calls_failing_the_failover_still_ends_right(
    small: SmallEstate, world: World, session: Session, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Throttled and failing calls, 30 % of all together; steps run in threads, so which calls are hit differs from run to run."""
    everything_is_close(small, seconds=1)
    for kind in (THROTTLE, ERRORS):
        emulator.faults.switch_on(Fault(kind, ALL, None, rate=FAULTS / 2, seed=7))
    journal = fail_over(world, session, Mode.UNGRACEFUL)
    hit = [(fault["kind"], fault["callsHit"], fault["callsSeen"]) for fault in emulator.faults.shown()]
    emulator.faults.reset()
    serves(small, world)
    is_fenced(small)
    took = (journal.events[-1].at - journal.events[0].at).total_seconds()
    again = sum(call["attempts"] - 1 for step in steps_of(journal.events) for call in step["calls"])
    with capsys.disabled():
        print(f"\n30 % of calls failing: {took:.1f} s, {hit}, {again} calls of the evidence tried again")  # noqa: T201
    assert all(struck for _, struck, _ in hit)


def test_the_fence_opens_again_to_what_it_was(small: SmallEstate, world: World, session: Session) -> None:
    primary = small.estate.primary
    rules = small.ingress(primary)
    closing = fence.steps(world, primary, tolerates_silence=False, timeout_seconds=30)
    session.execute(declared(Mode.GRACEFUL), lambda: Plan("fence", closing))
    is_fenced(small)
    session.execute(declared(Mode.GRACEFUL), lambda: Plan("open", fence.open_steps(world, primary, 30)))
    assert small.ingress(primary) == rules, "the same rules with the same ids: Pulumi's state still knows them"
    assert small.read_only(primary, "orders") is None


def test_preflight_passes_on_a_healthy_estate_and_names_what_is_wrong(
    small: SmallEstate, world: World, session: Session, tmp_path: Path
) -> None:
    everything_is_close(small)

    def asked() -> dict[str, Any]:
        return {f.check: f for f in Preflight(world, session.objects, session.archive, REPO, {}).findings()}

    good = asked()
    wrong = [f for f in good.values() if not f.advises and f.verdict is not Verdict.PASS]
    assert passed(good.values()) is Verdict.PASS, wrong
    small.lag(small.estate.secondary, "orders", 4000, datetime.now(UTC) + timedelta(minutes=9))
    secondary = small.estate.secondary
    small.client("rds", secondary.region).promote_read_replica(DBInstanceIdentifier=secondary.databases["payments"])
    small.client("cloudwatch", secondary.region).delete_alarms(AlarmNames=[secondary.switch_alarm])
    bad = asked()
    assert bad["database payments is what is recorded"].verdict is Verdict.FAIL
    assert bad["both switches exist"].verdict is Verdict.FAIL
    assert passed(bad.values()) is Verdict.FAIL


def test_preflight_works_without_the_primary_region(
    small: SmallEstate, world: World, session: Session, emulator: Emulator
) -> None:
    everything_is_close(small)
    emulator.traffic.take_out(small.estate.primary.region)
    found = Preflight(world, session.objects, session.archive, REPO, {}).findings()
    assert passed(found) is Verdict.PASS, [f for f in found if f.verdict is not Verdict.PASS]


def test_another_account_is_refused_before_anything_changes(small: SmallEstate, world: World) -> None:
    other = small.estate.settings.model_copy(update={"account_id": "210987654321"})
    stranger = World(estate=type(small.estate)(**{**small.estate.__dict__, "settings": other}), aws=world.aws)
    with pytest.raises(SecurecartError, match="these credentials are of account 123456789012") as refused:
        guard_caller(stranger)
    assert refused.value.exit_code is ExitCode.REFUSED
