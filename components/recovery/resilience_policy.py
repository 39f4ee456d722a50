"""The objectives as AWS Resilience Hub knows them, so that AWS can judge by itself what they are worth (row 11)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.objectives import Objectives, Strategy

# AWS Resilience Hub's names of the same strategies (resiliencehubv2 CreatePolicy disasterRecoveryApproach).
APPROACHES: dict[Strategy, str] = {
    Strategy.BACKUP_RESTORE: "BACKUP_AND_RESTORE",
    Strategy.PILOT_LIGHT: "PILOT_LIGHT",
    Strategy.WARM_STANDBY: "WARM_STANDBY",
    Strategy.ACTIVE_ACTIVE: "ACTIVE_ACTIVE",
}


@dataclass(frozen=True, kw_only=True)
class ResiliencePolicyArgs:
    """Inputs of the policy."""

    policy_name: str
    strategy: Strategy
    objectives: Objectives
    backup_interval_minutes: int
    """Longest time between two backups: the largest gap of the plan's most frequent rule."""


class ResiliencePolicy(pulumi.ComponentResource):
    """RTO, RPO and approach of the estate, declared to AWS Resilience Hub.

    Produces the following resources:
    - `resiliencehub.V2Policy`

    Outputs: `arn`.

    AWS limits:
    - The approach is one of five words; assessed targets come back as ACHIEVABLE or not (resiliencehubv2 API).

    Cost: an assessment is not priced here; the policy alone is not billed.
    """

    def __init__(self, name: str, args: ResiliencePolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:recovery:ResiliencePolicy", name, None, opts)
        policy = aws.resiliencehub.V2Policy(
            f"{name}-policy",
            name=args.policy_name,
            description="SecureCart's objectives when a Region is lost",
            multi_region=aws.resiliencehub.V2PolicyMultiRegionArgs(
                disaster_recovery_approach=APPROACHES[args.strategy],
                rto_in_minutes=args.objectives.rto_minutes,
                rpo_in_minutes=args.objectives.rpo_minutes,
            ),
            data_recovery=aws.resiliencehub.V2PolicyDataRecoveryArgs(
                time_between_backups_in_minutes=args.backup_interval_minutes
            ),
            tags={"Name": args.policy_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = policy.arn
        self.register_outputs({"arn": self.arn})
