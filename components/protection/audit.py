"""AWS Backup Audit Manager: controls whose numbers are the plan's own, and daily reports (row 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement, for_service_role
from components.settings.limits import RDS_BACKUP_RETENTION
from components.settings.protection import BackupRule, Manage, VaultLock, copied_rules_of
from components.strategy.schedules import largest_gap_minutes

# AWS Backup Audit Manager quotas: controls an account and Region.
CONTROLS_MAXIMUM = 50
# The API's longest answer to "how old may the newest recovery point be" (BACKUP_LAST_RECOVERY_POINT_CREATED).
RECOVERY_POINT_AGE_DAYS_MAXIMUM = 31
REPORT_PREFIX = "backup-reports"
REPORTS_SERVICE = "reports.backup.amazonaws.com"
REPORTS = ("BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
COMPLIANCE_REPORTS = ("RESOURCE_COMPLIANCE_REPORT", "CONTROL_COMPLIANCE_REPORT")
# What SecureCart promises for its databases (row 1); the vault's lock may hold them longer.
DATABASE_RETENTION_DAYS = RDS_BACKUP_RETENTION.minimum
TYPES = ("RDS", "DynamoDB", "S3", "EBS")


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control: what it checks, its parameters, and which requirement its evidence serves."""

    name: str
    requirement: str
    parameters: Mapping[str, str]
    resource_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackupAuditArgs:
    """Inputs of the audit of a Region."""

    framework_name: str
    """A letter, then letters, digits and underscores (CreateFramework)."""
    rules: Mapping[str, BackupRule]
    lock: VaultLock
    copy_region: str
    max_restore_minutes: int
    """The RTO: a restore that takes longer is a finding."""
    project: str
    """Value of the `project` tag that the controls are limited to."""
    reports_bucket_name: pulumi.Input[str]
    recording: pulumi.Input[str] | None = None
    """Available once AWS Config records; None where the account's own recorder is adopted."""


