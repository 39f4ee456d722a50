"""DynamoDB tables."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from localcloud.provider.catalog import dynamodb_indexes
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
            "streamViewType", "serverSideEncryption", "pointInTimeRecovery", "deletionProtectionEnabled", "tableClass", "ttl",
            "globalSecondaryIndexes",
        }
    )  # fmt: skip
    not_modelled = frozenset(
        f"globalSecondaryIndexes.{name}" for name in ("keySchemas", "onDemandThroughput", "warmThroughput")
    )
    kept = frozenset(
        {
            "attributes", "readCapacity", "writeCapacity", "streamViewType", "serverSideEncryption", "pointInTimeRecovery",
            "ttl",
        }
    )  # fmt: skip
    defaults: ClassVar = {
        "billingMode": "PROVISIONED",
        "streamEnabled": False,
        "deletionProtectionEnabled": False,
        "tableClass": "STANDARD",
    }
    unordered = frozenset({"attributes", "globalSecondaryIndexes"})
    computed = ("arn", "streamArn", "streamLabel")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        keys = [{"AttributeName": p["hashKey"], "KeyType": "HASH"}]
        if p.get("rangeKey"):
            keys.append({"AttributeName": p["rangeKey"], "KeyType": "RANGE"})
        c.client("dynamodb").create_table(
            TableName=p["name"],
            KeySchema=keys,
            AttributeDefinitions=dynamodb_indexes.definitions(p),
            BillingMode=p.get("billingMode", "PROVISIONED"),
            DeletionProtectionEnabled=bool(p.get("deletionProtectionEnabled", False)),
            Tags=tag_list(c.all_tags(p)),
            **self._throughput(p),
            **some(
                StreamSpecification=self._stream(p),
                SSESpecification=self._encryption(p),
                TableClass=p.get("tableClass"),
                GlobalSecondaryIndexes=dynamodb_indexes.to_api(p) or None,
            ),
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        wait_until_active(c, id_)
        wanted = p.get("pointInTimeRecovery") or {}
        if wanted.get("enabled"):
            set_recovery(c, id_, True, wanted.get("recoveryPeriodInDays"))
        if (p.get("ttl") or {}).get("enabled"):
            self._set_time_to_live(c, id_, p["ttl"])

    @staticmethod
    def _set_time_to_live(c: Context, name: str, wanted: Props) -> None:
        specification = {"Enabled": bool(wanted.get("enabled")), "AttributeName": wanted["attributeName"]}
        c.client("dynamodb").update_time_to_live(TableName=name, TimeToLiveSpecification=specification)

    @staticmethod
    def _time_to_live(c: Context, name: str, given: Any) -> Props | None:
        live = c.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        enabled = live.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        if not enabled and given is None:
            return None
        attribute = live.get("AttributeName") if enabled or "attributeName" in (given or {}) else None
        return some(enabled=enabled, attributeName=attribute)

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
            "tableClass": (table.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
            "globalSecondaryIndexes": dynamodb_indexes.from_api(table, state),
            "ttl": self._time_to_live(c, id_, state.get("ttl")),
            "tagsAll": live_tags(c, table["TableArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        dynamodb = c.client("dynamodb")
        # One kind of change a call, as UpdateTable demands.
        if changed & {"billingMode", "readCapacity", "writeCapacity"}:
            dynamodb.update_table(
                TableName=id_,
                BillingMode=new.get("billingMode", "PROVISIONED"),
                **self._throughput(new),
                **dynamodb_indexes.capacities(old, new),
            )
        if changed & {"streamEnabled", "streamViewType"}:
            dynamodb.update_table(TableName=id_, StreamSpecification=self._stream(new) or {"StreamEnabled": False})
        if "serverSideEncryption" in changed:
            dynamodb.update_table(TableName=id_, SSESpecification=self._encryption(new) or {"Enabled": False})
        if "deletionProtectionEnabled" in changed:
            dynamodb.update_table(
                TableName=id_, DeletionProtectionEnabled=bool(new.get("deletionProtectionEnabled", False))
            )
        if "globalSecondaryIndexes" in changed:
            for change in dynamodb_indexes.changes(old, new):
                dynamodb.update_table(TableName=id_, **change)
                wait_until_active(c, id_)
        if "tableClass" in changed:
            dynamodb.update_table(TableName=id_, TableClass=new.get("tableClass", "STANDARD"))
        if "ttl" in changed and new.get("ttl"):
            known = old.get("ttl") or {}
            self._set_time_to_live(c, id_, {**known, **new["ttl"]})
        if "pointInTimeRecovery" in changed:
            wanted = new.get("pointInTimeRecovery") or {}
            set_recovery(c, id_, bool(wanted.get("enabled")), wanted.get("recoveryPeriodInDays"))
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("dynamodb").delete_table(TableName=id_)
