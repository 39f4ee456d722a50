"""The figures of the traffic, counted over journals that are written here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from localcloud.traffic.journal import ACKNOWLEDGED, FAILED, STALE, Entry, Journal, Run, read_journal
from localcloud.traffic.report import figures, outages_of
from localcloud.traffic.run import attempt
from localcloud.traffic.stores import Found, Store
from localcloud.traffic.targets import Targets

TARGETS = Targets(record_name="shop.example", databases={}, secret="s", table="t", buckets={})


class Shelf(Store):
    """A store in memory; `broken` is what every call raises."""

    name = "orders"

    def __init__(self, intact: Sequence[int] = (), damaged: Sequence[int] = ()) -> None:
        super().__init__(_no_client, TARGETS, "run")
        self.there = Found(frozenset(intact), frozenset(damaged))
        self.broken: Exception | None = None

    def write(self, region: str, sequence: int) -> None:  # noqa: ARG002
        if self.broken:
            raise self.broken

    def find(self, region: str, sequences: Sequence[int]) -> Found:  # noqa: ARG002
        if self.broken:
            raise self.broken
        asked = frozenset(sequences)
        return Found(self.there.intact & asked, self.there.damaged & asked)


def _no_client(service: str, region: str) -> Any:
    raise AssertionError(f"nobody asks {service} in {region}")


def written(outcomes: str, store: str = "orders") -> list[Entry]:
    """A write a second from second 100 on: a acknowledged, f failed, s stale; each takes half a second."""
    names = {"a": ACKNOWLEDGED, "f": FAILED, "s": STALE}
    return [
        Entry(store, number, names[outcome], "us-east-1", 100.0 + number, 100.5 + number, "" if outcome == "a" else "E")
        for number, outcome in enumerate(outcomes)
    ]


def test_what_was_acknowledged_and_is_gone_is_the_rpo_by_count_and_by_time() -> None:
    # 0 to 4 acknowledged, 5 to 7 failed, 8 and 9 acknowledged; 3 and 4 are gone.
    found = figures(Shelf([0, 1, 2, 8, 9]), written("aaaaafffaa"), "us-west-2")
    assert (found.acknowledged, found.failed, found.lost, found.damaged) == (7, 3, 2, 0)
    assert found.lost_seconds == pytest.approx(105.0 - 103.5), "from the acknowledgement of 3 to the first failure"
    assert found.rto_seconds == pytest.approx(108.5 - 105.0), "from the first failed to the first acknowledged"
    assert found.unknown == {}


def test_what_was_written_after_the_failure_and_is_missing_has_no_seconds() -> None:
    # Counted in the healed Region, while the other one took what came after the failure.
    found = figures(Shelf([0, 1]), written("aaffaa"), "us-east-1")
    assert (found.lost, found.lost_seconds) == (2, None)
    assert "in the other Region" in found.unknown["lostSeconds"]


def test_nothing_lost_is_a_counted_zero() -> None:
    found = figures(Shelf(range(6)), written("aaaffa"), "us-west-2")
    assert (found.lost, found.lost_seconds, found.unknown) == (0, 0.0, {})


def test_what_failed_is_not_missed_and_what_was_damaged_is_not_lost() -> None:
    found = figures(Shelf([0], [1]), written("asf"), "us-west-2")
    assert (found.acknowledged, found.stale, found.lost, found.damaged) == (2, 1, 0, 1)


def test_without_a_failed_write_there_is_no_rto() -> None:
    found = figures(Shelf([0]), written("aa"), "us-west-2")
    assert (found.rto_seconds, found.lost, found.lost_seconds) == (None, 1, None)
    assert set(found.unknown) == {"rtoSeconds", "lostSeconds"}


def test_without_a_write_after_the_failure_the_rto_is_unknown_and_the_loss_is_counted() -> None:
    found = figures(Shelf([0]), written("aaff"), "us-west-2")
    assert (found.rto_seconds, found.lost) == (None, 1)
    assert found.lost_seconds == pytest.approx(102.0 - 101.5)
    assert "until the traffic ended" in found.unknown["rtoSeconds"]


def test_a_store_that_cannot_be_read_has_an_unknown_loss_and_not_none() -> None:
    shelf = Shelf([0])
    shelf.broken = ConnectionError("secret words")
    found = figures(shelf, written("afa"), "us-west-2")
    assert (found.lost, found.lost_seconds, found.damaged) == (None, None, None)
    assert found.unknown["lost"] == "orders cannot be read in us-west-2: ConnectionError"
    assert found.rto_seconds is not None


def test_no_acknowledged_write_means_no_figure() -> None:
    found = figures(Shelf(), written("ff"), "us-west-2")
    assert (found.lost, found.unknown["lost"]) == (None, "no write was acknowledged")


def test_the_longest_of_several_outages_is_the_rto() -> None:
    found = figures(Shelf(range(12)), written("afaafffffaa"), "us-west-2")
    assert [one.failed for one in found.outages] == [1, 5]
    assert found.rto_seconds == pytest.approx(109.5 - 104.0)
    assert [one.ended for one in outages_of(written("f"))] == [None]


def test_other_stores_entries_are_not_counted() -> None:
    found = figures(Shelf(range(3)), [*written("aaa"), *written("ff", "payments")], "us-west-2")
    assert (found.acknowledged, found.failed) == (3, 0)


def test_a_journal_reads_back_up_to_the_line_that_a_crash_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "traffic" / "a.jsonl"
    journal = Journal(path, Run("run", 1.0, {"writesPerSecond": 5}))
    entries = written("af")
    journal.record(*entries)
    assert path.read_text().count("\n") == 3, "on the disk before the next write begins"
    journal.close()
    with path.open("a") as file:
        file.write(json.dumps({"store": "orders"})[:-1])
    assert read_journal(path) == (Run("run", 1.0, {"writesPerSecond": 5}), entries)
    with pytest.raises(FileExistsError):
        Journal(path, Run("other", 1.0, {}))


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{}\n")
    with pytest.raises(ValueError, match="not a journal"):
        read_journal(tmp_path / "a")


def test_an_attempt_says_what_happened_and_never_the_words_of_an_error() -> None:
    shelf, ticks = Shelf([1]), iter([1.0, 2.0] * 3)
    done = attempt(shelf, "us-east-1", 1, lambda: next(ticks))
    assert (done.outcome, done.began, done.ended) == (ACKNOWLEDGED, 1.0, 2.0)
    assert attempt(shelf, "us-east-1", 2, lambda: next(ticks)).outcome == STALE
    shelf.broken = ConnectionError("password=hunter2")
    failed = attempt(shelf, "us-east-1", 3, lambda: next(ticks))
    assert (failed.outcome, failed.error) == (FAILED, "ConnectionError")
