"""DynamoDB global table replicas, each a resource of the replica's Region."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.catalog.dynamodb import live_tags, recovery, set_recovery, set_tags, wait_until_active
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list


class TableReplica(ResourceType):
    """The provider is the replica Region's; the calls that add and remove the replica go to the source's Region, as in AWS."""

    token = "aws:dynamodb/tableReplica:TableReplica"
    replace_on = frozenset({"globalTableArn", "kmsKeyArn", "tableClassOverride"})
    exclusive = True
    modelled = frozenset(
        {"globalTableArn", "kmsKeyArn", "tableClassOverride", "pointInTimeRecovery", "deletionProtectionEnabled"}
    )
    kept = frozenset({"kmsKeyArn"})
    defaults: ClassVar = {"pointInTimeRecovery": False, "deletionProtectionEnabled": False}
    computed = ("arn",)

    @staticmethod
    def _source(arn: str) -> tuple[str, str]:
        return arn.split(":")[3], arn.rsplit("/", 1)[1]

    def create(self, c: Context, p: Props) -> str:
        region, name = self._source(p["globalTableArn"])
        member = some(
            RegionName=c.region, KMSMasterKeyId=p.get("kmsKeyArn"), TableClassOverride=p.get("tableClassOverride")
        )
        c.client("dynamodb", region).update_table(TableName=name, ReplicaUpdates=[{"Create": member}])
        return f"{name}:{region}"

    def finish(self, c: Context, id_: str, p: Props) -> None:
        name = id_.rsplit(":", 1)[0]
        wait_until_active(c, name)
        if p.get("pointInTimeRecovery"):
            set_recovery(c, name, True)
        if p.get("deletionProtectionEnabled"):
            c.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=True)
        if tags := c.all_tags(p):
            c.client("dynamodb").tag_resource(ResourceArn=self._arn(c, name), Tags=tag_list(tags))

    @staticmethod
    def _arn(c: Context, name: str) -> str:
        return f"arn:aws:dynamodb:{c.region}:{c.account_id}:table/{name}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        name, region = id_.rsplit(":", 1)
        source = c.client("dynamodb", region).describe_table(TableName=name)["Table"]
        if not any(r["RegionName"] == c.region for r in source.get("Replicas") or []):
            return None
        replica = c.client("dynamodb").describe_table(TableName=name)["Table"]
        overridden = next(r for r in source["Replicas"] if r["RegionName"] == c.region).get("ReplicaTableClassSummary")
        return {
            "arn": replica["TableArn"],
            "globalTableArn": source["TableArn"],
            "kmsKeyArn": (replica.get("SSEDescription") or {}).get("KMSMasterKeyArn"),
            "tableClassOverride": (overridden or {}).get("TableClass"),
            "pointInTimeRecovery": recovery(c, name).get("PointInTimeRecoveryStatus") == "ENABLED",
            "deletionProtectionEnabled": bool(replica.get("DeletionProtectionEnabled", False)),
            "tagsAll": live_tags(c, replica["TableArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        name = id_.rsplit(":", 1)[0]
        if "pointInTimeRecovery" in changed:
            set_recovery(c, name, bool(new.get("pointInTimeRecovery")))
        if "deletionProtectionEnabled" in changed:
            c.client("dynamodb").update_table(
                TableName=name, DeletionProtectionEnabled=bool(new.get("deletionProtectionEnabled", False))
            )
        set_tags(c, self._arn(c, name), old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        name, region = id_.rsplit(":", 1)
        if self.read(c, id_, state) is None:
            return
        c.client("dynamodb", region).update_table(TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": c.region}}])
