"""The only source of tags. What every resource carries goes to the provider.

What says more about one resource goes to it.
"""

from __future__ import annotations

from components.naming import PROJECT
from components.settings import Settings

DATA_CLASS = "data-class"
STORE = "store"
# Names the stack that owns a bucket's replication where the stack that owns the bucket does not (docs/adr/0001); the
# pack reads it.
REPLICATED_BY = "replicated-by"
# What the snapshot policy of a volume store selects by.
SNAPSHOT_POLICY = "snapshot-policy"


def default_tags(settings: Settings, stack: str) -> dict[str, str]:
    """Tags of every resource of a stack, for the providers."""
    tags = {"project": PROJECT, "stack": stack, "role": settings.role.value, "managed-by": "pulumi"}
    return tags | ({"ephemeral": "true"} if settings.ephemeral else {})


def store_tags(store: str, data_class: str, **more: str) -> dict[str, str]:
    """Tags of a resource that holds data."""
    return {"Name": store, STORE: store, DATA_CLASS: data_class} | more


def replication_claim(stack: str | None) -> dict[str, str]:
    """Tags of a bucket whose replication belongs to `stack`; none where it belongs to the bucket's own."""
    return {REPLICATED_BY: stack} if stack else {}
