"""What happens to one resource: the steps of check, diff, create, read, update and delete, free of gRPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.codec import UNKNOWN, Props, has_unknown
from localcloud.provider.compare import changed_keys, prefer, same
from localcloud.provider.resource import Context, ResourceType, is_absent

NAME_SUFFIX_CHARACTERS = 7


@dataclass(frozen=True)
class Difference:
    """`changed`: properties that differ; `replaces`: those of them that need a new resource."""

    changed: frozenset[str]
    replaces: frozenset[str]


def named(kind: ResourceType, inputs: Props, old_inputs: Props, logical_name: str, seed: bytes) -> str | None:
    """The generated name where the program gave none: the old one while the resource lives, so that an update stays an update."""
    key = kind.name_property
    if key is None or inputs.get(key) is not None or any(inputs.get(f"{key}{suffix}") for suffix in ("Prefix",)):
        return None
    return str(old_inputs.get(key) or f"{logical_name}-{seed.hex()[:NAME_SUFFIX_CHARACTERS]}")


def difference(kind: ResourceType, c: Context, old_inputs: Props, state: Props, new: Props) -> Difference:
    """Compares the inputs, and the tags that the provider's defaults add to them."""
    changed = set(changed_keys(kind, old_inputs, new))
    if kind.taggable:
        changed.discard("tags")
        wanted = c.all_tags(new)
        if has_unknown(wanted) or not same(kind, "tagsAll", state.get("tagsAll"), wanted):
            changed.add("tagsAll")
    replaces = {key for key in changed if key in kind.replace_on or key == "region"}
    return Difference(frozenset(changed), frozenset(replaces))


def previewed(kind: ResourceType, c: Context, inputs: Props) -> Props:
    """The outputs of a resource that does not exist yet: what is known is shown, the rest is unknown."""
    outputs: Props = {**dict.fromkeys(kind.computed, UNKNOWN), "region": c.region, **inputs}
    if kind.taggable:
        outputs["tagsAll"] = c.all_tags(inputs)
    return outputs


def create(kind: ResourceType, c: Context, inputs: Props) -> tuple[str, Props]:
    """Creates the resource; returns its id and its outputs as read back."""
    id_ = kind.create(c, inputs)
    return id_, settled(kind, c, id_, inputs, {})


def settled(kind: ResourceType, c: Context, id_: str, inputs: Props, before: Props) -> Props:
    """The outputs after a change: inputs, then what the cloud says now."""
    known = {**{key: value for key, value in before.items() if key in kind.computed}, **inputs}
    live = kind.read(c, id_, known)
    if live is None:
        raise LookupError(f"{kind.token} {id_} was written and cannot be read back")
    return {**known, **prefer(kind, known, live), "region": c.region}


def read(kind: ResourceType, c: Context, id_: str, inputs: Props, state: Props) -> tuple[Props, Props] | None:
    """(inputs, outputs) as they are in the cloud now; None when the resource is gone. Without inputs it is an import."""
    try:
        live = kind.read(c, id_, {**state, **inputs})
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    except IndexError:  # a describe call that lists nothing
        return None
    if live is None:
        return None
    live = prefer(kind, {**state, **inputs}, live)
    outputs = {**state, **live, "region": c.region}
    return _inputs_now(kind, c, inputs, live), outputs


def _inputs_now(kind: ResourceType, c: Context, inputs: Props, live: Props) -> Props:
    """The inputs that would lead to what is there: each given one as it is now, for an import all that are modelled."""
    found = dict(inputs) if inputs else {key: live[key] for key in kind.modelled if live.get(key) not in (None, [], {})}
    for key in inputs:
        if key in live and key in kind.modelled:
            found[key] = live[key]
    if kind.taggable:
        own = _own_tags(live.get("tagsAll") or {}, inputs.get("tags") or {}, c.default_tags)
        if own or "tags" in inputs:
            found["tags"] = own
    return {key: value for key, value in found.items() if value is not None}


def _own_tags(live: Mapping[str, str], given: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """The live tags without those that come from the provider's defaults."""
    return {key: value for key, value in live.items() if key in given or defaults.get(key) != value}


def update(  # noqa: PLR0917  the parts of one UpdateRequest
    kind: ResourceType, c: Context, id_: str, old_inputs: Props, state: Props, new: Props
) -> Props:
    """Sends what changed and returns the outputs as read back."""
    changed = difference(kind, c, old_inputs, state, new).changed
    # What the cloud has counts as old, so that drift found by a refresh is undone as well.
    old = {
        **old_inputs,
        **{key: state[key] for key in state if key in kind.computed or key in kind.modelled or key == "tagsAll"},
    }
    if changed - kind.state_only:
        kind.update(c, id_, old, new, frozenset(changed))
    return settled(kind, c, id_, new, state)


def delete(kind: ResourceType, c: Context, id_: str, state: Props) -> None:
    """Deletes the resource; one that is gone already is no error."""
    try:
        kind.delete(c, id_, state)
    except ClientError as error:
        if not is_absent(error):
            raise


def one_line(error: Exception) -> str:
    """An error for the engine: the service's code and words, without a traceback."""
    if isinstance(error, ClientError):
        answer: Any = error.response.get("Error", {})
        return f"{error.operation_name}: {answer.get('Code')}: {answer.get('Message')}"
    if isinstance(error, KeyError):
        return f"property {error} is missing"
    return f"{type(error).__name__}: {error}" if not isinstance(error, ValueError) else str(error)
