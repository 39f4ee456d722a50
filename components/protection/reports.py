"""Reports of AWS Backup Audit Manager: what was backed up, copied and restored, and what complies, every day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.names import AUDIT_NAME_MAXIMUM, underscored

# AWS Backup ReportSetting ReportTemplate, by the suffix of the plan's name.
JOB_REPORTS: Mapping[str, str] = {
    "backup_jobs": "BACKUP_JOB_REPORT",
    "copy_jobs": "COPY_JOB_REPORT",
    "restore_jobs": "RESTORE_JOB_REPORT",
}
COMPLIANCE_REPORTS: Mapping[str, str] = {
    "resource_compliance": "RESOURCE_COMPLIANCE_REPORT",
    "control_compliance": "CONTROL_COMPLIANCE_REPORT",
}


@dataclass(frozen=True, kw_only=True)
class BackupReportsArgs:
    """Inputs of the reports."""

    report_name: str
    """What each plan's name begins with; hyphens become underscores."""
    bucket_name: pulumi.Input[str]
    """Of this Region; its policy needs report_delivery_statements, its key's policy report_key_statements. Pass what
    is available once both are in place."""
    key_prefix: str = "backup-reports"
    framework_arn: pulumi.Input[str] | None = None
    """None, the default: reports of jobs only."""


class BackupReports(pulumi.ComponentResource):
    """Daily reports as CSV and JSON: one for each kind of job, and of what complies, by store and by control.

    Produces the following resources:
    - `backup.ReportPlan`: three for jobs, two for compliance given a framework

    Outputs: `arns` (by suffix of the report's name).

    AWS limits:
    - names are letters, digits and underscores (AWS Backup ReportPlanName)
    - only compliance reports name a framework, and only of this Region (AWS Backup ReportSetting FrameworkArns)

    Cost: storage of the reports, $0.023 per GB-month.
    """

    def __init__(self, name: str, args: BackupReportsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupReports", name, None, opts)
        compliance = {} if args.framework_arn is None else COMPLIANCE_REPORTS
        frameworks = [] if args.framework_arn is None else [args.framework_arn]
        settings = {
            suffix: aws.backup.ReportPlanReportSettingArgs(report_template=template)
            for suffix, template in JOB_REPORTS.items()
        } | {
            suffix: aws.backup.ReportPlanReportSettingArgs(
                report_template=template, framework_arns=frameworks, number_of_frameworks=len(frameworks)
            )
            for suffix, template in compliance.items()
        }
        self.arns: dict[str, pulumi.Output[str]] = {
            suffix: self._report(name, suffix, args, setting).arn for suffix, setting in settings.items()
        }
        self.register_outputs({"arns": self.arns})

    def _report(
        self, name: str, suffix: str, args: BackupReportsArgs, setting: aws.backup.ReportPlanReportSettingArgs
    ) -> aws.backup.ReportPlan:
        report_name = underscored(f"{args.report_name}_{suffix}", maximum=AUDIT_NAME_MAXIMUM)
        return aws.backup.ReportPlan(
            f"{name}-{suffix.replace('_', '-')}",
            name=report_name,
            description=f"Daily {suffix.replace('_', ' ')} of AWS Backup",
            report_delivery_channel=aws.backup.ReportPlanReportDeliveryChannelArgs(
                s3_bucket_name=args.bucket_name, s3_key_prefix=args.key_prefix, formats=["CSV", "JSON"]
            ),
            report_setting=setting,
            tags={"Name": report_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
