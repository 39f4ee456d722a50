"""Our own two stacks, as they register, against every rule of the pack."""

from __future__ import annotations

import pytest

from tests.policy.our_stacks import registrations
from tests.policy.pack import Pack


@pytest.mark.parametrize("first_preview", [False, True], ids=["deployed", "first preview"])
@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_no_rule_is_broken_at_the_levels_that_block(pack: Pack, stack: str, first_preview: bool) -> None:
    found = pack.judge(*registrations(stack, first_preview=first_preview), stack=stack)
    assert [(d.rule, d.resource, d.message) for d in found if d.mandatory] == []
    # Something was judged at all: a stack that takes replication on trust says so.
    assert (stack == "prod") == any(d.rule == "s3-replication-declared" for d in found)
