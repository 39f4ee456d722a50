"""Answers the two frequent calls of the engine without what the SDK spends on every rule.

The SDK converts all properties of a request anew for every policy, whether it looks at the type or not: with some
eighty rules, that alone takes longer than the rest of a preview. Here a request is wrapped once, only the rules that
look at its type run, and a property is converted when a rule reads it. Levels, configuration and messages are the
SDK's, built from its public classes; every other call goes to the SDK, as does a request that fails here. With
AWS_DATA_RESILIENCE_PLAIN=1 all calls do; tests/policy/test_fast.py compares the two.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi.runtime import proto
from pulumi_policy import (
    Policy,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import UnknownValueError

from resilience_policies import estate, operation
from resilience_policies.rule import ResourceRule, Rule, StackRule

PLAIN: Final = "AWS_DATA_RESILIENCE_PLAIN"
# How the engine marks a map that stands for something else (sdk/go/common/resource/properties.go).
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a marker, the same in every program
# Allocations between two looks for garbage: what a request leaves behind has no cycles.
_COLLECT_EVERY: Final = 50_000


class Properties(Mapping[str, Any]):
    """The properties of a message, each converted on its first use. Unknown values stay the engine's markers, which
    `Reading` knows; a secret is its value, as for any policy.
    """

    __slots__ = ("_fields", "_known")

    def __init__(self, struct: Any) -> None:
        self._fields = struct.fields
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            if key not in self._fields:
                raise KeyError(key)
            self._known[key] = _converted(self._fields[key])
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class _Opaque:
    """An asset, an archive, or whatever a later engine may send: given, and of no shape that a rule reads."""


def _converted(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE not in fields:
            return Properties(value.struct_value)
        is_secret = fields[_SIGNATURE].string_value == _SECRET and "value" in fields
        return _converted(fields["value"]) if is_secret else _Opaque()
    if kind == "list_value":
        return [_converted(element) for element in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


class Fast:
    """Stands before the SDK's servicer, in whose place it answers Analyze, AnalyzeStack and an idle Remediate."""

    def __init__(self, servicer: Any, rules: Sequence[Rule], policies: Sequence[Policy]) -> None:
        self._servicer = servicer
        self._info = servicer.GetAnalyzerInfo(None, None)
        self._own = {info.name: info for info in self._info.policies}
        pairs = list(zip(rules, policies, strict=True))
        self._policies_of_type: dict[str, list[Policy]] = {}
        for rule, policy in pairs:
            for type_ in rule.types if isinstance(rule, ResourceRule) else ():
                self._policies_of_type.setdefault(type_, []).append(policy)
        self._stack_policies = [policy for rule, policy in pairs if isinstance(rule, StackRule)]
        # What starting made stays until the end: no reason to look through it again and again, nor now, which would be
        # a fifth of what the pack adds to the start of its process.
        gc.freeze()
        gc.set_threshold(_COLLECT_EVERY, 20, 50)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servicer, name)

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        try:
            return self._analyze(request)
        except Exception:  # slower is better than wrong
            return self._servicer.Analyze(request, context)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        try:
            return self._analyze_stack(request)
        except Exception:  # slower is better than wrong
            return self._servicer.AnalyzeStack(request, context)

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        if all(self._level(name) != proto.REMEDIATE for name in self._own):
            return proto.RemediateResponse()
        return self._servicer.Remediate(request, context)

    def _analyze(self, request: Any) -> Any:
        response = proto.AnalyzeResponse()
        properties = Properties(request.properties)
        estate.remember(request.urn, properties)
        policies = self._policies_of_type.get(request.type)
        if policies is None:
            return response
        options, provider = _options(request), _provider(request)
        for policy in policies:
            if self._level(policy.name) != proto.DISABLED:
                args = ResourceValidationArgs(
                    request.type, properties, request.urn, request.name, options, provider, _config(policy.name)
                )
                self._judge(policy, args, response)
        return response

    def _analyze_stack(self, request: Any) -> Any:
        response = proto.AnalyzeResponse()
        resources = _resources(request)
        for policy in self._stack_policies:
            if self._level(policy.name) != proto.DISABLED:
                self._judge(policy, StackValidationArgs(resources, _config(policy.name)), response)
        return response

    def _judge(self, policy: Any, args: ResourceValidationArgs | StackValidationArgs, response: Any) -> None:
        info = self._own[policy.name]
        level = self._level(policy.name)
        about = {
            "policyName": policy.name,
            "policyPackName": self._info.name,
            "policyPackVersion": self._info.version,
            "description": policy.description,
        }

        def report(message: str, urn: str | None = None) -> None:
            response.diagnostics.append(
                proto.AnalyzeDiagnostic(
                    **about,
                    message=f"{policy.description}\n{message}",
                    urn=urn or "",
                    # What a remediation could not mend blocks, as the SDK has it.
                    enforcementLevel=proto.MANDATORY if level == proto.REMEDIATE else level,
                    severity=info.severity,
                )
            )

        try:
            policy.validate(args, report)
        except UnknownValueError as unknown:
            pack = f"{self._info.name}@v{self._info.version}"
            message = f"can't run policy '{policy.name}' from policy pack '{pack}' during preview: {unknown.message}"
            response.diagnostics.append(
                proto.AnalyzeDiagnostic(**about, message=message, enforcementLevel=proto.ADVISORY)
            )

    def _level(self, name: str) -> proto.EnforcementLevel.ValueType:
        configured = (operation.current().config or {}).get(name)
        if configured is None:
            own: proto.EnforcementLevel.ValueType = self._own[name].enforcementLevel
            return own
        return proto.EnforcementLevel.Value(configured.level.upper())


def _config(name: str) -> Mapping[str, Any] | None:
    configured = (operation.current().config or {}).get(name)
    return configured.properties if configured is not None else None


def _options(message: Any) -> PolicyResourceOptions:
    given = message.options
    limits = given.customTimeouts
    timeouts = (limits.create, limits.update, limits.delete) if given.HasField("customTimeouts") else (0, 0, 0)
    return PolicyResourceOptions(
        given.protect,
        given.ignoreChanges,
        given.deleteBeforeReplace if given.deleteBeforeReplaceDefined else None,
        given.aliases,
        PolicyCustomTimeouts(*timeouts),
        given.additionalSecretOutputs,
        given.parent or None,
    )


def _provider(message: Any) -> PolicyProviderResource | None:
    if not message.HasField("provider"):
        return None
    given = message.provider
    return PolicyProviderResource(given.type, Properties(given.properties), given.urn, given.name)


def _resources(request: Any) -> list[PolicyResource]:
    """The stack's resources, linked to one another; made once for all stack rules."""
    found = [
        PolicyResource(r.type, Properties(r.properties), r.urn, r.name, _options(r), _provider(r), None, [], {})
        for r in request.resources
    ]
    by_urn = {resource.urn: resource for resource in found}
    for message, resource in zip(request.resources, found, strict=True):
        resource.parent = by_urn.get(message.parent)
        resource.dependencies = [by_urn[urn] for urn in message.dependencies if urn in by_urn]
        resource.property_dependencies = {
            key: [by_urn[urn] for urn in sources.urns if urn in by_urn]
            for key, sources in message.propertyDependencies.items()
        }
    return found
