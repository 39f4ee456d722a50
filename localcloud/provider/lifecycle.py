"""What happens to one resource: the steps of check, diff, create, read, update and delete, free of gRPC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.codec import UNKNOWN, Props, has_unknown
from localcloud.provider.compare import changed_keys, prefer, same
from localcloud.provider.resource import Context, RegionOutError, ResourceType, is_absent

NAME_SUFFIX_CHARACTERS = 7
HIDDEN = "[secret]"
# An emulator that breaks answers a page of HTML.
LONGEST_MESSAGE_CHARACTERS = 1000


@dataclass(frozen=True)
class Difference:
    """`changed`: properties that differ; `replaces`: those of them that need a new resource."""

    changed: frozenset[str]
    replaces: frozenset[str]


@dataclass(frozen=True)
class Before:
    """A resource as Pulumi last knew it: the inputs that the program gave, and the outputs."""

    inputs: Props
    state: Props


class UnfinishedError(Exception):
    """The resource exists, and not all that was asked for was done. The engine must learn the id, or it is orphaned."""

    def __init__(self, id_: str, outputs: Props, cause: Exception) -> None:
        super().__init__(one_line(cause))
        self.id = id_
        self.outputs = outputs


def named(kind: ResourceType, inputs: Props, old_inputs: Props, logical_name: str, seed: bytes) -> str | None:
    """The generated name where the program gave none: the old one while the resource lives, so that an update stays one."""
    key = kind.name_property
    if key is None or inputs.get(key) is not None or inputs.get(f"{key}Prefix"):
        return None
    return str(old_inputs.get(key) or f"{kind.name_start}{logical_name}-{seed.hex()[:NAME_SUFFIX_CHARACTERS]}")


def deletes_first(kind: ResourceType, logical_name: str, old: Props, new: Props) -> bool:
    """Whether a replacement must delete the old resource before it makes the new: a name is free only after its holder."""
    if kind.exclusive:
        return True
    key = kind.name_property
    if key is None or old.get(key) != new.get(key):
        return False
    # The engine asks for a new generated name when it replaces.
    generated = rf"{re.escape(kind.name_start + logical_name)}-[0-9a-f]{{{NAME_SUFFIX_CHARACTERS}}}"
    return re.fullmatch(generated, str(new.get(key))) is None


def difference(kind: ResourceType, c: Context, before: Before, new: Props) -> Difference:
    """Compares the inputs, and the tags that the provider's defaults add to them."""
    # A state that holds no inputs (of an import by an old engine) is compared by its outputs.
    old = before.inputs or {k: v for k, v in before.state.items() if k in new and k in kind.modelled | kind.state_only}
    # What AWS chose, or a stranger since, counts as the old value of an input that was never given.
    chosen = {k: v for k, v in before.state.items() if k in kind.kept or k in kind.defaults}
    changed = set(changed_keys(kind, {**chosen, **old}, new))
    if kind.taggable:
        changed.discard("tags")
        if new.get("tags") == UNKNOWN:
            changed.add("tagsAll")
        else:
            wanted = c.all_tags(new)
            if has_unknown(wanted) or not same(kind, "tagsAll", before.state.get("tagsAll"), wanted):
                changed.add("tagsAll")
    # Naming the Region that the resource is in already changes nothing.
    if "region" in changed and new.get("region", c.region) == before.state.get("region"):
        changed.discard("region")
    return Difference(frozenset(changed), kind.replaced_by(old, new, frozenset(changed)))


def previewed(kind: ResourceType, c: Context, inputs: Props) -> Props:
    """The outputs of a resource that does not exist yet: what is known is shown, the rest is unknown."""
    return {**dict.fromkeys(kind.computed, UNKNOWN), "region": c.region, **inputs, **_tags_all(kind, c, inputs)}


