"""The way back, step by step against the emulated AWS: nothing lost, nothing deleted without a snapshot, killed anywhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import fence, switches
from automation.recovery.evidence import steps_of
from automation.recovery.failback import Failback, failback
from automation.recovery.failover import Mode, failover
from automation.recovery.journal import Journal, Kind
from automation.recovery.outcome import evidence_of
from automation.recovery.reconcile import Truth, truth
from automation.recovery.session import Declared, Session
from automation.recovery.world import World
from components.settings import DatabaseRole, Links, Role
from localcloud.emulator.server import Emulator
from tests.drills.killed import die_after_every_step
from tests.drills.small_estate import REPO, SmallEstate
from tests.drills.test_failover_steps import everything_is_close

pytestmark = pytest.mark.drill


def declared(command: str, mode: str = "") -> Declared:
    return Declared(command=command, mode=mode, reason="a drill", operator="anna", approver="ben", kind="drill")


@pytest.fixture
def failed_over(small: SmallEstate, world: World, session: Session, emulator: Emulator) -> Iterator[Failback]:
    """us-west-2 serves, us-east-1 is back after an outage and was never fenced; lag is reported of whatever replicates."""
    everything_is_close(small, seconds=1)
    emulator.traffic.take_out(small.estate.primary.region)
    session.execute(declared("failover", "ungraceful"), failover(world, Mode.UNGRACEFUL).plan)
    emulator.traffic.heal(small.estate.primary.region)
    stop = threading.Event()
    after = small.estate.raised()

    def report() -> None:
        while not stop.wait(0.5):
            for side in after.sides.values():
                for store in side.databases:
                    small.measure_lag_of(side.region, side.databases[store], 0)

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    yield failback(world)
    stop.set()
    reporter.join()


def go_back(session: Session, returning: Failback) -> Journal:
    return session.execute(declared("failback"), returning.plan)


def is_back(small: SmallEstate, world: World, returning: Failback) -> None:
    rds = {side.region: small.client("rds", side.region) for side in small.estate.sides.values()}
    primary, secondary = returning.after.primary, returning.after.secondary
    found = {
        region: {one["DBInstanceIdentifier"]: one for one in client.describe_db_instances()["DBInstances"]}
        for region, client in rds.items()
    }
    assert set(found[primary.region]) == set(primary.databases.values())
    assert set(found[secondary.region]) == set(secondary.databases.values())
    for store, name in secondary.databases.items():
        source = found[primary.region][primary.databases[store]]
        assert found[secondary.region][name]["ReadReplicaSourceDBInstanceIdentifier"] == source["DBInstanceArn"]
        assert not source.get("ReadReplicaSourceDBInstanceIdentifier")
        for one in (source, found[secondary.region][name]):
            assert one["DeletionProtection"]
            assert one["MultiAZ"]
            assert one["BackupRetentionPeriod"] == small.estate.settings.databases[store].backup_retention_days
    for side in small.estate.sides.values():
        kept = {one["DBSnapshotIdentifier"] for one in rds[side.region].describe_db_snapshots()["DBSnapshots"]}
        assert {f"{name}-before-failback" for name in side.databases.values()} <= kept
        assert switches.position(world, side) == switches.IN
        assert not fence.fenced_rules(world, returning.after.sides[side.role])
    assert len(small.group(primary)["Instances"]) == small.estate.full_capacity.desired
    assert len(small.group(secondary)["Instances"]) == small.estate.passive_capacity.desired


def test_a_failback_makes_the_next_generation_and_keeps_the_old_one_as_snapshots(
    small: SmallEstate, world: World, session: Session, failed_over: Failback
) -> None:
    journal = go_back(session, failed_over)
    is_back(small, world, failed_over)
    steps = {step["name"]: step for step in steps_of(journal.events)}
    for store in small.estate.primary.databases:
        # The survivor goes only after it has a successor that replicates.
        assert steps[f"retire {store} of us-west-2"]["startedAt"] >= steps[f"replicate {store} to us-west-2"]["endedAt"]
        assert steps[f"promote {store}"]["startedAt"] >= steps[f"wait until {store} has everything"]["endedAt"]
    document = evidence_of(
        journal.events, small.estate, (small.estate.secondary, failed_over.after.primary), REPO
    ).document()
    databases = [one for one in document["services"] if one["kind"] == "database"]
    assert {one["rpo"]["seconds"] for one in databases} == {0}
    assert {one["rto"]["basis"] for one in databases} == {"from the end of writes to the verification"}


def test_what_reconcile_finds_before_and_after(
    small: SmallEstate, world: World, session: Session, failed_over: Failback
) -> None:
    assert truth(world) == Truth(Role.SECONDARY, DatabaseRole.PROMOTED, Links.ENABLED, raised=False)
    go_back(session, failed_over)
    assert truth(world) == Truth(Role.PRIMARY, DatabaseRole.REPLICA, Links.ENABLED, raised=True)
    later = World(estate=failed_over.after, aws=world.aws)
    assert truth(later) == Truth(Role.PRIMARY, DatabaseRole.REPLICA, Links.ENABLED, raised=False)


def test_reconcile_refuses_a_half_way_world(small: SmallEstate, world: World) -> None:
    secondary = small.estate.secondary
    small.client("rds", secondary.region).promote_read_replica(DBInstanceIdentifier=secondary.databases["orders"])
    with pytest.raises(SecurecartError, match="neither all replicas nor all databases of their own") as refused:
        truth(world)
    assert refused.value.exit_code is ExitCode.REFUSED


def test_killed_after_every_step_the_same_command_goes_on_to_the_end(
    small: SmallEstate, world: World, session: Session, failed_over: Failback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many runs as it takes, and every step is done exactly once."""
    names = [step.name for step in failed_over.plan().steps]
    finished = die_after_every_step(lambda: go_back(session, failback(world)), len(names), monkeypatch)
    journal = go_back(session, failback(world))
    assert journal.events[-1].kind is Kind.FINISHED
    assert set(finished) == set(names)
    is_back(small, world, failed_over)


def test_an_old_database_that_somebody_replicates_is_not_deleted(
    small: SmallEstate, world: World, session: Session, failed_over: Failback
) -> None:
    primary = small.estate.primary
    rds = small.client("rds", primary.region)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="reports", SourceDBInstanceIdentifier=primary.databases["orders"]
    )
    with pytest.raises(SecurecartError, match="is in use: reports; it was not deleted"):
        go_back(session, failed_over)
    assert small.instance(primary, "orders")["DeletionProtection"]
    rds.delete_db_instance(DBInstanceIdentifier="reports", SkipFinalSnapshot=True)
    go_back(session, failback(world))
    is_back(small, world, failed_over)


def test_a_failback_refuses_what_it_cannot_name(world: World) -> None:
    settings = world.estate.settings
    adopted = {name: one.model_copy(update={"existing": "legacy"}) for name, one in settings.databases.items()}
    estate = type(world.estate)(
        **{**world.estate.__dict__, "settings": settings.model_copy(update={"databases": adopted})}
    )
    with pytest.raises(SecurecartError, match="adopted"):
        failback(World(estate=estate, aws=world.aws))
