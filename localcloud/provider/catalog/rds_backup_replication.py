"""RDS automated backups of an instance, replicated into the provider's Region."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some


class InstanceAutomatedBackupsReplication(ResourceType):
    token = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    replace_on = frozenset({"sourceDbInstanceArn", "kmsKeyId", "retentionPeriod"})
    exclusive = True
    modelled = frozenset({"sourceDbInstanceArn", "kmsKeyId", "retentionPeriod"})
    kept = frozenset({"kmsKeyId"})
    defaults: ClassVar = {"retentionPeriod": 7}
    state_only = frozenset({"preSignedUrl"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        made = c.client("rds").start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=p["sourceDbInstanceArn"],
            SourceRegion=p["sourceDbInstanceArn"].split(":")[3],
            BackupRetentionPeriod=p.get("retentionPeriod", 7),
            **some(KmsKeyId=p.get("kmsKeyId")),
        )
        return str(made["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("rds").describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=id_)
        if not found["DBInstanceAutomatedBackups"]:
            return None
        backup = found["DBInstanceAutomatedBackups"][0]
        return {
            "sourceDbInstanceArn": backup["DBInstanceArn"],
            "kmsKeyId": backup.get("KmsKeyId"),
            "retentionPeriod": backup["BackupRetentionPeriod"],
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("rds").stop_db_instance_automated_backups_replication(SourceDBInstanceArn=state["sourceDbInstanceArn"])
