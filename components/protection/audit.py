"""AWS Backup Audit Manager: a framework that proves, every day, what the settings promise."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.protection.controls import Audited, Control, checked, controls
from components.protection.names import AUDIT_NAME_MAXIMUM, underscored


@dataclass(frozen=True, kw_only=True)
class BackupAuditArgs:
    """Inputs of the framework."""

    framework_name: str
    """Hyphens become underscores, as AWS wants it."""
    audited: Audited
    recorder_name: pulumi.Input[str]
    """Of the AWS Config recorder; an output of ConfigRecorder, so that the framework waits until it records."""
    controls_elsewhere: int = 0
    """Controls of frameworks that are not ours in this account and Region; they count against the same 50."""


class BackupAudit(pulumi.ComponentResource):
    """A framework whose thresholds are derived from the plan, so that it can only ever prove what is deployed.

    components/protection/controls.py says which requirement of NIST SP 800-53, PCI DSS and GDPR each control answers.

    Produces the following resources:
    - `backup.Framework`

    Outputs: `framework_arn`, `framework_name`, `control_count`.

    AWS limits:
    - 50 controls an account and Region (AWS Backup developer guide, controls and remediation); refused beyond
    - names are letters, digits and underscores (AWS Backup FrameworkName)
    - the Region's AWS Config recorder must record the types of components/protection/recorder.py (AWS Backup
      developer guide, choosing your controls)
    - two frameworks cannot hold the same set of controls (AWS Backup CreateFramework, AlreadyExistsException)

    Cost: AWS Config's evaluations, $0.001 each; Audit Manager's own are not priced here.
    """

    def __init__(self, name: str, args: BackupAuditArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:protection:BackupAudit", name, None, opts)
        made = checked(controls(args.audited), elsewhere=args.controls_elsewhere)
        framework = aws.backup.Framework(
            f"{name}-framework",
            name=underscored(args.framework_name, maximum=AUDIT_NAME_MAXIMUM),
            description=pulumi.Output.concat(
                f"What {args.audited.plan_name} promises; recorded by AWS Config recorder ", args.recorder_name
            ),
            controls=[_control(control) for control in made],
            tags={"Name": args.framework_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.framework_arn: pulumi.Output[str] = framework.arn
        self.framework_name: pulumi.Output[str] = framework.name
        self.control_count = len(made)
        self.register_outputs({"frameworkArn": self.framework_arn})


def _control(control: Control) -> aws.backup.FrameworkControlArgs:
    scope = None
    if control.resource_types:
        scope = aws.backup.FrameworkControlScopeArgs(compliance_resource_types=list(control.resource_types))
    elif control.tag is not None:
        scope = aws.backup.FrameworkControlScopeArgs(tags=dict([control.tag]))
    return aws.backup.FrameworkControlArgs(
        name=control.name,
        input_parameters=[
            aws.backup.FrameworkControlInputParameterArgs(name=name, value=value) for name, value in control.parameters
        ],
        scope=scope,
    )
