"""Serves the rules to the engine: the SDK's PolicyPack, with a front that sees what the SDK tells no policy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel, Policy, PolicyPack

from resilience_policies import fast, operation
from resilience_policies.guard import policy
from resilience_policies.operation import Configured, Served
from resilience_policies.profiles import Chosen
from resilience_policies.rule import Rule

NAME = "aws-data-resilience"
DESCRIPTION = "Refuses AWS data stores that lack encryption, backups, versioning, or a copy in another Region."


class Front:
    """Stands before the SDK's servicer: keeps the configuration of all policies, and passes every call on."""

    def __init__(self, servicer: Any) -> None:
        self._servicer = servicer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servicer, name)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        operation.begin(
            {
                name: Configured(
                    analyzer_pb2.EnforcementLevel.Name(given.enforcementLevel).lower(),
                    json_format.MessageToDict(given.properties),
                )
                for name, given in request.policyConfig.items()
            }
        )
        return self._servicer.Configure(request, context)


def serve(chosen: Chosen, known: Sequence[Rule]) -> None:
    """Serves until the engine ends the process. `known` are all rules that exist, chosen or not."""
    operation.start(
        Served(tuple(known), {rule.id: rule.level for rule in chosen.rules}, chosen.left_out, chosen.selection)
    )
    policies = [policy(rule) for rule in chosen.rules]
    add: Any = analyzer_pb2_grpc.add_AnalyzerServicer_to_server
    # PolicyPack makes its servicer and its server itself; the generated function that joins them is where to step in.
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server = lambda servicer, server: add(
        front(servicer, chosen.rules, policies), server
    )
    PolicyPack(
        name=NAME,
        display_name="AWS data resilience",
        description=DESCRIPTION,
        readme=(Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8"),
        provider="aws",
        tags=["aws", "backup", "disaster-recovery", "encryption"],
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=policies,
    )


def front(servicer: Any, rules: Sequence[Rule], policies: Sequence[Policy]) -> Front:
    """What the engine speaks to: the fast answers before the SDK's own, unless the plain way is asked for."""
    plain = os.environ.get(fast.PLAIN) == "1"
    return Front(servicer if plain else fast.Fast(servicer, rules, policies))
