"""AWS Backup of one Region, from the vault to the proof that it restores: the same in both tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.keys import RegionalKey
from components.naming import PROJECT, Names
from components.protection.air_gapped import IsolatedVault, IsolatedVaultArgs
from components.protection.audit import BackupAudit, BackupAuditArgs
from components.protection.plan import BackupPlan, BackupPlanArgs
from components.protection.recorder import ConfigRecorder, ConfigRecorderArgs
from components.protection.restore_tests import RestoreTesting, RestoreTestingArgs
from components.protection.role import BackupRole, BackupRoleArgs
from components.protection.vault import LockedVault, LockedVaultArgs
from components.settings import Role, Settings
from components.settings.protection import Manage, rules_of
from components.tiers.shared import vault_key_args


@dataclass(frozen=True, kw_only=True)
class RegionProtectionArgs:
    """Inputs of a Region's protection."""

    settings: Settings
    stores: Mapping[str, Mapping[str, pulumi.Input[str]]]
    """ARNs of what is backed up, by kind and name."""
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """The Region's data key: restore tests and delivered records are encrypted with it."""
    audit_bucket_name: pulumi.Input[str]
    """Available once its policy lets reports and records in."""
    audit_bucket_arn: pulumi.Input[str]
    subnet_group_name: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    zone: pulumi.Input[str]


class RegionProtection(pulumi.ComponentResource):
    """The vault and its key, the plan with its copies, the tests that restore from it, and what audits all of that.

    Produces the following resources: one RegionalKey, LockedVault, BackupRole and BackupPlan; RestoreTesting, ConfigRecorder,
    BackupAudit and IsolatedVault as the settings ask for them.

    Outputs: `vault`, `plan`, `role_arn`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: RegionProtectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:RegionProtection", name, None, opts)
        self._args, self._settings = args, args.settings
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        key = RegionalKey("vault", vault_key_args(self._settings, self._names), self._child)
        self.vault = self._vault(name, key)
        role = BackupRoleArgs(role_name=self._names.role_name("backup"), account_id=self._settings.account_id)
        self.role_arn: pulumi.Output[str] = BackupRole(name, role, self._child).arn
        self.plan = self._plan(name, self._isolated(name, key))
        self._restore_tests(name)
        self._audit(name)
        self.register_outputs({"vaultArn": self.vault.arn})

    def _vault(self, name: str, key: RegionalKey) -> LockedVault:
        settings = self._settings
        args = LockedVaultArgs(
            vault_name=self._names.vault(settings.role),
            key_arn=key.arn,
            account_id=settings.account_id,
            lock=settings.vault_lock,
            topic_arn=self._args.topic_arn,
            administrator_roles=settings.administrator_roles,
            ephemeral=settings.ephemeral,
        )
        return LockedVault(name, args, self._child)

    def _isolated(self, name: str, key: RegionalKey) -> pulumi.Output[str] | None:
        settings = self._settings
        isolated = settings.backup.air_gapped_vault
        if isolated is None:
            return None
        args = IsolatedVaultArgs(
            vault_name=f"{self._names.of_region('isolated')}-{isolated.min_days}d-{isolated.max_days}d",
            min_days=isolated.min_days,
            max_days=isolated.max_days,
            key_arn=key.arn,
            ephemeral=settings.ephemeral,
        )
        return IsolatedVault(name, args, self._child).arn

    def _plan(self, name: str, isolated_arn: pulumi.Output[str] | None) -> BackupPlan:
        """A Region that does not serve runs fewer rules: the other one's copies arrive anyway."""
        settings = self._settings
        other = Role.SECONDARY if settings.role is Role.PRIMARY else Role.PRIMARY
        args = BackupPlanArgs(
            plan_name=self._names.plan(settings.role),
            role_arn=self.role_arn,
            vault_name=self.vault.vault_name,
            copy_vault_arn=self._names.vault_arn(other),
            rules=rules_of(settings.backup, active=settings.is_active),
            stores=self._args.stores,
            selection_tag=settings.backup.selection_tag,
            air_gapped_vault_arn=isolated_arn,
        )
        return BackupPlan(name, args, self._child)

    def _restore_tests(self, name: str) -> None:
        tests = self._settings.backup.restore_tests
        if tests.enabled:
            args = RestoreTestingArgs(
                plan_name=self._names.underscored("restores"),
                role_arn=self.role_arn,
                tests=tests,
                project=PROJECT,
                vault_arn=self.vault.arn,
                key_arn=self._args.key_arn,
                subnet_group_name=self._args.subnet_group_name,
                security_group_id=self._args.security_group_id,
                zone=self._args.zone,
            )
            RestoreTesting(name, args, self._child)

    def _audit(self, name: str) -> None:
        settings = self._settings
        if not settings.backup.audit.enabled:
            return
        recording = None
        if settings.backup.audit.config_recorder is Manage.CREATE:
            recorder = ConfigRecorderArgs(
                recorder_name=self._names.of_region(),
                role_name=self._names.role_name("config"),
                bucket_name=self._args.audit_bucket_name,
                bucket_arn=self._args.audit_bucket_arn,
                key_arn=self._args.key_arn,
                account_id=settings.account_id,
            )
            recording = ConfigRecorder("config", recorder, self._child).recording
        args = BackupAuditArgs(
            framework_name=self._names.underscored("backups"),
            rules=rules_of(settings.backup, active=settings.is_active),
            lock=settings.vault_lock,
            copy_region=settings.other_region,
            max_restore_minutes=settings.objectives.rto_minutes,
            project=PROJECT,
            reports_bucket_name=self._args.audit_bucket_name,
            recording=recording,
        )
        BackupAudit(name, args, self._child)
