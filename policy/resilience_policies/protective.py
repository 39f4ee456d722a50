"""What must not be lost: the resource types that hold state, and the properties that protect them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resilience_policies import buckets, stores

_DATABASE: Final = frozenset(
    {
        "backupRetentionPeriod",
        "copyTagsToSnapshot",
        "deleteAutomatedBackups",
        "deletionProtection",
        "finalSnapshotIdentifier",
        "kmsKeyId",
        "skipFinalSnapshot",
        "storageEncrypted",
    }
)
_RECOVERY_POINTS: Final = frozenset({"rules"})

# Type -> top-level properties that the rules of the pack ask for. `replicas` of a table is not one of them: the
# provider's own advice is to ignore it where TableReplica owns the replicas.
PROPERTIES: Final[Mapping[str, frozenset[str]]] = {
    stores.RDS_INSTANCE: _DATABASE | {"multiAz"},
    stores.RDS_CLUSTER: _DATABASE | {"backtrackWindow"},
    stores.GLOBAL_CLUSTER: frozenset({"deletionProtection", "storageEncrypted"}),
    "aws:docdb/cluster:Cluster": _DATABASE,
    "aws:neptune/cluster:Cluster": _DATABASE,
    stores.TABLE: frozenset({"deletionProtectionEnabled", "pointInTimeRecovery", "serverSideEncryption"}),
    stores.TABLE_REPLICA: frozenset({"deletionProtectionEnabled", "kmsKeyArn", "pointInTimeRecovery"}),
    **dict.fromkeys(
        buckets.BUCKETS,
        frozenset({"forceDestroy", "objectLockEnabled", "replicationConfiguration", "replicationConfigurations"})
        | {"serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations", "versioning", "versionings"},
    ),
    **dict.fromkeys(buckets.VERSIONINGS, frozenset({"versioningConfiguration"})),
    **dict.fromkeys(buckets.ENCRYPTIONS, frozenset({"rules"})),
    **dict.fromkeys(buckets.REPLICATIONS, frozenset({"rules"})),
    stores.VOLUME: frozenset({"encrypted", "finalSnapshot", "kmsKeyId"}),
    stores.FILE_SYSTEM: frozenset({"encrypted", "kmsKeyId"}),
    stores.EFS_REPLICATION: frozenset({"destination"}),
    "aws:backup/plan:Plan": _RECOVERY_POINTS,
    "aws:backup/selection:Selection": frozenset({"conditions", "notResources", "resources", "selectionTags"}),
    "aws:backup/vault:Vault": frozenset({"forceDestroy", "kmsKeyArn"}),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": frozenset({"maxRetentionDays", "minRetentionDays"}),
    "aws:backup/vaultPolicy:VaultPolicy": frozenset({"policy"}),
    "aws:kms/key:Key": frozenset({"deletionWindowInDays", "enableKeyRotation", "multiRegion", "isEnabled"}),
    "aws:kms/replicaKey:ReplicaKey": frozenset({"deletionWindowInDays", "enabled"}),
    "aws:secretsmanager/secret:Secret": frozenset({"kmsKeyId", "recoveryWindowInDays", "replicas"}),
}

# What cannot be made again once it is deleted.
STATEFUL: Final = frozenset(
    {
        *stores.BACKED_UP,
        stores.GLOBAL_CLUSTER,
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:redshift/cluster:Cluster",
        "aws:backup/vault:Vault",
        "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
        "aws:kms/key:Key",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:kms/externalKey:ExternalKey",
        "aws:secretsmanager/secret:Secret",
    }
)
