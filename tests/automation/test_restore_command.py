"""`securecart restore` as its caller sees it: what it says before it acts, exit codes, the document of --json."""

from __future__ import annotations

import json

import pytest

from automation.recovery.session import Session
from tests.automation.restore_commands import ORDER, securecart, use
from tests.automation.restore_world import Stores


@pytest.fixture(autouse=True)
def cloud(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    use(session, monkeypatch)


def test_without_approval_it_says_what_it_would_do_and_changes_nothing(stores: Stores) -> None:
    stores.put(stores.table(), o1="paid")
    at = stores.advance(60).isoformat()
    told = securecart("restore", "table", "order-history", "--at", at, "--reason", "a test")
    assert told.exit_code == 2
    assert "destroys:\n  nothing" in told.output
    assert "nothing was changed: this needs --approve" in told.output
    assert stores.client("dynamodb").list_tables()["TableNames"] == ["securecart-order-history"]


def test_a_restore_that_is_proved_exits_0_and_keeps_its_evidence(stores: Stores, session: Session) -> None:
    stores.put(stores.table(), o1="paid", o2="open")
    at = stores.advance(60).isoformat()
    done = securecart("restore", "table", "order-history", "--at", at, *ORDER, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["verdict"] == "PASS"
    [made] = document["evidence"]["restored"]
    assert stores.states(made["name"]) == {"o1": "paid", "o2": "open"}
    assert document["evidence"]["content"]["table order-history"]["records"] == 2
    execution = document["evidence"]["execution"]
    kept = session.objects.read(f"{execution}/evidence.json")
    assert kept is not None
    assert json.loads(kept[0])["verdict"] == "PASS"


def test_a_restore_of_nothing_is_unknown_and_exits_6(stores: Stores) -> None:
    table = stores.table()
    at = stores.advance(60).isoformat()
    stores.put(table, o1="paid")
    done = securecart("restore", "table", "order-history", "--at", at, *ORDER)
    assert done.exit_code == 6
    assert "UNKNOWN content of table order-history" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("table", "order-history", "--at", "2026-11-28T10:00:00"), "has no zone; allowed: ISO-8601 with a zone"),
        (("table", "order-history", "--at", "yesterday"), "yesterday is no time; allowed"),
        (("table", "order-history"), "none given; allowed: one of them"),
        (("table", "carts", "--at", "2026-11-28T10:00:00Z"), "table carts is no store; allowed: order-history"),
        (("all", "orders", "--at", "2026-11-28T10:00:00Z"), "`all` takes no store"),
        (("all", "--recovery-point", "arn:aws:backup:us-east-1:1:recovery-point:x"), "is of one store"),
        (("table", "order-history", "--recovery-point", "rp-1"), "--recovery-point rp-1 is no ARN"),
        (("table", "order-history", "--recovery-point", "arn:aws:backup:eu-west-1:1:recovery-point:x"), "of Region eu"),
        (("table", "--at", "2026-11-28T10:00:00Z", "--region", "eu-west-1"), "--region eu-west-1 is none of this"),
        (("table", "order-history", "--recovery-point", "arn:aws:backup:us-east-1:1:recovery-point:x"), "is not in vault"),
    ],
)  # fmt: skip
def test_a_wrong_order_is_told_what_is_allowed(stores: Stores, arguments: tuple[str, ...], said: str) -> None:
    told = securecart("restore", *arguments, *ORDER)
    assert told.exit_code == 2, told.output
    assert said in " ".join(told.output.split())


def test_help_says_the_exit_codes() -> None:
    said = " ".join(securecart("restore", "--help").output.split())
    assert "Exits 2 when TIME is outside of the window (which it says), 5 when a swap is refused" in said
    assert "6 when the content is FAIL or UNKNOWN" in said
