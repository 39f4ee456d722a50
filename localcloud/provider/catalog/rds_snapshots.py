"""RDS snapshots: one taken of an instance, and the copy of one from the same or another Region."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from localcloud.provider.catalog.rds import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list

AVAILABLE_WAIT_SECONDS = 30
# Output -> member of DBSnapshot.
_OUTPUTS = {
    "allocatedStorage": "AllocatedStorage",
    "availabilityZone": "AvailabilityZone",
    "dbSnapshotArn": "DBSnapshotArn",
    "encrypted": "Encrypted",
    "engine": "Engine",
    "engineVersion": "EngineVersion",
    "kmsKeyId": "KmsKeyId",
    "port": "Port",
    "snapshotType": "SnapshotType",
    "sourceRegion": "SourceRegion",
    "storageType": "StorageType",
    "vpcId": "VpcId",
}


class _AnySnapshot(ResourceType):
    """What a snapshot and a copy of one have in common: the id is the snapshot's identifier."""

    unordered = frozenset({"sharedAccounts"})
    computed: ClassVar[tuple[str, ...]] = ("dbSnapshotArn", "encrypted", "engine", "engineVersion", "allocatedStorage")

    def finish(self, c: Context, id_: str, p: Props) -> None:
        end = time.monotonic() + AVAILABLE_WAIT_SECONDS
        while _describe(c, id_)["Status"] != "available":
            if time.monotonic() > end:
                raise TimeoutError(f"snapshot {id_} was not available after {AVAILABLE_WAIT_SECONDS} s")
            time.sleep(0.1)
        _share(c, id_, [], p.get("sharedAccounts") or [])

    def _outputs(self, c: Context, live: dict[str, Any]) -> Props:
        attributes = c.client("rds").describe_db_snapshot_attributes(DBSnapshotIdentifier=live["DBSnapshotIdentifier"])
        found = attributes["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
        shared: list[str] = next((item["AttributeValues"] for item in found if item["AttributeName"] == "restore"), [])
        return {
            **{key: live.get(member) for key, member in _OUTPUTS.items()},
            "sharedAccounts": sorted(shared),
            "tagsAll": live_tags(c, live["DBSnapshotArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if "sharedAccounts" in changed:
            _share(c, id_, old.get("sharedAccounts") or [], new.get("sharedAccounts") or [])
        set_tags(c, old["dbSnapshotArn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("rds").delete_db_snapshot(DBSnapshotIdentifier=id_)


def _describe(c: Context, id_: str) -> dict[str, Any]:
    return dict(c.client("rds").describe_db_snapshots(DBSnapshotIdentifier=id_)["DBSnapshots"][0])


def _share(c: Context, id_: str, before: list[str], after: list[str]) -> None:
    added, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    if added or gone:
        c.client("rds").modify_db_snapshot_attribute(
            DBSnapshotIdentifier=id_, AttributeName="restore", ValuesToAdd=added, ValuesToRemove=gone
        )


class Snapshot(_AnySnapshot):
    token = "aws:rds/snapshot:Snapshot"
    replace_on = frozenset({"dbInstanceIdentifier", "dbSnapshotIdentifier"})
    modelled = frozenset({*replace_on, "sharedAccounts"})

    def create(self, c: Context, p: Props) -> str:
        made = c.client("rds").create_db_snapshot(
            DBInstanceIdentifier=p["dbInstanceIdentifier"],
            DBSnapshotIdentifier=p["dbSnapshotIdentifier"],
            Tags=tag_list(c.all_tags(p)),
        )
        return str(made["DBSnapshot"]["DBSnapshotIdentifier"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = _describe(c, id_)
        return {
            "dbInstanceIdentifier": live["DBInstanceIdentifier"],
            "dbSnapshotIdentifier": live["DBSnapshotIdentifier"],
            **self._outputs(c, live),
        }


class SnapshotCopy(_AnySnapshot):
    """Made by the provider of the Region that it is copied to; `destinationRegion` is refused."""

    token = "aws:rds/snapshotCopy:SnapshotCopy"
    replace_on = frozenset({"sourceDbSnapshotIdentifier", "targetDbSnapshotIdentifier", "kmsKeyId", "copyTags"})
    modelled = frozenset({"sourceDbSnapshotIdentifier", "targetDbSnapshotIdentifier", "sharedAccounts", "kmsKeyId"})
    kept = frozenset({"kmsKeyId"})
    state_only = frozenset({"copyTags"})

    def create(self, c: Context, p: Props) -> str:
        source = p["sourceDbSnapshotIdentifier"]
        made = c.client("rds").copy_db_snapshot(
            SourceDBSnapshotIdentifier=source,
            TargetDBSnapshotIdentifier=p["targetDbSnapshotIdentifier"],
            Tags=tag_list(c.all_tags(p)),
            **some(
                KmsKeyId=p.get("kmsKeyId"),
                CopyTags=p.get("copyTags"),
                SourceRegion=source.split(":")[3] if source.startswith("arn:") else None,
            ),
        )
        return str(made["DBSnapshot"]["DBSnapshotIdentifier"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = _describe(c, id_)
        # RDS remembers the source of a copy from another Region only.
        source = live.get("SourceDBSnapshotIdentifier") or state.get("sourceDbSnapshotIdentifier")
        return {
            "sourceDbSnapshotIdentifier": source,
            "targetDbSnapshotIdentifier": live["DBSnapshotIdentifier"],
            **self._outputs(c, live),
        }
