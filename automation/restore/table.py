"""DynamoDB: a table beside the old one, from point-in-time recovery, from a backup, or from a recovery point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import code_of
from automation.recovery.checks import Verdict
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from automation.restore import jobs
from automation.restore.moments import Window
from automation.restore.proof import Proof, canonical, digest
from automation.restore.wanted import Purpose, Wanted, backup_role, iso, side_of
from components.naming import PROJECT

_ABSENT = ("ResourceNotFoundException", "TableNotFoundException")
Items = dict[bytes, Any]


@dataclass
class TableRestorer:
    """Keys and indexes come with the data; key, recovery, stream and protection are set as the store's are.

    Expiry (TTL) stays off: it would delete at once what expired since.
    """

    world: World
    wanted: Wanted
    _job: str = ""
    _waits: bool = False

    def check(self) -> None:
        if not isinstance(self.wanted.source, datetime):
            return
        if self._original is None:
            raise SecurecartError(
                f"{self.wanted.original} does not exist in {self.wanted.region}: nothing to go back in; nothing was changed.",
                "--recovery-point ARN (aws dynamodb list-backups --backup-type SYSTEM shows what a deleted table left)",
                ExitCode.BAD_INPUT,
            )
        self._window().until(self.world.now()).check(self.wanted.label, self.wanted.source)

    def act(self) -> Facts | None:
        wanted, source = self.wanted, self.wanted.source
        if self._described(wanted.name):
            return None
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self._key}
        if isinstance(source, datetime):
            window = self._window()
            self._waits = window.latest is not None and source > window.latest
            if self._waits:  # DynamoDB restores up to five minutes ago: until then it is asked again
                return {"waitedFor": iso(source)}
            self._call(
                "restore_table_to_point_in_time", SourceTableName=wanted.original, TargetTableName=wanted.name,
                RestoreDateTime=source, SSESpecificationOverride=encryption,
            )  # fmt: skip
        elif source.vault:
            metadata = {"targetTableName": wanted.name, "encryptionType": "KMS", "kmsMasterKeyArn": self._key}
            role = backup_role(self.world, side_of(self.world, wanted.region), "restore-tests")
            self._job = jobs.start_restore(self.world, wanted.region, source, role, metadata, salt=wanted.name)
        else:
            self._call(
                "restore_table_from_backup", BackupArn=source.arn, TargetTableName=wanted.name,
                SSESpecificationOverride=encryption,
            )  # fmt: skip
        return {"table": wanted.name}

    def settled(self) -> Settled:
        name = self.wanted.name
        if self._job:
            job = jobs.restore_settled(self.world, self.wanted.region, self._job)
            if not job.done:
                return job
        found = self._described(name)
        if found is None and self._waits:
            self.act()
            return Settled(
                False, f"waiting until DynamoDB can restore to {self.wanted.from_text}: {self._window().text}"
            )
        if found is None:
            return Settled(False, f"{name} is not there yet")
        if found["TableStatus"] != "ACTIVE":
            return Settled(False, f"{name} is {found['TableStatus']}")
        self._tag(found["TableArn"])
        if self.wanted.purpose is Purpose.RESTORE and (missing := self._protect(found)):
            return Settled(False, f"{name} is being protected: {missing}")
        return Settled(True, f"{name} is ACTIVE", {"table": name, "arn": found["TableArn"]})

    def verify(self) -> Proof:
        wanted = self.wanted
        found = items(self.world, wanted.region, wanted.name)
        live = items(self.world, wanted.region, wanted.original) if self._original else None
        facts: dict[str, Any] = {"live": "gone" if live is None else differences(found, live)}
        known: dict[str, Any] = {"records": len(found), "checksum": digest(found.values()), "facts": facts}
        said = f"{wanted.name}: {len(found)} items"
        if self._original and (wrong := self._other_shape()):
            return Proof(verdict=Verdict.FAIL, said=f"{said}; {wrong}", **known)
        if not found and live != {}:
            return Proof(verdict=Verdict.UNKNOWN, said=f"{said}: empty, and nothing says that it should be", **known)
        return Proof(
            verdict=Verdict.PASS, said=said + (f"; {text_of(facts['live'])}" if live is not None else ""), **known
        )

    def _window(self) -> Window:
        said = self._call("describe_continuous_backups", TableName=self.wanted.original)["ContinuousBackupsDescription"]
        recovery = said.get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            raise SecurecartError(
                f"{self.wanted.original} has no point-in-time recovery; nothing was changed.",
                "--recovery-point ARN", ExitCode.BAD_INPUT,
            )  # fmt: skip
        return Window(recovery.get("EarliestRestorableDateTime"), recovery.get("LatestRestorableDateTime"))

    def _other_shape(self) -> str:
        """How keys and indexes differ from the living table's."""
        new, old = self._described(self.wanted.name) or {}, self._original or {}
        for part in ("KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            names = [sorted(str(one.get("IndexName") or one) for one in table.get(part) or []) for table in (new, old)]
            if names[0] != names[1]:
                return f"{part} is {names[0]}, the living table's is {names[1]}"
        return ""

    def _protect(self, found: Mapping[str, Any]) -> str:
        """Turns on what is still off; what that was."""
        name = self.wanted.name
        said = self._call("describe_continuous_backups", TableName=name)["ContinuousBackupsDescription"]
        if said.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
            days = self.world.estate.settings.tables[self.wanted.store].pitr_days
            recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
            self._call("update_continuous_backups", TableName=name, PointInTimeRecoverySpecification=recovery)
            return "point-in-time recovery"
        if not found.get("DeletionProtectionEnabled"):
            self._call("update_table", TableName=name, DeletionProtectionEnabled=True)
            return "deletion protection"
        if not (found.get("StreamSpecification") or {}).get("StreamEnabled"):
            stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
            self._call("update_table", TableName=name, StreamSpecification=stream)
            return "stream"
        return ""

    def _tag(self, arn: str) -> None:
        kept: dict[str, str] = {}
        if self._original and self.wanted.purpose is Purpose.RESTORE:
            kept = self._tags_of(self._original["TableArn"])
        wanted = {key: value for key, value in kept.items() if not key.startswith("aws:")} | self.wanted.tags
        if wanted.items() - self._tags_of(arn).items():
            self._call("tag_resource", ResourceArn=arn, Tags=[{"Key": k, "Value": v} for k, v in wanted.items()])

    def _tags_of(self, arn: str) -> dict[str, str]:
        found = self.world.aws.pages("dynamodb", self.wanted.region, "list_tags_of_resource", "Tags", ResourceArn=arn)
        return {one["Key"]: one["Value"] for one in found}

    @cached_property
    def _original(self) -> dict[str, Any] | None:
        return self._described(self.wanted.original)

    @cached_property
    def _key(self) -> str:
        """The living table's key, else the Region's data key."""
        own = ((self._original or {}).get("SSEDescription") or {}).get("KMSMasterKeyArn")
        return str(own or data_key(self.world, self.wanted.region))

    def _described(self, name: str) -> dict[str, Any] | None:
        return describe(self.world, self.wanted.region, name)

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call("dynamodb", self.wanted.region, operation, **asked)


def describe(world: World, region: str, name: str) -> dict[str, Any] | None:
    """DescribeTable; None when there is none of that name."""
    try:
        return dict(world.aws.call("dynamodb", region, "describe_table", TableName=name)["Table"])
    except ClientError as refusal:
        if code_of(refusal) in _ABSENT:
            return None
        raise


def data_key(world: World, region: str) -> str:
    """ARN of the key that encrypts the stores of a Region."""
    said = world.aws.call("kms", region, "describe_key", KeyId=f"alias/{PROJECT}/data")
    return str(said["KeyMetadata"]["Arn"])


def items(world: World, region: str, name: str) -> Items:
    """Every item by its key, read consistently. The whole table goes through memory."""
    table = world.aws.call("dynamodb", region, "describe_table", TableName=name)["Table"]
    keys = [one["AttributeName"] for one in table["KeySchema"]]
    found = world.aws.pages("dynamodb", region, "scan", "Items", TableName=name, ConsistentRead=True)
    return {canonical({key: item[key] for key in keys}): item for item in found}


def differences(restored: Items, live: Items) -> dict[str, int]:
    """How the living table differs from the restored one: what a swap would undo."""
    return {
        "same": sum(live.get(key) == item for key, item in restored.items()),
        "changedSince": sum(key in live and live[key] != item for key, item in restored.items()),
        "goneSince": len(restored.keys() - live.keys()),
        "newSince": len(live.keys() - restored.keys()),
    }


def text_of(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {words}" for words, count in (
        ("as in the living store", found["same"]), ("changed since", found["changedSince"]),
        ("gone since", found["goneSince"]), ("new since", found["newSince"]),
    ))  # fmt: skip
