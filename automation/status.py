"""What protects each store, as AWS itself answers. A fact that cannot be read is UNKNOWN, never zero or "off"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "UNKNOWN"

Facts = dict[str, Any]
Clients = Callable[[str, str], Any]
"""Makes a boto3 client of (service, Region)."""


@dataclass(frozen=True)
class Store:
    """A resource that holds data or backups, as the stack's state names it."""

    stack: str
    kind: str
    name: str
    id: str
    region: str


@dataclass(frozen=True)
class StoreStatus:
    store: Store
    facts: Facts


def stores(stack: str, resources: list[dict[str, Any]], home_region: str) -> list[Store]:
    """The stores among a stack's resources; a resource whose ARN names no Region is in `home_region`."""
    found = []
    for resource in resources:
        kind = _KINDS.get(resource["type"])
        if kind and resource.get("id"):
            outputs = resource.get("outputs") or {}
            arn = str(outputs.get("arn", ""))
            region = outputs.get("region") or (arn.split(":")[3] if arn.count(":") >= 5 else "") or home_region
            found.append(Store(stack, kind, resource["urn"].rsplit("::", 1)[-1], _api_name(resource), str(region)))
    return found


def _api_name(resource: Mapping[str, Any]) -> str:
    """What the service's API calls the resource, where the provider's id is something else."""
    outputs = resource.get("outputs") or {}
    if outputs.get("identifier"):
        return str(outputs["identifier"])  # a database's id is its resource id
    if resource["type"] == "aws:dynamodb/tableReplica:TableReplica":
        return str(outputs.get("arn") or resource["id"]).rsplit("/", 1)[-1]
    return str(resource["id"])


def read(store: Store, clients: Clients) -> StoreStatus:
    """Ask AWS about one store."""
    return StoreStatus(store, _READERS[store.kind](store, clients))


def _fact(read_value: Callable[[], Any]) -> Any:
    try:
        value = read_value()
    except Exception:  # whatever keeps a fact from being read, it is not known, and status goes on
        return UNKNOWN
    return UNKNOWN if value is None else value


def _database(store: Store, clients: Clients) -> Facts:
    def describe() -> Any:
        answer = clients("rds", store.region).describe_db_instances(DBInstanceIdentifier=store.id)
        return answer["DBInstances"][0]

    found = _fact(describe)
    if found == UNKNOWN:
        found = {}
    restorable = found.get("LatestRestorableTime")
    return {
        "multiAz": found.get("MultiAZ", UNKNOWN),
        "backupRetentionDays": found.get("BackupRetentionPeriod", UNKNOWN),
        "encrypted": found.get("StorageEncrypted", UNKNOWN),
        "deletionProtection": found.get("DeletionProtection", UNKNOWN),
        "replicaOf": found.get("ReadReplicaSourceDBInstanceIdentifier", "") if found else UNKNOWN,
        "replicas": found.get("ReadReplicaDBInstanceIdentifiers", UNKNOWN),
        "lastRestorableTime": restorable.isoformat() if restorable else UNKNOWN,
    }


def _table(store: Store, clients: Clients) -> Facts:
    def recovery() -> Any:
        answer = clients("dynamodb", store.region).describe_continuous_backups(TableName=store.id)
        return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]

    def replicas() -> list[str]:
        table = clients("dynamodb", store.region).describe_table(TableName=store.id)["Table"]
        return [replica["RegionName"] for replica in table.get("Replicas", [])]

    pitr = _fact(recovery)
    known = {} if pitr == UNKNOWN else pitr
    latest = known.get("LatestRestorableDateTime")
    return {
        "pointInTimeRecovery": known.get("PointInTimeRecoveryStatus", UNKNOWN),
        "recoveryPeriodDays": known.get("RecoveryPeriodInDays", UNKNOWN),
        "replicaRegions": _fact(replicas),
        "lastRestorableTime": latest.isoformat() if latest else UNKNOWN,
    }


def _bucket(store: Store, clients: Clients) -> Facts:
    def versioning() -> Any:
        return clients("s3", store.region).get_bucket_versioning(Bucket=store.id).get("Status", "Disabled")

    def replication() -> list[str]:
        answer = clients("s3", store.region).get_bucket_replication(Bucket=store.id)
        rules = answer["ReplicationConfiguration"]["Rules"]
        return [rule["Destination"]["Bucket"].rsplit(":", 1)[-1] for rule in rules if rule["Status"] == "Enabled"]

    def encryption() -> Any:
        answer = clients("s3", store.region).get_bucket_encryption(Bucket=store.id)
        return answer["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"][
            "SSEAlgorithm"
        ]

    return {"versioning": _fact(versioning), "encryption": _fact(encryption), "replicatesTo": _fact(replication)}


def _volume(store: Store, clients: Clients) -> Facts:
    def encrypted() -> Any:
        return clients("ec2", store.region).describe_volumes(VolumeIds=[store.id])["Volumes"][0]["Encrypted"]

    def last_snapshot() -> Any:
        filters = [{"Name": "volume-id", "Values": [store.id]}]
        found = clients("ec2", store.region).describe_snapshots(OwnerIds=["self"], Filters=filters)["Snapshots"]
        return max((s["StartTime"] for s in found), default=None)

    last = _fact(last_snapshot)
    return {"encrypted": _fact(encrypted), "lastSnapshot": last if last == UNKNOWN else last.isoformat()}


def _vault(store: Store, clients: Clients) -> Facts:
    found = _fact(lambda: clients("backup", store.region).describe_backup_vault(BackupVaultName=store.id))
    known = {} if found == UNKNOWN else found
    return {
        "locked": known.get("Locked", UNKNOWN),
        "minRetentionDays": known.get("MinRetentionDays", UNKNOWN),
        "maxRetentionDays": known.get("MaxRetentionDays", UNKNOWN),
        "recoveryPoints": known.get("NumberOfRecoveryPoints", UNKNOWN),
    }


_KINDS = {
    "aws:rds/instance:Instance": "database",
    "aws:dynamodb/table:Table": "table",
    "aws:dynamodb/tableReplica:TableReplica": "table",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:ebs/volume:Volume": "volume",
    "aws:backup/vault:Vault": "vault",
}
_READERS: dict[str, Callable[[Store, Clients], Facts]] = {
    "database": _database,
    "table": _table,
    "bucket": _bucket,
    "volume": _volume,
    "vault": _vault,
}
