"""The stack as one index, shared by every stack rule: which resources there are, in which Region, and which belongs
to which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from pulumi_policy import PolicyProviderResource, PolicyResource

from resilience_policies.reading import Reading, Unknown

Answer = TypeVar("Answer")
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
        # Answers that several rules ask for.
        self._answers: dict[Callable[[Estate], Any], Any] = {}
        self._of: dict[frozenset[str], tuple[Member, ...]] = {}
        self._by_text: dict[tuple[str, str], Mapping[str, list[Member]]] = {}
        self._referring: dict[
            tuple[frozenset[str], str, frozenset[str], tuple[str, ...]], Mapping[str, tuple[Member, ...]]
        ] = {}

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

    def once(self, ask: Callable[[Estate], Answer]) -> Answer:
        """What `ask` answers about this estate, asked once however many rules want to know."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: Answer = self._answers[ask]
        return answer

    def member(self, urn: str) -> Member | None:
        """The resource of this URN; None when the stack has none."""
        return self._by_urn.get(urn)

    def of(self, types: Iterable[str]) -> tuple[Member, ...]:
        """The members of these resource types."""
        wanted = frozenset(types)
        if wanted not in self._of:
            self._of[wanted] = tuple(m for type_ in sorted(wanted) for m in self._by_type.get(type_, ()))
        return self._of[wanted]

    def named(self, types: Iterable[str], key: str, text: str) -> tuple[Member, ...]:
        """The members of these types whose `key` is known to be this text."""
        return tuple(m for type_ in sorted(frozenset(types)) for m in self._texts(type_, key).get(text, ()))

    def linked(
        self, member: Member, key: str, types: Iterable[str], matching: Iterable[str] = ("id", "bucket")
    ) -> tuple[Member, ...]:
        """The members of these types that the top-level property `key` of `member` refers to.

        Property dependencies decide when there are any; otherwise a known text of the property that equals one of the
        `matching` properties of a candidate.
        """
        wanted = frozenset(types)
        sources = (self.member(urn) for urn in member.sources.get(key, ()))
        by_dependency = tuple(source for source in sources if source is not None and source.type in wanted)
        text = member.text(key)
        if by_dependency or not isinstance(text, str):
            return self._ordered(by_dependency)
        return self._ordered(found for attribute in matching for found in self.named(wanted, attribute, text))

    def referring(
        self,
        target: Member,
        types: Iterable[str],
        key: str,
        to: Iterable[str],
        matching: Iterable[str] = ("id", "bucket"),
    ) -> tuple[Member, ...]:
        """The members of `types` whose property `key` refers to `target`, one of the types `to`: `linked` the other
        way round, looked up once for all targets.
        """
        asked = (frozenset(types), key, frozenset(to), tuple(matching))
        if asked not in self._referring:
            found: dict[str, list[Member]] = {}
            for member in self.of(types):
                for linked in self.linked(member, key, to, asked[3]):
                    found.setdefault(linked.urn, []).append(member)
            self._referring[asked] = {urn: tuple(members) for urn, members in found.items()}
        return self._referring[asked].get(target.urn, ())

    def _ordered(self, members: Iterable[Member]) -> tuple[Member, ...]:
        """Each once, as `of` lists them."""
        found = {member.urn: member for member in members}
        return tuple(sorted(found.values(), key=lambda member: (member.type, self._position[member.urn])))

    @cached_property
    def _position(self) -> dict[str, int]:
        return {member.urn: number for number, member in enumerate(self.members)}

    def _texts(self, type_: str, key: str) -> Mapping[str, list[Member]]:
        if (type_, key) not in self._by_text:
            found: dict[str, list[Member]] = {}
            for member in self._by_type.get(type_, ()):
                text = member.text(key)
                if isinstance(text, str):
                    found.setdefault(text, []).append(member)
            self._by_text[type_, key] = found
        return self._by_text[type_, key]


# The inputs that this process has analysed, by URN. A stack policy receives only outputs, and those mix what the
# program wrote with what AWS filled in (a bucket without an encryption block reads back as encrypted with AES256), so
# what was stated is remembered from the earlier call. One pack process serves one operation of one stack.
_stated_inputs: dict[str, Mapping[str, Any]] = {}


def remember(urn: str, inputs: Mapping[str, Any]) -> None:
    """Keeps the inputs of an analysed resource for the stack rules that follow."""
    _stated_inputs[urn] = inputs


def forget() -> None:
    """Forgets every resource: another operation begins."""
    _stated_inputs.clear()


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


_indexed: tuple[Sequence[PolicyResource], Estate] | None = None


def index(resources: Sequence[PolicyResource]) -> Estate:
    """The estate of one stack analysis; asked again with the same list, the same estate."""
    global _indexed  # noqa: PLW0603  one process serves one operation
    if _indexed is None or _indexed[0] is not resources:
        _indexed = resources, Estate(_member(resource) for resource in resources)
    return _indexed[1]


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
