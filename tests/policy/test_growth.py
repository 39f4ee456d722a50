"""The work of the pack grows with the estate in a straight line. Lines are counted, since times of a shared machine vary."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from resilience_policies import estate
from tests.bench_policy import estate as program
from tests.policy.in_process import configure, fronts, only_fast
from tests.policy.pack import PACK, messages

SMALL, LARGE = 160, 640
# A little more than none: a longer list of names in a message is work too.
TOLERANCE = 1.05


def lines_run(front: Any, count: int) -> int:
    """Lines of the pack that run for an estate of `count` resources; a loop counts at each turn."""
    singles, stack = messages(program(count), "prod", f"growth{count}")
    estate.forget()
    configure(front, {})
    lines = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        if event == "line":
            lines += 1
        return trace if frame.f_code.co_filename.startswith(str(PACK)) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for single in singles:
            front.Analyze(single, None)
        front.AnalyzeStack(stack, None)
    finally:
        sys.settrace(before)
    return lines


def test_four_times_the_resources_are_four_times_the_work() -> None:
    with fronts() as (_, front), only_fast(front):
        small, large = lines_run(front, SMALL), lines_run(front, LARGE)
    assert small > SMALL * 100
    assert large / small < LARGE / SMALL * TOLERANCE
