"""The service-linked role that writes reports of AWS Backup."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.protection import Ownership

REPORTS_SERVICE = "reports.backup.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class ReportsRoleArgs:
    """Inputs of the service-linked role of reports."""

    account_id: str
    ownership: Ownership
    """`adopt` in the second stack of an account, and where a report or framework was ever made before."""


class ReportsRole(pulumi.ComponentResource):
    """The service-linked role that writes reports, there before a bucket or key policy names it.

    AWS makes it with the account's first report; until then a policy that names it is refused as "Invalid principal"
    (AWS Backup developer guide, creating report plans), and the first reports are lost.

    Produces the following resources:
    - `iam.ServiceLinkedRole` if created (kept when the stack goes: it is the account's); nothing if adopted

    Outputs: `arn`.

    AWS limits:
    - one an account (AWS IAM CreateServiceLinkedRole)

    Cost: none.
    """

    def __init__(self, name: str, args: ReportsRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:ReportsRole", name, None, opts)
        self.arn: pulumi.Output[str] = pulumi.Output.from_input(reports_role_arn(args.account_id))
        if args.ownership is Ownership.CREATE:
            role = aws.iam.ServiceLinkedRole(
                f"{name}-role",
                aws_service_name=REPORTS_SERVICE,
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            self.arn = role.arn
        self.register_outputs({"arn": self.arn})


def reports_role_arn(account_id: str) -> str:
    """Of AWSServiceRoleForBackupReports (AWS Backup developer guide, using service-linked roles)."""
    return f"arn:aws:iam::{account_id}:role/aws-service-role/{REPORTS_SERVICE}/AWSServiceRoleForBackupReports"
