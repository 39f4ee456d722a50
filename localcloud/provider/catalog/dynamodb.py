"""DynamoDB: tables, and global table replicas as a resource of the replica's Region."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

ACTIVE_WAIT_SECONDS = 30


def wait_until_active(c: Context, name: str) -> None:
    end = time.monotonic() + ACTIVE_WAIT_SECONDS
    while c.client("dynamodb").describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > end:
            raise TimeoutError(f"table {name} was not ACTIVE after {ACTIVE_WAIT_SECONDS} s")
        time.sleep(0.1)


def set_recovery(c: Context, name: str, enabled: bool, days: int | None = None) -> None:
    c.client("dynamodb").update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": enabled,
            **(some(RecoveryPeriodInDays=days) if enabled else {}),
        },
    )


def recovery(c: Context, name: str) -> dict[str, Any]:
    described = c.client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return dict(described.get("PointInTimeRecoveryDescription") or {})


def live_tags(c: Context, arn: str) -> dict[str, str]:
    return tag_map(c.client("dynamodb").list_tags_of_resource(ResourceArn=arn).get("Tags"))


def set_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    dynamodb = c.client("dynamodb")
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        dynamodb.untag_resource(ResourceArn=arn, TagKeys=gone)
    if after:
        dynamodb.tag_resource(ResourceArn=arn, Tags=tag_list(after))


class Table(ResourceType):
    """Replicas of the table are read, never written: they belong to TableReplica."""

    token = "aws:dynamodb/table:Table"
    replace_on = frozenset({"name", "hashKey", "rangeKey", "localSecondaryIndexes"})
    modelled = frozenset(
        {
            "name", "hashKey", "rangeKey", "attributes", "billingMode", "readCapacity", "writeCapacity", "streamEnabled",
            "streamViewType", "serverSideEncryption", "pointInTimeRecovery", "deletionProtectionEnabled",
        }
    )  # fmt: skip
    kept = frozenset(
        {"attributes", "readCapacity", "writeCapacity", "streamViewType", "serverSideEncryption", "pointInTimeRecovery"}
    )
    defaults: ClassVar = {"billingMode": "PROVISIONED", "streamEnabled": False, "deletionProtectionEnabled": False}
    unordered = frozenset({"attributes"})
    computed = ("arn", "streamArn", "streamLabel")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        keys = [{"AttributeName": p["hashKey"], "KeyType": "HASH"}]
        if p.get("rangeKey"):
            keys.append({"AttributeName": p["rangeKey"], "KeyType": "RANGE"})
        c.client("dynamodb").create_table(
            TableName=p["name"],
            KeySchema=keys,
            AttributeDefinitions=[{"AttributeName": a["name"], "AttributeType": a["type"]} for a in p["attributes"]],
            BillingMode=p.get("billingMode", "PROVISIONED"),
            DeletionProtectionEnabled=bool(p.get("deletionProtectionEnabled", False)),
            Tags=tag_list(c.all_tags(p)),
            **self._throughput(p),
            **some(StreamSpecification=self._stream(p), SSESpecification=self._encryption(p)),
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        wait_until_active(c, id_)
        wanted = p.get("pointInTimeRecovery") or {}
        if wanted.get("enabled"):
            set_recovery(c, id_, True, wanted.get("recoveryPeriodInDays"))

    @staticmethod
    def _throughput(p: Props) -> dict[str, Any]:
        if p.get("billingMode") == "PAY_PER_REQUEST":
            return {}
        return {
            "ProvisionedThroughput": {"ReadCapacityUnits": p["readCapacity"], "WriteCapacityUnits": p["writeCapacity"]}
        }

    @staticmethod
    def _stream(p: Props) -> dict[str, Any] | None:
        if not p.get("streamEnabled"):
            return None
        return {"StreamEnabled": True, "StreamViewType": p.get("streamViewType", "NEW_AND_OLD_IMAGES")}

    @staticmethod
    def _encryption(p: Props) -> dict[str, Any] | None:
        wanted = p.get("serverSideEncryption") or {}
        if not wanted.get("enabled"):
            return None
        return {"Enabled": True, "SSEType": "KMS", **some(KMSMasterKeyId=wanted.get("kmsKeyArn"))}

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        table = c.client("dynamodb").describe_table(TableName=id_)["Table"]
        keys = {item["KeyType"]: item["AttributeName"] for item in table["KeySchema"]}
        throughput = table.get("ProvisionedThroughput") or {}
        encryption = table.get("SSEDescription") or {}
        stream = table.get("StreamSpecification") or {}
        point = recovery(c, id_)
        on = point.get("PointInTimeRecoveryStatus") == "ENABLED"
        given = state.get("pointInTimeRecovery") or {}
        return {
            "arn": table["TableArn"],
            "name": table["TableName"],
            "hashKey": keys["HASH"],
            "rangeKey": keys.get("RANGE"),
            "attributes": [
                {"name": a["AttributeName"], "type": a["AttributeType"]} for a in table["AttributeDefinitions"]
            ],
            "billingMode": (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
            "readCapacity": throughput.get("ReadCapacityUnits"),
            "writeCapacity": throughput.get("WriteCapacityUnits"),
            "streamEnabled": bool(stream.get("StreamEnabled", False)),
            "streamViewType": stream.get("StreamViewType"),
            "streamArn": table.get("LatestStreamArn"),
            "streamLabel": table.get("LatestStreamLabel"),
            "serverSideEncryption": some(
                enabled=encryption.get("Status") == "ENABLED" and bool(encryption.get("KMSMasterKeyArn")),
                kmsKeyArn=encryption.get("KMSMasterKeyArn"),
            ),
            "pointInTimeRecovery": {
                "enabled": on,
                **some(
                    recoveryPeriodInDays=point.get("RecoveryPeriodInDays")
                    if on and (given.get("recoveryPeriodInDays") or not state)
                    else None
                ),
            },
            "deletionProtectionEnabled": bool(table.get("DeletionProtectionEnabled", False)),
            "tagsAll": live_tags(c, table["TableArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        dynamodb = c.client("dynamodb")
        # One kind of change a call, as UpdateTable demands.
        if changed & {"billingMode", "readCapacity", "writeCapacity"}:
            dynamodb.update_table(
                TableName=id_, BillingMode=new.get("billingMode", "PROVISIONED"), **self._throughput(new)
            )
        if changed & {"streamEnabled", "streamViewType"}:
            dynamodb.update_table(TableName=id_, StreamSpecification=self._stream(new) or {"StreamEnabled": False})
        if "serverSideEncryption" in changed:
            dynamodb.update_table(TableName=id_, SSESpecification=self._encryption(new) or {"Enabled": False})
        if "deletionProtectionEnabled" in changed:
            dynamodb.update_table(
                TableName=id_, DeletionProtectionEnabled=bool(new.get("deletionProtectionEnabled", False))
            )
        if "pointInTimeRecovery" in changed:
            wanted = new.get("pointInTimeRecovery") or {}
            set_recovery(c, id_, bool(wanted.get("enabled")), wanted.get("recoveryPeriodInDays"))
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("dynamodb").delete_table(TableName=id_)


class TableReplica(ResourceType):
    """The provider is the replica Region's; the calls that add and remove the replica go to the source's Region, as in AWS."""

    token = "aws:dynamodb/tableReplica:TableReplica"
    replace_on = frozenset({"globalTableArn", "kmsKeyArn", "tableClassOverride"})
    exclusive = True
    modelled = frozenset({"globalTableArn", "kmsKeyArn", "pointInTimeRecovery", "deletionProtectionEnabled"})
    kept = frozenset({"kmsKeyArn"})
    defaults: ClassVar = {"pointInTimeRecovery": False, "deletionProtectionEnabled": False}
    computed = ("arn",)

    @staticmethod
    def _source(arn: str) -> tuple[str, str]:
        return arn.split(":")[3], arn.rsplit("/", 1)[1]

    def create(self, c: Context, p: Props) -> str:
        region, name = self._source(p["globalTableArn"])
        member = some(RegionName=c.region, KMSMasterKeyId=p.get("kmsKeyArn"))
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
        return {
            "arn": replica["TableArn"],
            "globalTableArn": source["TableArn"],
            "kmsKeyArn": (replica.get("SSEDescription") or {}).get("KMSMasterKeyArn"),
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
