"""The recorded registrations of our own two stacks, in the form in which the engine sends them to the pack."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.policy.pack import PRIMARY, SECONDARY, Registration
from tests.support.program import Registered, program


@cache
def registrations(stack: str) -> tuple[Registration, ...]:
    """Every AWS resource of the stack. Names get their type in front: the program's are unique only within a type."""
    recorded = [resource for resource in program(stack).resources if resource.type.startswith("aws:")]
    names = {resource.urn: f"{resource.type}::{resource.name}" for resource in recorded}
    return tuple(_registration(resource, names) for resource in recorded)


def _registration(resource: Registered, names: dict[str, str]) -> Registration:
    stated: Any = resource.inputs.get("region")
    of_provider = SECONDARY if SECONDARY in resource.provider else PRIMARY
    return Registration(
        resource.type,
        names[resource.urn],
        resource.inputs,
        stated if isinstance(stated, str) else of_provider,
        sources={key: tuple(names[u] for u in urns if u in names) for key, urns in resource.sources.items()},
    )
