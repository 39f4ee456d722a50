"""AWS Backup: vaults with lock, policy and notifications, air-gapped vaults, and the account's settings of a Region."""

from __future__ import annotations

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some


def set_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    backup = c.client("backup")
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        backup.untag_resource(ResourceArn=arn, TagKeyList=gone)
    if after:
        backup.tag_resource(ResourceArn=arn, Tags=after)


def live_tags(c: Context, arn: str) -> dict[str, str]:
    return dict(c.client("backup").list_tags(ResourceArn=arn).get("Tags") or {})


class Vault(ResourceType):
    token = "aws:backup/vault:Vault"
    replace_on = frozenset({"name", "kmsKeyArn"})
    modelled = frozenset({"name", "kmsKeyArn"})
    kept = frozenset({"kmsKeyArn"})
    state_only = frozenset({"forceDestroy"})
    computed = ("arn", "recoveryPoints")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_backup_vault(
            BackupVaultName=p["name"], BackupVaultTags=c.all_tags(p), **some(EncryptionKeyArn=p.get("kmsKeyArn"))
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        vault = c.client("backup").describe_backup_vault(BackupVaultName=id_)
        return {
            "arn": vault["BackupVaultArn"],
            "name": vault["BackupVaultName"],
            "kmsKeyArn": vault.get("EncryptionKeyArn"),
            "recoveryPoints": vault.get("NumberOfRecoveryPoints", 0),
            "tagsAll": live_tags(c, vault["BackupVaultArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        backup = c.client("backup")
        if state.get("forceDestroy"):
            for page in backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=id_):
                for point in page["RecoveryPoints"]:
                    backup.delete_recovery_point(BackupVaultName=id_, RecoveryPointArn=point["RecoveryPointArn"])
        backup.delete_backup_vault(BackupVaultName=id_)


class VaultLockConfiguration(ResourceType):
    token = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
    exclusive = True
    replace_on = frozenset({"backupVaultName", "minRetentionDays", "maxRetentionDays", "changeableForDays"})
    modelled = frozenset({"backupVaultName", "minRetentionDays", "maxRetentionDays"})
    state_only = frozenset({"changeableForDays"})
    computed = ("backupVaultArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=p["backupVaultName"],
            **some(
                MinRetentionDays=p.get("minRetentionDays"),
                MaxRetentionDays=p.get("maxRetentionDays"),
                ChangeableForDays=p.get("changeableForDays"),
            ),
        )
        return str(p["backupVaultName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        vault = c.client("backup").describe_backup_vault(BackupVaultName=id_)
        if not vault.get("Locked"):
            return None
        return {
            "backupVaultName": id_,
            "backupVaultArn": vault["BackupVaultArn"],
            "minRetentionDays": vault.get("MinRetentionDays"),
            "maxRetentionDays": vault.get("MaxRetentionDays"),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault_lock_configuration(BackupVaultName=id_)


class VaultPolicy(ResourceType):
    token = "aws:backup/vaultPolicy:VaultPolicy"
    replace_on = frozenset({"backupVaultName"})
    modelled = frozenset({"backupVaultName", "policy"})
    documents = frozenset({"policy"})
    computed = ("backupVaultArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").put_backup_vault_access_policy(BackupVaultName=p["backupVaultName"], Policy=p["policy"])
        return str(p["backupVaultName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("backup").get_backup_vault_access_policy(BackupVaultName=id_)
        return {"backupVaultName": id_, "backupVaultArn": found["BackupVaultArn"], "policy": found["Policy"]}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault_access_policy(BackupVaultName=id_)


class VaultNotifications(ResourceType):
    token = "aws:backup/vaultNotifications:VaultNotifications"
    exclusive = True
    replace_on = frozenset({"backupVaultName", "snsTopicArn", "backupVaultEvents"})
    modelled = replace_on
    unordered = frozenset({"backupVaultEvents"})
    computed = ("backupVaultArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").put_backup_vault_notifications(
            BackupVaultName=p["backupVaultName"], SNSTopicArn=p["snsTopicArn"], BackupVaultEvents=p["backupVaultEvents"]
        )
        return str(p["backupVaultName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("backup").get_backup_vault_notifications(BackupVaultName=id_)
        return {
            "backupVaultName": id_,
            "backupVaultArn": found["BackupVaultArn"],
            "snsTopicArn": found["SNSTopicArn"],
            "backupVaultEvents": sorted(found["BackupVaultEvents"]),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault_notifications(BackupVaultName=id_)


class LogicallyAirGappedVault(ResourceType):
    token = "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
    replace_on = frozenset({"name", "minRetentionDays", "maxRetentionDays", "encryptionKeyArn"})
    modelled = replace_on
    kept = frozenset({"encryptionKeyArn"})
    state_only = frozenset({"timeouts"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_logically_air_gapped_backup_vault(
            BackupVaultName=p["name"],
            BackupVaultTags=c.all_tags(p),
            MinRetentionDays=p["minRetentionDays"],
            MaxRetentionDays=p["maxRetentionDays"],
            **some(EncryptionKeyArn=p.get("encryptionKeyArn")),
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        vault = c.client("backup").describe_backup_vault(BackupVaultName=id_)
        return {
            "arn": vault["BackupVaultArn"],
            "name": vault["BackupVaultName"],
            "minRetentionDays": vault["MinRetentionDays"],
            "maxRetentionDays": vault["MaxRetentionDays"],
            "encryptionKeyArn": vault.get("EncryptionKeyArn"),
            "tagsAll": live_tags(c, vault["BackupVaultArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_backup_vault(BackupVaultName=id_)


class RegionSettings(ResourceType):
    """Settings of the account in a Region: deleting the resource forgets it and leaves them, as the official provider does."""

    token = "aws:backup/regionSettings:RegionSettings"
    modelled = frozenset({"resourceTypeOptInPreference", "resourceTypeManagementPreference"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").update_region_settings(
            ResourceTypeOptInPreference=p["resourceTypeOptInPreference"],
            **some(ResourceTypeManagementPreference=p.get("resourceTypeManagementPreference")),
        )
        return c.region

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("backup").describe_region_settings()
        return {
            "resourceTypeOptInPreference": live["ResourceTypeOptInPreference"],
            "resourceTypeManagementPreference": live.get("ResourceTypeManagementPreference"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        return None
