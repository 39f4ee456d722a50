"""RDS: an instance beside the old one, from its automated backups at a moment, from a snapshot, or from a recovery point."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery import databases
from automation.recovery.aws import code_of
from automation.recovery.checks import Verdict
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from automation.restore import database_backups as backups
from automation.restore import jobs
from automation.restore.database_content import Content, UnreadableError, read
from automation.restore.database_template import template_of
from automation.restore.moments import Window
from automation.restore.proof import Proof
from automation.restore.wanted import Purpose, RecoveryPoint, Wanted, backup_role, group_of, iso, side_of
from components.settings.databases import Engine

# What RDS calls a RestoreTime that it cannot reach (RestoreDBInstanceToPointInTime, errors).
_TOO_EARLY = frozenset({"InvalidRestoreFault", "InvalidParameterValue", "InvalidParameterCombination"})


@dataclass
class DatabaseRestorer:
    """Subnets, parameters, size and protection are those of the old instance, or of another one of the Region when it is gone."""

    world: World
    wanted: Wanted
    _job: str = ""
    _waits: bool = False

    def check(self) -> None:
        if isinstance(self.wanted.source, datetime):
            if not self._origin:
                raise SecurecartError(
                    f"{self.wanted.original} is not in {self.wanted.region} and left no automated backups; nothing was changed.",
                    "--recovery-point ARN of a snapshot or of a recovery point", ExitCode.BAD_INPUT,
                )  # fmt: skip
            self._window().until(self.world.now()).check(self.wanted.label, self.wanted.source)
        self._template  # noqa: B018  it says which instance is missing

    def act(self) -> Facts | None:
        wanted = self.wanted
        if databases.describe(self.world, wanted.region, wanted.name):
            return None
        source, name = wanted.source, wanted.name
        if isinstance(source, datetime):
            return self._to_moment(source)
        if source.vault:
            role = backup_role(self.world, side_of(self.world, wanted.region), "restore-tests")
            self._job = jobs.start_restore(self.world, wanted.region, source, role, self._metadata(source), salt=name)
            return {"restoreJobId": self._job}
        snapshot = source.arn.split(":snapshot:")[-1]
        self._call(
            "restore_db_instance_from_db_snapshot",
            DBInstanceIdentifier=name, DBSnapshotIdentifier=snapshot, **self._settings(),
        )  # fmt: skip
        return {"identifier": name}

    def settled(self) -> Settled:
        name = self.wanted.name
        found = databases.describe(self.world, self.wanted.region, name)
        if self._job:
            job = jobs.restore_settled(self.world, self.wanted.region, self._job)
            if not job.done:
                return job
        if found is None and isinstance(self.wanted.source, datetime) and self._waits:
            self._to_moment(self.wanted.source)
            return Settled(False, f"waiting until RDS can restore to {iso(self.wanted.source)}: {self._window().text}")
        if found is None:
            return Settled(False, f"{name} is not there yet")
        if found["DBInstanceStatus"] != databases.AVAILABLE:
            return Settled(False, f"{name} is {found['DBInstanceStatus']}")
        if changes := self._unprotected(found):
            self._call("modify_db_instance", DBInstanceIdentifier=name, ApplyImmediately=True, **changes)
            return Settled(False, f"{name} is being protected: {', '.join(sorted(changes))}")
        wanted = self._tags()
        if wanted.items() - _tags_of(found).items():
            tags = [{"Key": key, "Value": value} for key, value in wanted.items()]
            self._call("add_tags_to_resource", ResourceName=found["DBInstanceArn"], Tags=tags)
        facts = {"identifier": name, "endpoint": databases.endpoint_of(found), "resourceId": found.get("DbiResourceId")}
        return Settled(True, f"{name} is available", facts)

    def verify(self) -> Proof:
        wanted, store = self.wanted, self.wanted.store
        engine = self.world.estate.settings.databases[store].engine
        if engine is not Engine.POSTGRES:
            return Proof(
                verdict=Verdict.UNKNOWN, said=f"{wanted.name}: the content of {engine} is not read by this command"
            )
        try:
            content = read(self.world, wanted.region, wanted.name, store)
        except UnreadableError as reason:
            return Proof(verdict=Verdict.UNKNOWN, said=f"{wanted.name} cannot be read from here: {reason}")
        live = self._live()
        facts: dict[str, Any] = {"tables": content.rows, "live": live.rows if live else "UNKNOWN"}
        facts["sameAsLive"] = content.checksum == live.checksum if live else "UNKNOWN"
        known: dict[str, Any] = {
            "records": content.records,
            "checksum": content.checksum,
            "latest": content.latest,
            "facts": facts,
        }
        said = (
            f"{wanted.name}: {content.records} rows in {len(content.rows)} tables, newest {content.latest or 'unknown'}"
        )
        if not content.records:
            return Proof(verdict=Verdict.UNKNOWN, said=f"{said}: empty, and nothing says that it should be", **known)
        return Proof(verdict=Verdict.PASS, said=said, **known)

    def _to_moment(self, moment: datetime) -> Facts | None:
        """A moment of the last minutes cannot be restored yet (RDS uploads logs every five minutes): then it is tried again."""
        try:
            self._call(
                "restore_db_instance_to_point_in_time",
                TargetDBInstanceIdentifier=self.wanted.name, RestoreTime=moment, **self._origin, **self._settings(),
            )  # fmt: skip
        except ClientError as refusal:
            latest = self._window().latest
            if code_of(refusal) not in _TOO_EARLY or latest is None or moment <= latest:
                raise
            self._waits = True
            return {"waitedFor": iso(moment)}
        self._waits = False
        return {"identifier": self.wanted.name}

    def _live(self) -> Content | None:
        try:
            return read(self.world, self.wanted.region, self.wanted.original, self.wanted.store)
        except UnreadableError:
            return None  # damaged or gone: that is why somebody restores

    @cached_property
    def _original(self) -> dict[str, Any] | None:
        return databases.describe(self.world, self.wanted.region, self.wanted.original)

    @cached_property
    def _template(self) -> dict[str, Any]:
        """The instance whose network and protection the new one gets."""
        found = template_of(self.world, self.wanted.region, self.wanted.store)
        if not found:
            raise SecurecartError(
                f"{self.wanted.region} has neither a database nor the groups for one; nothing was changed.",
                "securecart up, then restore", ExitCode.BAD_INPUT,
            )  # fmt: skip
        return found

    @cached_property
    def _origin(self) -> dict[str, str]:
        return backups.origin(self.world, self.wanted, living=self._original is not None)

    def _window(self) -> Window:
        return backups.window(self.world, self.wanted, self._original)

    def _settings(self) -> dict[str, Any]:
        template = self._template
        settings = {
            "DBInstanceClass": template["DBInstanceClass"],
            "DBSubnetGroupName": (template.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
            "DBParameterGroupName": self._parameter_group,
            "VpcSecurityGroupIds": self._groups or None,
            "MultiAZ": self._keeps and bool(template.get("MultiAZ")),
            "PubliclyAccessible": False,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": self._keeps,
            "EnableIAMDatabaseAuthentication": bool(template.get("IAMDatabaseAuthenticationEnabled")),
            "Tags": [{"Key": key, "Value": value} for key, value in self._tags().items()],
        }
        return {key: value for key, value in settings.items() if value is not None}

    def _metadata(self, point: RecoveryPoint) -> dict[str, str]:
        """For AWS Backup (developer guide, "Restore an RDS database"): texts, lists as JSON; it takes no tags."""
        known = self.world.aws.call(
            "backup", self.wanted.region, "get_recovery_point_restore_metadata",
            BackupVaultName=point.vault, RecoveryPointArn=point.arn,
        ).get("RestoreMetadata", {})  # fmt: skip
        asked = {
            key: value
            for key, value in self._settings().items()
            if key not in ("Tags", "EnableIAMDatabaseAuthentication")
        }
        given = {
            key: json.dumps(value)
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
            for key, value in asked.items()
        }
        kept = {key: value for key, value in known.items() if key in ("StorageType", "Port", "DBName", "Engine")}
        moment = {"UseLatestRestorableTime": "true"} if point.continuous else {}
        return {**kept, **given, **moment, "DBInstanceIdentifier": self.wanted.name}

    def _unprotected(self, found: dict[str, Any]) -> dict[str, Any]:
        """What still differs from what it should be, as ModifyDBInstance takes it."""
        days = int(self._template.get("BackupRetentionPeriod") or 1) if self._keeps else 0
        groups = sorted(one["VpcSecurityGroupId"] for one in found.get("VpcSecurityGroups", []))
        parameters = [one["DBParameterGroupName"] for one in found.get("DBParameterGroups", [])]
        changes: dict[str, Any] = {}
        if bool(found.get("DeletionProtection")) != self._keeps:
            changes["DeletionProtection"] = self._keeps
        if int(found.get("BackupRetentionPeriod") or 0) != days:
            changes["BackupRetentionPeriod"] = days
        if self._groups and groups != sorted(self._groups):
            changes["VpcSecurityGroupIds"] = self._groups
        if self._parameter_group and self._parameter_group not in parameters:
            changes["DBParameterGroupName"] = self._parameter_group
        return changes

    def _tags(self) -> dict[str, str]:
        kept = _tags_of(self._original or {}) if self._keeps else {}
        return {key: value for key, value in kept.items() if not key.startswith("aws:")} | self.wanted.tags

    @property
    def _keeps(self) -> bool:
        return self.wanted.purpose is Purpose.RESTORE

    @property
    def _groups(self) -> list[str]:
        """Those of the old instance; a drill has one of its own, which admits nobody, or does not start."""
        if self._keeps:
            return [str(one["VpcSecurityGroupId"]) for one in self._template.get("VpcSecurityGroups", [])]
        group = group_of(self.world, self.wanted.region, self.wanted.token)
        if not group:
            raise SecurecartError("the drill's own security group is gone; nothing was restored into the living one")
        return [group]

    @property
    def _parameter_group(self) -> str | None:
        groups = self._template.get("DBParameterGroups") or []
        return str(groups[0]["DBParameterGroupName"]) if groups else None

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call("rds", self.wanted.region, operation, **asked)


def _tags_of(instance: dict[str, Any]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in instance.get("TagList", [])}
