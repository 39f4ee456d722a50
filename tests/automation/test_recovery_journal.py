"""The journal and the lock: two operators, lost answers, expiry, and a store in a directory or in S3."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.journal import Event, Journal, Kind
from automation.recovery.lock import LOCK_KEY, TTL_SECONDS, Lock, Owner
from automation.recovery.objects import ChangedError, DirectoryObjects
from automation.recovery.session import Declared, Session
from automation.recovery.steps import Plan
from tests.automation.recovery_world import Silent, World, archive, diamond, now


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = now()

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def objects(tmp_path: Path) -> DirectoryObjects:
    return DirectoryObjects(tmp_path / "store")


@pytest.fixture
def held(objects: DirectoryObjects) -> Iterator[Lock]:
    lock = Lock(objects, now, who="anna")
    lock.acquire("failover --mode graceful")
    yield lock
    lock.release()


def test_an_event_reads_back_as_it_was_written(tmp_path: Path) -> None:
    journal = archive(tmp_path).begin("failover")
    written = journal.append(Kind.STEP_DONE, "promote orders", {"seconds": 3.2}, [{"requestId": "r-1"}])
    assert Event.read(written.body()) == written
    (line,) = (tmp_path / "copies" / f"{journal.execution}.jsonl").read_text().splitlines()
    assert json.loads(line)["step"] == "promote orders"
    assert archive(tmp_path).open(journal.execution).events == journal.events


def test_a_second_process_on_the_same_execution_is_refused_at_its_first_line(tmp_path: Path) -> None:
    first = archive(tmp_path).begin("failover")
    first.append(Kind.STARTED)
    second = archive(tmp_path).open(first.execution)
    first.append(Kind.NOTED)
    with pytest.raises(SecurecartError, match="another process continues") as refused:
        second.append(Kind.NOTED)
    assert refused.value.exit_code is ExitCode.LOCKED


def test_a_write_whose_answer_was_lost_is_taken_for_done_only_when_it_is_ours(objects: DirectoryObjects) -> None:
    etag = objects.create("e/1", b"mine")
    assert objects.create("e/1", b"mine") == etag
    with pytest.raises(ChangedError):
        objects.create("e/1", b"yours")


def test_a_replacement_needs_the_version_that_was_read(objects: DirectoryObjects) -> None:
    etag = objects.create("lock", b"1")
    objects.replace("lock", b"2", etag)
    with pytest.raises(ChangedError):
        objects.replace("lock", b"3", etag)
    assert objects.read("lock") is not None
    assert objects.read("none") is None


def test_of_two_operators_at_once_one_is_refused_and_told_who_works(held: Lock, objects: DirectoryObjects) -> None:
    other = Lock(objects, now, who="ben")
    with pytest.raises(SecurecartError, match=r"anna runs `securecart failover --mode graceful`") as refused:
        other.acquire("failback")
    assert refused.value.exit_code is ExitCode.LOCKED
    assert held.usable
    assert not other.usable


def test_in_the_same_instant_exactly_one_of_many_gets_the_lock(objects: DirectoryObjects) -> None:
    locks = [Lock(objects, now, who=f"operator {n}") for n in range(8)]
    together = threading.Barrier(len(locks))
    refused: list[ExitCode] = []

    def grab(lock: Lock) -> None:
        together.wait()
        try:
            lock.acquire("failover")
        except SecurecartError as failure:
            refused.append(failure.exit_code)

    threads = [threading.Thread(target=grab, args=(lock,)) for lock in locks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lock.usable for lock in locks) == 1
    assert refused == [ExitCode.LOCKED] * 7
    for lock in locks:
        lock.release()


def test_a_lock_is_free_after_release_expiry_or_the_end_of_its_process(objects: DirectoryObjects) -> None:
    clock = Clock()
    first = Lock(objects, clock, who="anna")
    first.acquire("failover")
    first.release()
    second = Lock(objects, clock, who="ben")
    second.acquire("failover")
    clock.pass_by(TTL_SECONDS + 1)
    assert not second.usable, "a lock that ran out starts nothing more"
    third = Lock(objects, clock, who="cleo")
    third.acquire("failover")
    said, etag = objects.read(LOCK_KEY) or (b"", "")
    dead = json.loads(said)
    dead["owner"]["pid"], dead["owner"]["started"] = os.getpid(), "1"  # the pid lives, as another process
    objects.replace(LOCK_KEY, json.dumps(dead).encode(), etag)
    fourth = Lock(objects, clock, who="dora")
    fourth.acquire("failover")
    for lock in (third, second):
        lock.release()
        assert lock.lost or lock is second
    assert fourth.usable
    fourth.release()


def test_an_owner_on_another_machine_is_never_called_gone() -> None:
    assert not Owner(who="a", host="elsewhere.example", pid=1, started="1").gone


@pytest.fixture
def session(tmp_path: Path, objects: DirectoryObjects) -> Session:
    class OnlyAClock:
        now = staticmethod(now)

    return Session(world=OnlyAClock(), objects=objects, copies=tmp_path / "copies", observer=Silent())  # type: ignore[arg-type]


def declared(command: str = "failover", mode: str = "graceful") -> Declared:
    return Declared(command=command, mode=mode, reason="a test", operator="anna", approver="ben")


def failing(world: World) -> Plan:
    def breaks() -> None:
        raise RuntimeError("the cable was cut")

    return Plan("broken", (world.step("a"), world.step("b", "a", before=breaks)))


def test_an_execution_is_finished_with_who_why_and_its_plan(session: Session) -> None:
    journal = session.execute(declared(), lambda: diamond(World()), about={"outageSince": "t"})
    first, last = journal.events[0], journal.events[-1]
    assert (first.facts["reason"], first.facts["approver"], first.facts["outageSince"]) == ("a test", "ben", "t")
    assert last.kind is Kind.FINISHED
    assert [step["name"] for step in last.facts["steps"]] == ["a", "b", "c", "d"]
    assert session.archive.unfinished() is None
    assert session.archive.newest("failover") is not None


def test_the_same_command_continues_an_execution_and_any_other_is_refused(session: Session) -> None:
    world = World()
    with pytest.raises(SecurecartError, match="the cable was cut"):
        session.execute(declared(), lambda: failing(world))
    left = session.archive.unfinished()
    assert left is not None
    for other in (declared("failback"), declared("failover", "drill")):
        with pytest.raises(SecurecartError, match="is not finished") as refused:
            session.execute(other, lambda: diamond(world))
        assert refused.value.exit_code is ExitCode.REFUSED
    done = session.execute(declared(mode="ungraceful"), lambda: diamond(world))
    assert done.execution == left.execution
    assert world.carried_out["a"] == 1


def test_an_ungraceful_failover_never_turns_into_a_graceful_one(session: Session) -> None:
    with pytest.raises(SecurecartError):
        session.execute(declared(mode="ungraceful"), lambda: failing(World()))
    with pytest.raises(SecurecartError, match="is not finished"):
        session.execute(declared(mode="graceful"), lambda: diamond(World()))


def test_an_execution_can_be_given_up_by_name(session: Session) -> None:
    with pytest.raises(SecurecartError):
        session.execute(declared(), lambda: failing(World()))
    left = session.archive.unfinished()
    assert left is not None
    done = session.execute(declared("failback", ""), lambda: diamond(World()), abandon=left.execution)
    assert done.execution != left.execution
    assert session.archive.open(left.execution).events[-1].facts["outcome"] == "abandoned"


def test_a_bad_journal_says_which_version_wrote_it(tmp_path: Path) -> None:
    journal: Journal = archive(tmp_path).begin("failover")
    event = journal.append(Kind.STARTED)
    strange = event.body().replace(b"event/1", b"event/9")
    with pytest.raises(SecurecartError, match="event/9"):
        Event.read(strange)
