"""Our own two stacks, as they register, against every rule of the pack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from automation import cli
from resilience_policies import check_config
from resilience_policies.profiles import PROFILE
from tests.policy.lifted import EPHEMERAL_BREAKS, RELEASE_BREAKS
from tests.policy.our_stacks import recorded, registrations
from tests.policy.pack import PACK, Diagnostic, Pack, running
from tests.support.program import run_program
from tests.unit.test_strategy import HELD, REASON

# The exceptions that our stacks need when every rule blocks, as shipped beside the stack files.
SHIPPED = {stack: PACK.parent / f"policy-config.{stack}.json" for stack in ("prod", "dr")}


def waivers(stack: str) -> list[dict[str, str]]:
    """Those of the shipped file, in force whatever the day: to renew them is for their owner, not for this test."""
    ends = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    shipped = json.loads(SHIPPED[stack].read_text("utf-8"))
    assert set(shipped) == set(shipped["waivers"]) == {"waivers"}
    return [{**waiver, "expires": ends} for waiver in shipped["waivers"]["waivers"]]


@pytest.mark.parametrize("first_preview", [False, True], ids=["deployed", "first preview"])
@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_no_rule_is_broken_at_the_levels_that_block(pack: Pack, stack: str, first_preview: bool) -> None:
    found = pack.judge(*registrations(stack, first_preview=first_preview), stack=stack)
    assert blocking(found) == []
    # Something was judged at all: a stack that takes replication on trust says so.
    assert (stack == "prod") == any(d.rule == "s3-replication-declared" for d in found)


@pytest.fixture(scope="module")
def strict() -> Iterator[Pack]:
    with running(**{PROFILE: "strict"}) as pack:
        yield pack


@pytest.mark.parametrize("first_preview", [False, True], ids=["deployed", "first preview"])
@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_strict_is_kept_with_a_handful_of_waivers(strict: Pack, stack: str, first_preview: bool) -> None:
    shipped = waivers(stack)
    strict.configure({"waivers": {"waivers": shipped}})
    found = strict.judge(*registrations(stack, first_preview=first_preview), stack=stack)
    assert blocking(found) == []
    assert len([d for d in found if d.rule == "exceptions"]) == len(shipped)


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_without_its_waivers_a_stack_breaks_just_the_rules_that_they_name(strict: Pack, stack: str) -> None:
    strict.configure({})
    found = blocking(strict.judge(*registrations(stack), stack=stack))
    assert {rule for rule, _, _ in found} == {waiver["rule"] for waiver in waivers(stack)}


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_the_shipped_file_is_one_that_the_checker_takes(stack: str, tmp_path: Path) -> None:
    assert [fault for fault in check_config.check(SHIPPED[stack]) if not fault.message.startswith("expired on")] == []
    renewed = tmp_path / "policy-config.json"
    renewed.write_text(json.dumps({"waivers": {"waivers": waivers(stack)}}))
    checked = CliRunner().invoke(cli.main, ["policy", "check-config", str(renewed)])
    assert (checked.exit_code, "no faults" in checked.output) == (0, True), checked.output


def test_the_waivers_are_at_most_five_each_with_an_end() -> None:
    shipped = [waiver for file in SHIPPED.values() for waiver in json.loads(file.read_text())["waivers"]["waivers"]]
    assert len(shipped) <= 5
    assert all(date.fromisoformat(waiver["expires"]) < date(2030, 1, 1) for waiver in shipped)


def test_the_readmes_name_the_shipped_files() -> None:
    for readme in (PACK / "README.md", PACK.parent / "README.md"):
        assert "policy-config.prod.json" in readme.read_text("utf-8"), readme


def test_an_ephemeral_stack_is_told_all_that_it_gives_up(pack: Pack) -> None:
    found = blocking(pack.judge(*recorded(run_program("prod", ephemeral=True)), stack="prod"))
    assert {rule for rule, _, _ in found} == EPHEMERAL_BREAKS


def test_released_copies_are_told_what_they_lose_and_nothing_else_is(pack: Pack) -> None:
    asked = {"strategy": "backup-restore", "strategyReason": REASON, "secondaryRemoval": "release"}
    found = blocking(pack.judge(*recorded(run_program("dr", last=dict(HELD.outputs), **asked)), stack="dr"))
    assert {rule for rule, _, _ in found} == RELEASE_BREAKS
    assert {name.rsplit("-", maxsplit=1)[-1] for _, name, _ in found} == {"replica"}


def blocking(found: list[Diagnostic]) -> list[tuple[str, str, str]]:
    return [(d.rule, d.resource, d.message) for d in found if d.mandatory]
