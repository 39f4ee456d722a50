"""Which resources a selection of AWS Backup assigns to its plan.

AWS Backup API, BackupSelection: `Resources` and `ListOfTags` add (any ARN or any tag), `Conditions` all have to hold,
`NotResources` takes away; a selection that says only conditions or exclusions starts from everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from resilience_policies import arns
from resilience_policies.estate import Estate, Member
from resilience_policies.reading import UNKNOWN, Blocks, Unknown
from resilience_policies.truth import Truth, all_of, any_of

SELECTION = "aws:backup/selection:Selection"
PLAN = "aws:backup/plan:Plan"
_TAG_PREFIX = "aws:ResourceTag/"
# Condition operator -> (pattern allowed, negated).
_OPERATORS = {
    "stringEquals": (False, False),
    "stringLikes": (True, False),
    "stringNotEquals": (False, True),
    "stringNotLikes": (True, True),
}


def selects(selection: Member, store: Member) -> Truth:
    """Whether this selection assigns `store` to its plan; a plan reaches only its own Region."""
    if None not in (selection.region, store.region) and selection.region != store.region:
        return Truth.NO
    tags = selection.stated.blocks("selectionTags")
    named = selection.stated.has("resources")
    base = _listed(selection, "resources", store) | _tagged(tags, store)
    if not named and not tags.known and not tags.has_unknown:
        base = Truth.YES
    return base & _conditions(selection, store) & ~_listed(selection, "notResources", store)


def selected(estate: Estate, store: Member) -> Truth:
    """Whether any selection of the stack assigns `store`."""
    return any_of(selects(selection, store) for selection in estate.of({SELECTION}))


def selecting(estate: Estate, store: Member) -> tuple[Member, ...]:
    """The selections that assign `store`, or may."""
    return tuple(s for s in estate.of({SELECTION}) if selects(s, store) is not Truth.NO)


def plans_of(estate: Estate, selection: Member) -> tuple[Member, ...]:
    """The plan of this stack that a selection belongs to; none when another stack owns it."""
    return estate.linked(selection, "planId", {PLAN}, matching=("id",))


@dataclass(frozen=True)
class Tag:
    """A tag as configuration writes it: `key=value`, the value may hold `*`."""

    key: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Tag:
        key, _, value = text.partition("=")
        return cls(key, value or "*")


def carries(store: Member, tags: Iterable[Tag]) -> Truth:
    """Whether the store carries one of the tags."""
    return any_of(_compare(tag_value(store, tag.key), tag.value, pattern=True) for tag in tags)


def tag_value(store: Member, key: str) -> str | Unknown | None:
    """The value of a tag; the provider's default tags count."""
    values = [reading.text(place, key) for place in ("tags", "tagsAll") for reading in (store.stated, store.outputs)]
    known = next((value for value in values if isinstance(value, str)), None)
    return known if known is not None else UNKNOWN if UNKNOWN in values[:2] else None


def _listed(selection: Member, key: str, store: Member) -> Truth:
    patterns = selection.stated.texts(key)
    answers = [arns.matches(pattern, store) for pattern in patterns if isinstance(pattern, str)]
    known = any_of(answers)
    if UNKNOWN not in patterns or known is Truth.YES:
        return known
    # The ARN of a new resource is not known, but where the value was taken from is.
    sources = selection.sources.get(key, ())
    if store.urn in sources:
        return Truth.YES
    return known if sources else known | Truth.UNKNOWN


def _tagged(tags: Blocks, store: Member) -> Truth:
    known = any_of(
        _equal(tag_value(store, key), tag.text("value")) if isinstance(key := tag.text("key"), str) else Truth.UNKNOWN
        for tag in tags.known
    )
    return known | Truth.UNKNOWN if tags.has_unknown else known


def _conditions(selection: Member, store: Member) -> Truth:
    blocks = selection.stated.blocks("conditions")
    answers = [Truth.UNKNOWN] if blocks.has_unknown else []
    for block in blocks.known:
        for operator, (pattern, negated) in _OPERATORS.items():
            entries = block.blocks(operator)
            answers += [Truth.UNKNOWN] if entries.has_unknown else []
            for entry in entries.known:
                key, wanted = entry.text("key"), entry.text("value")
                if not isinstance(key, str) or not isinstance(wanted, str):
                    answers.append(Truth.UNKNOWN)
                    continue
                holds = _compare(tag_value(store, key.removeprefix(_TAG_PREFIX)), wanted, pattern=pattern)
                answers.append(~holds if negated else holds)
    return all_of(answers)


def _equal(value: str | Unknown | None, wanted: str | Unknown | None) -> Truth:
    if wanted is UNKNOWN:
        return Truth.UNKNOWN if value is not None else Truth.NO
    return _compare(value, wanted or "", pattern=False)


def _compare(value: str | Unknown | None, wanted: str, *, pattern: bool) -> Truth:
    if value is UNKNOWN:
        return Truth.UNKNOWN
    if value is None:
        return Truth.NO
    return Truth.of(fnmatchcase(value, wanted) if pattern else value == wanted)
