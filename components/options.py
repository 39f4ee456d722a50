"""Resource options of what holds data."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


def store_options(
    parent: pulumi.Resource,
    *,
    ephemeral: bool,
    ignore_changes: Sequence[str] = (),
    imports: str | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> pulumi.ResourceOptions:
    """Options of a stateful leaf: protected, unless the stack is ephemeral or the leaf is on its way out.

    `protect` is set on the leaf itself: inheritance happens in the engine, where neither a mock nor a reader would see it. It also
    refuses every replacement.

    `imports` is the id of what exists already and is taken into the state by this update. It is taken as it is: Pulumi refuses an
    import whose inputs differ, so all of them are ignored this once, and the next update brings it under protection in place.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        protect=not ephemeral,
        ignore_changes=["*"] if imports else list(ignore_changes) or None,
        import_=imports,
        depends_on=list(depends_on) or None,
    )
