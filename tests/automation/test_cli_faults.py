"""The commands that switch the local cloud's faults, down to what they ask of its admin endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result

from automation import local
from automation.cli import main
from automation.exit_codes import ExitCode

Asked = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What was asked of the admin endpoints, which answer that nothing is on."""
    calls: Asked = []

    def ask(name: str, body: dict[str, Any], command: str) -> dict[str, Any]:
        assert command.startswith("local ")
        calls.append((name, body))
        return {"faults": [{**body, "rate": 0.25}] if name == "faults" else []}

    monkeypatch.setattr(local, "ask", ask)
    return calls


def securecart(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["local", *arguments])


@pytest.mark.parametrize("rate", ["0.25", "25%"])
def test_a_rate_is_a_share_or_a_percentage(asked: Asked, rate: str) -> None:
    done = securecart("throttle", "dynamodb", rate, "--seed", "7")
    assert (done.exit_code, done.output) == (ExitCode.OK, "throttle: dynamodb in every Region, 25.0% of calls\n")
    assert asked == [
        ("faults", {"kind": "throttle", "service": "dynamodb", "region": None, "rate": 0.25, "seed": 7}),
    ]


def test_off_ends_a_fault(asked: Asked) -> None:
    done = securecart("errors", "all", "off", "--region", "us-east-1")
    assert (done.exit_code, done.output) == (ExitCode.OK, "no fault is on\n")
    assert asked == [("faults/off", {"kind": "errors", "service": "all", "region": "us-east-1"})]


def test_latency_is_for_all_services_unless_one_is_named(asked: Asked) -> None:
    securecart("latency", "200")
    securecart("latency", "off", "s3")
    assert [body["service"] for _, body in asked] == ["all", "s3"]
    assert asked[0][1]["milliseconds"] == 200


@pytest.mark.parametrize("arguments", [("throttle", "s3", "25"), ("errors", "s3", "many"), ("latency", "long")])
def test_what_is_no_rate_or_delay_is_refused_with_what_is(asked: Asked, arguments: tuple[str, ...]) -> None:
    refused = securecart(*arguments)
    assert refused.exit_code == ExitCode.BAD_INPUT
    assert "off" in refused.output
    assert asked == []
