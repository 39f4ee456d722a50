"""Resource options of what holds data."""

from __future__ import annotations

import pulumi


def store_options(
    parent: pulumi.Resource, *, ephemeral: bool, ignore_changes: list[str] | None = None
) -> pulumi.ResourceOptions:
    """Options of a stateful leaf: protected, unless the stack is ephemeral.

    `protect` is set on the leaf itself: inheritance happens in the engine, where neither a mock nor a reader would
    see it.
    """
    return pulumi.ResourceOptions(parent=parent, protect=not ephemeral, ignore_changes=ignore_changes)
