"""What holds data: the resource types, how AWS Backup calls them, and which of them are copies of a store that is
protected elsewhere.
"""

from __future__ import annotations

from typing import Final

from resilience_policies import buckets
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.selections import tag_value

RDS_INSTANCE: Final = "aws:rds/instance:Instance"
RDS_CLUSTER: Final = "aws:rds/cluster:Cluster"
GLOBAL_CLUSTER: Final = "aws:rds/globalCluster:GlobalCluster"
TABLE: Final = "aws:dynamodb/table:Table"
TABLE_REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"
VOLUME: Final = "aws:ebs/volume:Volume"
FILE_SYSTEM: Final = "aws:efs/fileSystem:FileSystem"
EFS_REPLICATION: Final = "aws:efs/replicationConfiguration:ReplicationConfiguration"

# Type -> the name of AWS Backup for it (ProtectedResourceType of a restore testing selection).
BACKED_UP: Final = {
    RDS_INSTANCE: "RDS",
    RDS_CLUSTER: "Aurora",
    TABLE: "DynamoDB",
    TABLE_REPLICA: "DynamoDB",
    VOLUME: "EBS",
    FILE_SYSTEM: "EFS",
    **dict.fromkeys(buckets.BUCKETS, "S3"),
}
# What `is_copy` reads besides the stores themselves.
COPYING: Final = frozenset({EFS_REPLICATION}) | buckets.REPLICATIONS
_SOURCE_PROPERTY = {RDS_INSTANCE: "replicateSourceDb", RDS_CLUSTER: "replicationSourceIdentifier"}


def copies(estate: Estate) -> frozenset[str]:
    """The URNs of the stores that something else fills: replicas, secondary clusters, buckets and file systems at the
    receiving end of a replication.
    """
    return estate.once(_copies)


def _copies(estate: Estate) -> frozenset[str]:
    found = {member.urn for member in estate.of(BACKED_UP) if _is_replica(member)}
    return frozenset(found | _filled_buckets(estate) | _filled_file_systems(estate))


def is_replica_in_region(store: Member) -> bool:
    """True for a read replica beside its source: the source's backups cover it."""
    key = _SOURCE_PROPERTY.get(store.type)
    source = store.stated.text(key) if key else None
    if not isinstance(source, str):
        return False
    return region_in_arn(source) in (None, store.region)


def claimed(estate: Estate, store: Member, key: str) -> str | None:
    """The other stack that a tag of the store says looks after it (`replicated-by`, `backed-up-by`)."""
    owner = tag_value(store, key)
    return owner if isinstance(owner, str) and owner != estate.stack else None


def _is_replica(store: Member) -> bool:
    if store.type == TABLE_REPLICA:
        return True
    if store.type in buckets.BUCKETS:
        return buckets.is_declared_copy(store)
    # A secondary cluster of a global database joins it and names no administrator of its own.
    joins = store.type == RDS_CLUSTER and store.stated.has("globalClusterIdentifier")
    leads = store.stated.has("masterUsername") or store.stated.has("snapshotIdentifier")
    key = _SOURCE_PROPERTY.get(store.type)
    return (joins and not leads) or (key is not None and store.stated.has(key))


def _filled_buckets(estate: Estate) -> frozenset[str]:
    """Buckets that are filled from another stack, or by a bucket that nothing fills: of two that fill each other,
    neither is only a copy.
    """
    filled = buckets.filled_by_replication(estate)
    found: set[str] = set()
    for replication in buckets.replications(estate):
        if replication.source is not None and replication.source.urn in filled:
            continue
        for rule in replication.rules.known:
            destinations = buckets.destination_buckets(estate, replication, rule)[0]
            found |= {destination.urn for destination in destinations} & filled
    return frozenset(found)


def _filled_file_systems(estate: Estate) -> frozenset[str]:
    filled: set[str] = set()
    for replication in estate.of({EFS_REPLICATION}):
        sources = {source.urn for source in estate.linked(replication, "sourceFileSystemId", {FILE_SYSTEM})}
        destination = replication.stated.text("destination", "fileSystemId")
        for system in estate.of({FILE_SYSTEM}):
            named = isinstance(destination, str) and system.text("id") == destination
            taken = destination is not None and system.urn in replication.sources.get("destination", ())
            if (named or taken) and system.urn not in sources:
                filled.add(system.urn)
    return frozenset(filled)
