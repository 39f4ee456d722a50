"""The stack as one index, shared by every stack rule: which resources there are, in which Region, and which belongs
to which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulumi_policy import PolicyProviderResource, PolicyResource

from resilience_policies.reading import Reading, Unknown

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Member:
    """One resource of the stack. `stated` is what the program wrote; `outputs` adds what the provider answered."""

    type: str
    name: str
    urn: str
    stated: Reading
    outputs: Reading
    region: str | None
    # The URNs that each top-level property took its value from, as far as they are in this stack.
    sources: Mapping[str, tuple[str, ...]]

    def text(self, key: str) -> str | Unknown | None:
        """An identifying text (name, ARN): stated first, since outputs of a new resource are not known during a
        preview.
        """
        stated = self.stated.text(key)
        return stated if isinstance(stated, str) else self.outputs.text(key)


class Estate:
    """The index. Links follow property dependencies first, since names and ARNs of new resources are unknown; equal
    known texts second.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = tuple(members)
        self._by_urn = {member.urn: member for member in self.members}

    @cached_property
    def stack(self) -> str:
        """The stack's name, as the URNs spell it; "" for an empty stack."""
        return next((member.urn.split("::")[0].removeprefix("urn:pulumi:") for member in self.members), "")

    @cached_property
    def _by_type(self) -> dict[str, tuple[Member, ...]]:
        grouped: dict[str, list[Member]] = {}
        for member in self.members:
            grouped.setdefault(member.type, []).append(member)
        return {type_: tuple(found) for type_, found in grouped.items()}

    def member(self, urn: str) -> Member | None:
        """The resource of this URN; None when the stack has none."""
        return self._by_urn.get(urn)

    def of(self, types: Iterable[str]) -> tuple[Member, ...]:
        """The members of these resource types."""
        return tuple(member for type_ in sorted(types) for member in self._by_type.get(type_, ()))

    def linked(
        self, member: Member, key: str, types: Iterable[str], matching: Iterable[str] = ("id", "bucket")
    ) -> tuple[Member, ...]:
        """The members of these types that the top-level property `key` of `member` refers to.

        Property dependencies decide when there are any; otherwise a known text of the property that equals one of the
        `matching` properties of a candidate.
        """
        candidates = self.of(types)
        depended_on = set(member.sources.get(key, ()))
        by_dependency = tuple(candidate for candidate in candidates if candidate.urn in depended_on)
        text = member.text(key)
        if by_dependency or not isinstance(text, str):
            return by_dependency
        return tuple(c for c in candidates if any(c.text(attribute) == text for attribute in matching))


# The inputs that this process has analysed, by URN. A stack policy receives only outputs, and those mix what the
# program wrote with what AWS filled in (a bucket without an encryption block reads back as encrypted with AES256), so
# what was stated is remembered from the earlier call. One pack process serves one operation of one stack.
_stated_inputs: dict[str, Mapping[str, Any]] = {}


def remember(urn: str, inputs: Mapping[str, Any]) -> None:
    """Keeps the inputs of an analysed resource for the stack rules that follow."""
    _stated_inputs[urn] = inputs


def region_of(stated: Reading, outputs: Reading, provider: PolicyProviderResource | None) -> str | None:
    """The Region of a resource: its own `region` property (provider 7), else its provider's; None when neither is
    known.
    """
    settled = Reading(provider.props if provider is not None else _NOTHING)
    candidates = (stated.text("region"), outputs.text("region"), settled.text("region"))
    return next((region for region in candidates if isinstance(region, str)), None)


def region_in_arn(arn: str) -> str | None:
    """The Region field of an ARN; None when the text is not an ARN or its service has none (S3)."""
    fields = arn.split(":")
    return fields[3] or None if len(fields) >= 6 and fields[0] == "arn" else None


def index(resources: Iterable[PolicyResource]) -> Estate:
    """The estate of one stack analysis."""
    return Estate(_member(resource) for resource in resources)


def _member(resource: PolicyResource) -> Member:
    outputs = Reading(resource.props)
    stated = Reading(_stated_inputs.get(resource.urn, resource.props))
    return Member(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        stated=stated,
        outputs=outputs,
        region=region_of(stated, outputs, resource.provider),
        sources={key: tuple(source.urn for source in found) for key, found in resource.property_dependencies.items()},
    )
