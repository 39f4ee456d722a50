"""Our own two stacks, as they register, against every rule of the pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from resilience_policies.profiles import PROFILE
from tests.policy.lifted import EPHEMERAL_BREAKS, RELEASE_BREAKS
from tests.policy.our_stacks import recorded, registrations
from tests.policy.pack import Diagnostic, Pack, running
from tests.support.program import run_program
from tests.unit.test_strategy import HELD, REASON

# The exceptions that our stacks need when every rule blocks: rule, resources, and a reason that a reviewer can check.
WAIVERS = {
    "prod": (
        (
            "s3-object-lock",
            "*-bucket",
            "Versions, a replica and recovery points in a locked vault hold every object; a lock would keep personal data"
            " beyond an erasure request. Turn on securecart:buckets objectLock for records that must not change.",
        ),
        (
            "secrets-rotation",
            "*-secret",
            "Administrators only: applications log in with IAM. A rotation behind the program's back would part the"
            " stored password from the database's; a new generation of the database has a new one.",
        ),
        (
            "secrets-cmk",
            "*-secret",
            "The secret has the data key; its replica cannot, since prod is deployed before dr makes the replica of that"
            " key.",
        ),
    ),
    "dr": (
        (
            "s3-object-lock",
            "*-bucket",
            "As in prod: a locked bucket replicates only into a locked one, so both Regions decide alike.",
        ),
    ),
}


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
    ends = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    waivers = [
        {"rule": rule, "resource": resource, "reason": reason, "owner": "data-team", "expires": ends}
        for rule, resource, reason in WAIVERS[stack]
    ]
    strict.configure({"waivers": {"waivers": waivers}})
    found = strict.judge(*registrations(stack, first_preview=first_preview), stack=stack)
    assert blocking(found) == []
    assert len([d for d in found if d.rule == "exceptions"]) == len(waivers)


def test_the_waivers_are_at_most_five() -> None:
    assert sum(len(waivers) for waivers in WAIVERS.values()) <= 5


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