class BackupAudit(pulumi.ComponentResource):
    """Proves day by day that the plan is kept: the same numbers that the plan has are what the controls ask for.

    Produces the following resources:
    - `backup.Framework` with the controls of `controls()`
    - `backup.ReportPlan` for backup, copy and restore jobs, and for the compliance of resources and of controls

    Outputs: `framework_arn`.

    AWS limits:
    - At most 50 controls an account and Region (AWS Backup Audit Manager quotas).
    - The same set of controls cannot be deployed twice in a Region (terraform-provider-aws#23382).
    - A scope takes one tag at most (ControlScope Tags).
    - Controls judge what AWS Config records: see ConfigRecorder.

    Cost: evaluations are not priced here; the reports are a few kilobytes a day.
    """

    def __init__(self, name: str, args: BackupAuditArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupAudit", name, None, opts)
        framework = aws.backup.Framework(
            f"{name}-framework",
            # The recorder's name is empty text here: it makes the framework wait until AWS Config records.
            name=pulumi.Output.from_input(args.recording).apply(lambda _: args.framework_name),
            description="SecureCart: what the backup plan promises",
            controls=[_control(control, args.project) for control in controls(args)],
            tags={"Name": args.framework_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        for template in (*REPORTS, *COMPLIANCE_REPORTS):
            compliance = template in COMPLIANCE_REPORTS
            report = f"{args.framework_name}_{template.lower()}"
            aws.backup.ReportPlan(
                f"{name}-{template.lower().replace('_', '-')}",
                name=report,
                description=f"SecureCart: {template.lower().replace('_', ' ')}, daily",
                report_setting=aws.backup.ReportPlanReportSettingArgs(
                    report_template=template,
                    framework_arns=[framework.arn] if compliance else None,
                    number_of_frameworks=1 if compliance else None,
                ),
                report_delivery_channel=aws.backup.ReportPlanReportDeliveryChannelArgs(
                    s3_bucket_name=args.reports_bucket_name, s3_key_prefix=REPORT_PREFIX, formats=["CSV", "JSON"]
                ),
                tags={"Name": report},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.framework_arn: pulumi.Output[str] = framework.arn
        self.register_outputs({"frameworkArn": self.framework_arn})


def controls(args: BackupAuditArgs) -> list[Control]:
    """The controls with parameters taken from the plan. Raises ValueError beyond AWS's quota."""
    found = list(_controls(args))
    if len(found) > CONTROLS_MAXIMUM:
        raise ValueError(
            f"{len(found)} controls, AWS Backup Audit Manager allows {CONTROLS_MAXIMUM} an account and Region"
        )
    return found


def _controls(args: BackupAuditArgs) -> Iterator[Control]:
    often = min(args.rules.values(), key=lambda rule: largest_gap_minutes(rule.schedule))
    hours = -(-largest_gap_minutes(often.schedule) // 60)
    shortest = min(rule.retention_days for rule in args.rules.values())
    frequency = {"requiredFrequencyUnit": "hours", "requiredFrequencyValue": str(hours)} if hours < 24 else {
        "requiredFrequencyUnit": "days", "requiredFrequencyValue": str(-(-hours // 24))
    }  # fmt: skip
    yield Control(
        name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
        requirement="NIST 800-53r5 CP-9; PCI DSS 4.0 10.5.1; GDPR Art. 32(1)(c)",
        parameters={},
        resource_types=TYPES,
    )
    yield Control(
        name="BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
        requirement="NIST 800-53r5 CP-9; PCI DSS 4.0 10.5.1",
        parameters={**frequency, "requiredRetentionDays": str(shortest)},
    )
    yield Control(
        name="BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
        requirement="SecureCart row 1: at least 7 days of database backups; PCI DSS 4.0 10.5.1",
        parameters={"requiredRetentionDays": str(max(DATABASE_RETENTION_DAYS, args.lock.min_days))},
    )
    yield Control(
        name="BACKUP_RECOVERY_POINT_ENCRYPTED",
        requirement="PCI DSS 4.0 3.5.1; GDPR Art. 32(1)(a); NIST 800-53r5 CP-9(8)",
        parameters={},
    )
    yield Control(
        name="BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
        requirement="PCI DSS 4.0 10.3.4; NIST 800-53r5 CP-9",
        parameters={},  # an empty principalArnList is refused: leaving it out means nobody is excepted
    )
    if copied_rules_of(args.rules):
        yield Control(
            name="BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
            requirement="NIST 800-53r5 CP-6, CP-9(3); GDPR Art. 32(1)(b)",
            parameters={"crossRegionList": args.copy_region},
            resource_types=TYPES,
        )
    yield Control(
        name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
        requirement="PCI DSS 4.0 10.3.4; NIST 800-53r5 CP-9(8)",
        parameters={"minRetentionDays": str(args.lock.min_days), "maxRetentionDays": str(args.lock.max_days)},
        resource_types=TYPES,
    )
    age_days = min(-(-hours // 24) + 1, RECOVERY_POINT_AGE_DAYS_MAXIMUM)
    yield Control(
        name="BACKUP_LAST_RECOVERY_POINT_CREATED",
        requirement="NIST 800-53r5 CP-9; GDPR Art. 32(1)(c)",
        parameters={"recoveryPointAgeUnit": "days", "recoveryPointAgeValue": str(age_days)},
        resource_types=TYPES,
    )
    yield Control(
        name="RESTORE_TIME_FOR_RESOURCES_MEET_TARGET",
        requirement="NIST 800-53r5 CP-10; GDPR Art. 32(1)(c, d)",
        parameters={"maxRestoreTime": str(args.max_restore_minutes)},
        resource_types=TYPES,
    )


def _control(control: Control, project: str) -> aws.backup.FrameworkControlArgs:
    scope = (
        aws.backup.FrameworkControlScopeArgs(compliance_resource_types=list(control.resource_types))
        if control.resource_types
        else aws.backup.FrameworkControlScopeArgs(tags={"project": project})
        if control.name.startswith("BACKUP_PLAN")
        else None
    )
    return aws.backup.FrameworkControlArgs(
        name=control.name,
        input_parameters=[
            aws.backup.FrameworkControlInputParameterArgs(name=name, value=value)
            for name, value in control.parameters.items()
        ],
        scope=scope,
    )


@dataclass(frozen=True, kw_only=True)
class ReportRoleArgs:
    """Inputs of the reports' role."""

    account_id: str
    manage: Manage


class ReportRole(pulumi.ComponentResource):
    """The account's service-linked role that delivers reports. IAM is global, so prod makes it for both Regions.

    A bucket policy must name it, and cannot before it exists; a condition in its place would make the policy public to S3.

    Produces the following resources:
    - `iam.ServiceLinkedRole` for reports.backup.amazonaws.com (kept when the stack goes: it is the account's), or nothing where
      the account has it already (`backup.audit.reportRole: adopt`).

    Outputs: `arn`.

    AWS limits:
    - One an account; a second is refused (IAM CreateServiceLinkedRole).

    Cost: free.
    """

    def __init__(self, name: str, args: ReportRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:ReportRole", name, None, opts)
        self.arn: pulumi.Output[str] = pulumi.Output.from_input(report_role_arn(args.account_id))
        if args.manage is Manage.CREATE:
            role = aws.iam.ServiceLinkedRole(
                f"{name}-role",
                aws_service_name=REPORTS_SERVICE,
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            self.arn = role.arn
        self.register_outputs({"arn": self.arn})


def report_role_arn(account_id: str) -> str:
    """The role's ARN, which AWS fixes (IAM user guide, service-linked roles)."""
    return f"arn:aws:iam::{account_id}:role/aws-service-role/{REPORTS_SERVICE}/AWSServiceRoleForBackupReports"


def report_statements(bucket_arn: pulumi.Input[str], role_arn: pulumi.Input[str]) -> list[Statement]:
    """What the reports need in the policy of their bucket (AWS Backup developer guide, "Creating report plans")."""
    return [
        {
            "Sid": "BackupReportsAreDelivered",
            "Effect": "Allow",
            "Principal": {"AWS": role_arn},
            "Action": "s3:PutObject",
            "Resource": pulumi.Output.concat(bucket_arn, f"/{REPORT_PREFIX}/*"),
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        }
    ]


def report_key_statements(account_id: str) -> list[Statement]:
    """What the reports need in the policy of the key that their bucket encrypts with."""
    return [
        for_service_role(
            "BackupReportsAreEncrypted",
            ["kms:GenerateDataKey", "kms:Decrypt"],
            role_arn=report_role_arn(account_id),
            account_id=account_id,
        )
    ]
