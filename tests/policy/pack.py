"""Speaks to the real pack process as the engine does: over gRPC, in the engine's wire form."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

PACK = Path(__file__).parents[2] / "policy"
UNKNOWN = UNKNOWN_STRING_VALUE
PRIMARY = "us-east-1"
SECONDARY = "us-west-2"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_stacks = itertools.count()


def secret(value: object) -> dict[str, object]:
    """A secret as the engine sends it."""
    return {_SIGNATURE: _SECRET, "value": value}


@dataclass(frozen=True)
class Registration:
    """One resource: inputs as after Check; `sources` names the resources that a property took its value from."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    region: str | None = PRIMARY
    outputs: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnostic:
    """What the pack answered: rule, level, message, and the name of the resource ("" = the stack)."""

    rule: str
    level: str
    message: str
    resource: str

    @property
    def mandatory(self) -> bool:
        return self.level == "MANDATORY"


class Pack:
    """A running pack."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.analyzer = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def info(self) -> Any:
        return self.analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30)

    def configure(self, config: Mapping[str, Mapping[str, Any]]) -> None:
        """Configuration as the engine sends it: every rule has its level, keys as JSON numbers."""
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        own = {policy.name: policy.enforcementLevel for policy in self.info().policies}
        for name in (*own, *(name for name in config if name not in own)):
            given = dict(config.get(name, {}))
            level = given.pop("enforcementLevel", None)
            request.policyConfig[name].enforcementLevel = (
                own.get(name, analyzer_pb2.MANDATORY)
                if level is None
                else analyzer_pb2.EnforcementLevel.Value(level.upper())
            )
            request.policyConfig[name].properties.update(given)
        self.analyzer.Configure(request, timeout=30)

    def judge(self, *program: Registration, stack: str = "prod") -> list[Diagnostic]:
        """All diagnostics of a preview: each resource by itself, then the stack.

        The project differs in every call, so that no two programs share a URN in the one process.
        """
        singles, whole = messages(program, stack, f"p{next(_stacks)}")
        found: list[Diagnostic] = []
        for single in singles:
            answer = self.analyzer.Analyze(single, timeout=30)
            found += [_diagnostic(d, single.name) for d in answer.diagnostics]
        names = {single.urn: single.name for single in singles}
        answer = self.analyzer.AnalyzeStack(whole, timeout=30)
        return found + [_diagnostic(d, names.get(d.urn, "")) for d in answer.diagnostics]


def messages(program: Sequence[Registration], stack: str, project: str) -> tuple[list[Any], Any]:
    """What the engine sends for a program: one message a resource, then one for the stack."""
    urns = {r.name: f"urn:pulumi:{stack}::{project}::{r.type}::{r.name}" for r in program}
    singles: list[Any] = []
    whole = analyzer_pb2.AnalyzeStackRequest()
    for registration in program:
        urn = urns[registration.name]
        single = analyzer_pb2.AnalyzeRequest(type=registration.type, urn=urn, name=registration.name)
        single.properties.update(registration.inputs)
        single.options.protect = registration.protect
        single.options.ignoreChanges.extend(registration.ignore_changes)
        _provider(single, registration.region)
        singles.append(single)
        member = whole.resources.add(type=registration.type, urn=urn, name=registration.name)
        member.properties.update({"id": UNKNOWN, "arn": UNKNOWN, **registration.inputs, **registration.outputs})
        _provider(member, registration.region)
        for key, names in registration.sources.items():
            member.propertyDependencies[key].urns.extend(urns[name] for name in names)
    return singles, whole


def _provider(message: Any, region: str | None) -> None:
    if region is not None:
        message.provider.type = "pulumi:providers:aws"
        message.provider.name = f"aws-{region}"
        properties = struct_pb2.Struct()
        properties.update({"region": region})
        message.provider.properties.CopyFrom(properties)


def _diagnostic(message: Any, resource: str) -> Diagnostic:
    level = analyzer_pb2.EnforcementLevel.Name(message.enforcementLevel)
    return Diagnostic(message.policyName, level, message.message, resource)


def command(directory: Path = PACK) -> list[str]:
    """What the language host runs."""
    return [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(directory)]


def environment(**variables: str) -> dict[str, str]:
    """The caller's environment without anything that steers Pulumi or the pack, and with these variables."""
    steering = ("PULUMI_", "PYTHONPATH", "AWS_DATA_RESILIENCE_")
    return {key: value for key, value in os.environ.items() if not key.startswith(steering)} | variables


@contextmanager
def running(directory: Path = PACK, **variables: str) -> Iterator[Pack]:
    """Starts the pack as Pulumi's language host does, in a process of its own."""
    process = subprocess.Popen(command(directory), cwd=directory, env=environment(**variables), stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = process.stdout.readline().strip()
        assert line.isdigit(), f"the pack did not say its port but {line!r}; see its error output"
        pack = Pack(int(line))
        try:
            yield pack
        finally:
            pack.close()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
