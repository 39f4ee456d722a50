"""The recorded registrations of our own two stacks, in the form in which the engine sends them to the pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Registration
from tests.support.program import Program, Registered, program


@cache
def registrations(stack: str, *, first_preview: bool = False) -> tuple[Registration, ...]:
    """Every AWS resource of the stack, see `recorded`."""
    return recorded(program(stack), first_preview=first_preview)


def recorded(ran: Program, *, first_preview: bool = False) -> tuple[Registration, ...]:
    """Every AWS resource that a program registered. Names get their type in front: the program's are unique only within a type.

    Everything exists already; or, with `first_preview`, nothing does: what AWS chooses, and all that was made of it, is unknown.
    """
    resources = [resource for resource in ran.resources if resource.type.startswith("aws:")]
    names = {resource.urn: f"{resource.type}::{resource.name}" for resource in resources}
    # The ARN of a bucket is its name, which the program knows.
    of_aws = [r for r in resources if first_preview and r.type != "aws:s3/bucket:Bucket"]
    chosen = {text for r in of_aws for text in (r.id, r.outputs.get("arn")) if text}
    return tuple(_registration(resource, names, chosen) for resource in resources)


def _registration(resource: Registered, names: Mapping[str, str], chosen: set[Any]) -> Registration:
    stated: Any = resource.inputs.get("region")
    of_provider = SECONDARY if SECONDARY in resource.provider else PRIMARY
    return Registration(
        resource.type,
        names[resource.urn],
        _without(resource.inputs, chosen),
        stated if isinstance(stated, str) else of_provider,
        outputs={} if chosen else {"id": resource.id, "arn": resource.outputs.get("arn")},
        sources={key: tuple(names[u] for u in urns if u in names) for key, urns in resource.sources.items()},
        protect=resource.protect,
        ignore_changes=resource.ignore_changes,
    )


def _without(value: Any, chosen: set[Any]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if any(text in value for text in chosen) else value
    if isinstance(value, Mapping):
        return {key: _without(item, chosen) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_without(item, chosen) for item in value]
    return value
