"""The commands that damage data ask for a yes, and the traffic knows its stores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from automation import local, local_disasters
from automation.cli import main
from automation.exit_codes import ExitCode
from localcloud.disasters import deletion
from localcloud.disasters.deletion import Attempt


def securecart(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["local", *arguments])


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(local, "start", lambda _: {})
    monkeypatch.setattr(local, "root", lambda: tmp_path)


@pytest.mark.parametrize("arguments", [("delete", "table", "payments"), ("corrupt",)])
def test_damage_needs_a_yes(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "start", lambda _: pytest.fail("nothing is started for it"))
    refused = securecart(*arguments)
    assert refused.exit_code == ExitCode.BAD_INPUT
    assert "Nothing was done: it needs --yes." in refused.output
    assert "Fix: securecart local" in refused.output


def test_what_was_deleted_and_what_was_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def attempts(_: Any, region: str, name: str, *, disarm: bool) -> list[Attempt]:
        asked.append((region, name, disarm))
        return [Attempt("delete a"), Attempt("delete b", "AccessDeniedException: locked")]

    monkeypatch.setitem(deletion.DELETIONS, "recovery-points", attempts)
    said = securecart("delete", "recovery-points", "vault", "--region", "us-west-2", "--disarm", "--yes")
    assert said.exit_code == ExitCode.OK
    assert said.output.splitlines() == [
        "done: delete a",
        "REFUSED: delete b (AccessDeniedException: locked)",
        "1 done, 1 refused",
    ]
    assert asked == [("us-west-2", "vault", True)]
    document = json.loads(securecart("delete", "recovery-points", "vault", "--yes", "--json").output)
    assert document["attempts"][1] == {"did": "delete b", "refusal": "AccessDeniedException: locked"}


def test_the_traffic_writes_to_the_stores_of_the_configuration() -> None:
    found = local_disasters.targets()
    assert found.regions == ("us-east-1", "us-west-2")
    assert found.record_name == "shop.securecart.example"
    assert found.databases["us-west-2"] == "securecart-orders-secondary-g1"
    assert found.table == "securecart-payment-history"
    assert set(found.buckets) == set(found.databases)


def test_a_report_without_a_run_says_how_to_make_one() -> None:
    refused = securecart("traffic", "--report")
    assert refused.exit_code == ExitCode.BAD_INPUT
    assert "Fix: securecart local traffic" in refused.output


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n")
    refused = securecart("traffic", "--journal", str(path))
    assert (refused.exit_code, "is not a journal" in refused.output.replace("\n", " ")) == (ExitCode.BAD_INPUT, True)
