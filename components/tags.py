"""The only source of tags. What every resource carries goes to the provider.

What says more about one resource goes to it.
"""

from __future__ import annotations

from components.naming import PROJECT
from components.settings import Settings

DATA_CLASS = "data-class"
STORE = "store"
# What the policy pack reads of a bucket whose replication it cannot see in the bucket's own stack (docs/adr/0010):
# which stack owns it, and whose copy a bucket is.
REPLICATED_BY = "replicated-by"
REPLICA_OF = "replica-of"
# What the snapshot policy of a volume store selects by.
SNAPSHOT_POLICY = "snapshot-policy"


def default_tags(settings: Settings, stack: str) -> dict[str, str]:
    """Tags of every resource of a stack, for the providers."""
    tags = {"project": PROJECT, "stack": stack, "role": settings.role.value, "managed-by": "pulumi"}
    return tags | ({"ephemeral": "true"} if settings.ephemeral else {})


def store_tags(store: str, data_class: str, **more: str) -> dict[str, str]:
    """Tags of a resource that holds data."""
    return {"Name": store, STORE: store, DATA_CLASS: data_class} | more
