"""The pack's front in this process, with the SDK's own servicer behind it: as real as over gRPC, and far quicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from resilience_policies import fast, operation, profiles, serving
from resilience_policies.guard import policy
from resilience_policies.operation import Served
from resilience_policies.registry import RULES


def fronts() -> tuple[Any, Any]:
    """The plain way and the fast way, over the same rules."""
    chosen = profiles.chosen({}, RULES)
    # A default level that no rule has in fact: the rules' own must win in both.
    rules = tuple(replace(rule) for rule in chosen.rules)
    operation.start(Served(RULES, {rule.id: rule.level for rule in rules}))
    policies = [policy(rule) for rule in rules]
    servicer = _PolicyAnalyzerServicer(serving.NAME, "0.0.1", policies, EnforcementLevel.DISABLED)
    return serving.Front(servicer), serving.Front(fast.Fast(servicer, rules, policies))


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
