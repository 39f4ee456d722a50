"""AWS Backup of one Region, from the vault to the proof that it restores: the same in both tiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.keys import RegionalKey
from components.naming import Names
from components.protection.air_gapped import AirGappedVault, AirGappedVaultArgs
from components.protection.audit import BackupAudit, BackupAuditArgs
from components.protection.backup_plan import BackupPlan, BackupPlanArgs
from components.protection.controls import Audited
from components.protection.recorder import ConfigRecorder, ConfigRecorderArgs
from components.protection.reports import BackupReports, BackupReportsArgs
from components.protection.restore_tests import RestoreTests, RestoreTestsArgs
from components.protection.vault import LockedVault, LockedVaultArgs
from components.settings import Role, Settings
from components.settings.base import Switch
from components.settings.protection import Kind, in_region
from components.tiers.shared import REPORTS_PREFIX, vault_key_args


@dataclass(frozen=True, kw_only=True)
class RegionProtectionArgs:
    """Inputs of a Region's protection."""

    settings: Settings
    stores: Mapping[Kind, Mapping[str, pulumi.Input[str]]]
    """ARNs of what is backed up, by kind and by identifier."""
    data_key_arns: Sequence[pulumi.Input[str]]
    """The data key of this Region, then that of the other."""
    topic_arn: pulumi.Input[str]
    audit_bucket_name: pulumi.Input[str]
    """Available once its policy lets reports and records in."""
    audit_bucket_arn: pulumi.Input[str]
    subnet_group_name: pulumi.Input[str]
    security_group_id: pulumi.Input[str]


class RegionProtection(pulumi.ComponentResource):
    """The vault and its key, the plan with its copies, the tests that restore from it, and what audits all of that.

    A Region that does not serve runs fewer rules, since the other one's copies arrive in its vault anyway.

    Produces the following resources: one RegionalKey, LockedVault and BackupPlan; AirGappedVault, RestoreTests, ConfigRecorder,
    BackupAudit and BackupReports as the settings ask for them.

    Outputs: `vault`, `plan`.

    AWS limits:
    - Of each part: see its own page.

    Cost: of each part.
    """

    def __init__(self, name: str, args: RegionProtectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:RegionProtection", name, None, opts)
        self._args, self._settings = args, args.settings
        self._names = Names(settings=args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        self._protection = in_region(self._settings.backup, active=self._settings.is_active)
        # Every kind that this Region has stores of; a plan's rules may name others.
        self._kinds = [kind for kind in Kind if args.stores.get(kind)]
        self._key = RegionalKey("vault", vault_key_args(self._settings, self._names), self._child)
        self.vault = self._vault(name)
        self.plan = self._plan(name)
        self._restore_tests(name)
        self._audit(name)
        self.register_outputs({"vaultArn": self.vault.arn})

    def _vault(self, name: str) -> LockedVault:
        settings = self._settings
        args = LockedVaultArgs(
            vault_name=self._names.vault(settings.role),
            key_arn=self._key.arn,
            account_id=settings.account_id,
            lock_min_days=settings.vault_lock.min_days,
            lock_max_days=settings.vault_lock.max_days,
            irrevocable_after_days=settings.vault_lock.irrevocable_after_days,
            topic_arn=self._args.topic_arn,
            administrator_roles=settings.administrator_roles,
            ephemeral=settings.ephemeral,
        )
        return LockedVault(name, args, self._child)

    def _plan(self, name: str) -> BackupPlan:
        settings = self._settings
        other = Role.SECONDARY if settings.role is Role.PRIMARY else Role.PRIMARY
        isolated = None
        if settings.backup.air_gapped is not None:
            retention = settings.backup.air_gapped
            vault = AirGappedVaultArgs(
                vault_name=f"{self._names.of_region('isolated')}-{retention.min_days}d-{retention.max_days}d",
                retention=retention,
                key_arn=self._key.arn,
            )
            isolated = AirGappedVault(name, vault, self._child).arn
        args = BackupPlanArgs(
            plan_name=self._names.plan(settings.role),
            role_name=self._names.role_name("backup"),
            vault_name=self.vault.vault_name,
            copy_vault_arn=self._names.vault_arn(other),
            protection=self._protection,
            stores={kind: self._args.stores.get(kind, {}) for kind in Kind},
            key_arns=[*self._args.data_key_arns, self._key.arn],
            air_gapped_vault_arn=isolated,
        )
        return BackupPlan(name, args, self._child)

    def _restore_tests(self, name: str) -> None:
        tests = self._protection.tests
        if tests.state is Switch.ON:
            args = RestoreTestsArgs(
                plan_name=self._names.of_region("restores"),
                role_name=self._names.role_name("restore-tests"),
                tests=tests,
                vault_arns=[self.vault.arn],
                key_arn=self._args.data_key_arns[0],
                vault_key_arns=[self._key.arn],
                subnet_group_name=self._args.subnet_group_name,
                security_group_ids=[self._args.security_group_id],
            )
            RestoreTests(name, args, self._child)

    def _audit(self, name: str) -> None:
        settings, protection = self._settings, self._protection
        framework_arn = None
        if protection.audit.state is Switch.ON:
            recorder = ConfigRecorderArgs(
                ownership=protection.config_recorder,
                role_name=self._names.role_name("config"),
                account_id=settings.account_id,
                bucket_name=self._args.audit_bucket_name,
                bucket_arn=self._args.audit_bucket_arn,
                key_arn=self._args.data_key_arns[0],
            )
            audited = Audited(
                protection=protection,
                lock=settings.vault_lock,
                plan_name=self._names.plan(settings.role),
                copy_region=settings.other_region,
                rto_minutes=settings.objectives.rto_minutes,
                exempt_role_arns=[
                    f"arn:aws:iam::{settings.account_id}:role/{role}" for role in settings.administrator_roles
                ],
                kinds=self._kinds,
            )
            args = BackupAuditArgs(
                framework_name=self._names.of_region("backups"),
                audited=audited,
                recorder_name=ConfigRecorder("config", recorder, self._child).recorder_name,
            )
            framework_arn = BackupAudit(name, args, self._child).framework_arn
        if protection.reports is Switch.ON:
            reports = BackupReportsArgs(
                report_name=self._names.of_region("reports"),
                bucket_name=self._args.audit_bucket_name,
                key_prefix=REPORTS_PREFIX,
                framework_arn=framework_arn,
            )
            BackupReports(name, reports, self._child)
