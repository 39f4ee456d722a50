"""What was counted takes the place of what was estimated, in the figures, the verdict and the attachments."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from rich.text import Text

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.counted import Counted, read, with_counts
from automation.recovery.evidence import Attachment, figure, verdict_of
from automation.recovery.render import evidence_report

FILE = Attachment(name="counted.json", body=b"the count")


def service(kind: str, store: str, rto: float | None, rpo: float | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "store": store,
        "rto": figure(rto, 60, verdict_of(rto, 60), "estimated"),
        "rpo": figure(rpo, 10, verdict_of(rpo, 10), "estimated"),
        "verdict": "UNKNOWN",
    }


def evidence(*services: dict[str, Any], finished: bool = True) -> dict[str, Any]:
    return {"execution": "x", "services": list(services), "finished": finished, "verdict": "UNKNOWN", "attachments": []}


def counted(**changed: Any) -> Counted:
    about = {
        "kind": "database",
        "store": "orders",
        "acknowledged": 100,
        "lost": 3,
        "rpo_seconds": 0.6,
        "rto_seconds": 12.5,
    }
    return Counted(**{**about, **changed})


def test_counts_replace_estimates_and_the_verdict_follows() -> None:
    made = with_counts(evidence(service("database", "orders", 20.0, None)), [counted()], FILE)
    (orders,) = made["services"]
    assert (orders["rto"]["seconds"], orders["rpo"]["seconds"]) == (12.5, 0.6)
    assert (orders["rpo"]["lost"], orders["rpo"]["acknowledged"]) == (3, 100)
    assert "counted" in orders["rto"]["basis"]
    assert orders["verdict"] == made["verdict"] == "PASS"
    (attached,) = made["attachments"]
    assert attached["sha256"] == hashlib.sha256(b"the count").hexdigest()


def test_a_count_beyond_the_objective_fails_and_one_that_is_missing_is_no_zero() -> None:
    before = evidence(service("database", "orders", 20.0, 0.0), service("table", "payments", 20.0, None))
    assert with_counts(before, [counted(rpo_seconds=11.0)], FILE)["verdict"] == "FAIL"
    unknown = with_counts(before, [counted(kind="table", store="payments", lost=None, rpo_seconds=None)], FILE)
    assert unknown["verdict"] == "UNKNOWN"
    payments = unknown["services"][1]
    assert (payments["rpo"]["seconds"], payments["rpo"]["lost"]) == ("UNKNOWN", "UNKNOWN")
    assert unknown["services"][0] == before["services"][0], "what nobody counted stays as it was"


def test_an_unfinished_execution_does_not_pass_by_counting() -> None:
    made = with_counts(evidence(service("database", "orders", 1.0, 1.0), finished=False), [counted()], FILE)
    assert made["verdict"] == "FAIL"


def test_a_second_count_takes_the_place_of_the_first() -> None:
    once = with_counts(evidence(service("database", "orders", 1.0, 1.0)), [counted()], FILE)
    twice = with_counts(once, [counted(lost=0, rpo_seconds=0.0)], FILE)
    assert len(twice["attachments"]) == 1
    assert twice["services"][0]["rpo"]["lost"] == 0


@pytest.mark.parametrize("counts", [[], [counted(store="payments")]])
def test_a_count_of_other_stores_is_refused(counts: list[Counted]) -> None:
    with pytest.raises(SecurecartError, match="the evidence of x is of database orders") as refused:
        with_counts(evidence(service("database", "orders", 1.0, 1.0)), counts, FILE)
    assert refused.value.exit_code is ExitCode.BAD_INPUT


def test_the_report_of_the_traffic_is_read() -> None:
    store = {"kind": "database", "of": "orders", "acknowledged": 100, "lost": 3, "lostSeconds": 0.6, "rtoSeconds": 12.5}
    assert read("f", json.dumps({"stores": [store]}).encode()) == [counted()]
    assert read("f", json.dumps({"stores": [store | {"lost": None}]}).encode()) == [counted(lost=None)]


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"stores": [{"kind": "database"}]}'])
def test_what_is_no_count_is_refused_with_the_command_that_makes_one(body: bytes) -> None:
    with pytest.raises(SecurecartError, match="f is no count of traffic") as refused:
        read("f", body)
    assert "local traffic --journal" in refused.value.fix


@pytest.mark.parametrize(
    ("command", "rpo", "hint"),
    [("failover", None, True), ("failback", None, True), ("failover", 0.0, False), ("test-restores", None, False)],
)
def test_a_report_says_how_an_unknown_loss_becomes_known(command: str, rpo: float | None, hint: bool) -> None:
    document = {**evidence(service("table", "payments", 20.0, rpo)), "declared": {"command": command}, "warnings": []}
    said = [str(shown) for shown in evidence_report(document) if isinstance(shown, Text)]
    assert any("securecart counted x FILE" in line for line in said) is hint