def preview_of_update(kind: ResourceType, c: Context, before: Before, new: Props) -> Props:
    """The outputs after an update that is not done yet."""
    kept = {key: value for key, value in before.state.items() if key not in before.inputs}
    renewed = dict.fromkeys(kind.renewed_by(difference(kind, c, before, new).changed), UNKNOWN)
    return {**kept, **renewed, **new, **_tags_all(kind, c, new)}


def _tags_all(kind: ResourceType, c: Context, inputs: Props) -> Props:
    if not kind.taggable:
        return {}
    return {"tagsAll": UNKNOWN if inputs.get("tags") == UNKNOWN else c.all_tags(inputs)}


def create(kind: ResourceType, c: Context, inputs: Props) -> tuple[str, Props]:
    """Creates the resource; returns its id and its outputs as read back. Raises UnfinishedError once it exists."""
    id_ = kind.create(c, inputs)
    try:
        kind.finish(c, id_, inputs)
        return id_, settled(kind, c, id_, inputs, {})
    except Exception as error:
        try:
            outputs = settled(kind, c, id_, inputs, {})
        except Exception:
            outputs = dict(inputs)
        raise UnfinishedError(id_, outputs, error) from error


def settled(kind: ResourceType, c: Context, id_: str, inputs: Props, before: Props) -> Props:
    """The outputs after a change: inputs, then what the cloud says now."""
    known = {**{key: value for key, value in before.items() if key in kind.computed}, **inputs}
    live = _live(kind, c, id_, known)
    if live is None:
        raise LookupError(f"{kind.token} {id_} was written and cannot be read back")
    return {**known, **prefer(kind, known, live), "region": c.region}


def _live(kind: ResourceType, c: Context, id_: str, known: Props) -> Props | None:
    try:
        return kind.read(c, id_, known)
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    except IndexError:  # a describe call that lists nothing
        return None


def read(kind: ResourceType, c: Context, id_: str, inputs: Props, state: Props) -> tuple[Props, Props] | None:
    """(inputs, outputs) as they are in the cloud now; None when the resource is gone. Without inputs it is an import."""
    live = _live(kind, c, id_, {**state, **inputs})
    if live is None:
        return None
    live = prefer(kind, {**state, **inputs}, live)
    now = _inputs_now(kind, c, inputs, live)
    tags = {"tags": now.get("tags")} if kind.taggable else {}
    return now, {**state, **live, **tags, "region": c.region}


def _inputs_now(kind: ResourceType, c: Context, inputs: Props, live: Props) -> Props:
    """The inputs that would lead to what is there: each given one as it is now, for an import all that are modelled."""
    found = dict(inputs) if inputs else kind.inputs_of(live)
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


def update(kind: ResourceType, c: Context, id_: str, before: Before, new: Props) -> Props:
    """Sends what changed and returns the outputs as read back."""
    changed = set(difference(kind, c, before, new).changed)
    where = {key: before.state[key] for key in kind.found_by if key in before.state}
    live = _live(kind, c, id_, {**before.state, **new, **where})
    if live is None:
        raise LookupError(f"{kind.token} {id_} does not exist any more: run `pulumi refresh`, then again")
    # What the cloud has counts as old: work that an earlier attempt left undone is done now, and drift is undone.
    changed |= {key for key in new if key in kind.modelled and not same(kind, key, live.get(key), new[key])}
    changed -= kind.replaced_by(before.inputs, new, frozenset(changed))
    old = {**before.inputs, **{key: value for key, value in live.items() if value is not None}}
    if changed - kind.state_only or changed & kind.sent:
        kind.update(c, id_, old, new, frozenset(changed))
    return settled(kind, c, id_, new, before.state)


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
        words = " ".join(str(answer.get("Message")).split())
        return f"{error.operation_name}: {answer.get('Code')}: {words[:LONGEST_MESSAGE_CHARACTERS]}"
    if isinstance(error, KeyError):
        return f"property {error} is missing"
    text = str(error) if isinstance(error, (ValueError, RegionOutError)) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets that it quotes: botocore repeats a value that it cannot accept."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
