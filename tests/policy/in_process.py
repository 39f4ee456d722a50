"""The pack's front in this process, with the SDK's own servicer behind it: as real as over gRPC, and far quicker."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from resilience_policies import fast, operation, profiles, serving
from resilience_policies.guard import policy
from resilience_policies.operation import Served
from resilience_policies.registry import RULES


@contextmanager
def fronts() -> Iterator[tuple[Any, Any]]:
    """The plain way and the fast way, over the same rules."""
    chosen = profiles.chosen({}, RULES)
    thresholds = gc.get_threshold()
    operation.start(Served(RULES, {rule.id: rule.level for rule in chosen.rules}))
    policies = [policy(rule) for rule in chosen.rules]
    # A default level that no rule has: the rules' own must win both ways.
    servicer = _PolicyAnalyzerServicer(serving.NAME, "0.0.1", policies, EnforcementLevel.DISABLED)
    try:
        yield serving.Front(servicer), serving.Front(fast.Fast(servicer, chosen.rules, policies))
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


@contextmanager
def only_fast(front: Any) -> Iterator[None]:
    """Takes the SDK's own way out: the fast way falls back on it, which would hide a failure."""

    def never(*_: Any) -> None:
        raise AssertionError("the plain way was taken")

    sdk = type(front._servicer._servicer)
    with pytest.MonkeyPatch.context() as patch:
        for call in ("Analyze", "AnalyzeStack", "Remediate"):
            patch.setattr(sdk, call, never)
        yield


def configure(front: Any, config: Mapping[str, Mapping[str, Any]]) -> None:
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for info in front.GetAnalyzerInfo(None, None).policies:
        given = dict(config.get(info.name, {}))
        level = given.pop("enforcementLevel", None)
        request.policyConfig[info.name].enforcementLevel = (
            info.enforcementLevel if level is None else analyzer_pb2.EnforcementLevel.Value(level.upper())
        )
        request.policyConfig[info.name].properties.update(given)
    front.Configure(request, None)
