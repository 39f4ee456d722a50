"""AWS Resilience Hub: our objectives, said to AWS, so that it can judge for itself whether the estate reaches them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# Our strategies in Resilience Hub's words (Resilience Hub API, MultiRegionDisasterRecoveryApproach).
APPROACHES = {
    "backup-restore": "BACKUP_AND_RESTORE",
    "pilot-light": "PILOT_LIGHT",
    "warm-standby": "WARM_STANDBY",
    "active-active": "ACTIVE_ACTIVE",
}
# Resilience Hub API, CreatePolicy name.
POLICY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{1,59}")


@dataclass(frozen=True, kw_only=True)
class ResiliencePolicyArgs:
    """Inputs of the policy."""

    policy_name: str
    strategy: str
    """One of our four strategies."""
    rto_minutes: int
    rpo_minutes: int
    backup_interval_minutes: int
    """The longest time between two backups of any store."""
    key_arn: pulumi.Input[str] | None = None


class ResiliencePolicy(pulumi.ComponentResource):
    """RTO, RPO and strategy as a policy of Resilience Hub, which answers ACHIEVABLE or NOT_ACHIEVABLE for a service.

    The policy alone assesses nothing: the service that it is attached to is described in Resilience Hub.

    Produces the following resources:
    - `resiliencehub.V2Policy` with the targets of several Regions and of data recovery.

    Outputs: `arn`.

    AWS limits:
    - a name of 2 to 60 letters, digits, hyphens and underscores; another name is another policy (Resilience Hub API
      CreatePolicy name; provider documentation of `resiliencehub.V2Policy`)
    - RTO, RPO and time between backups are whole minutes, 0 at least (Resilience Hub API MultiRegionTargets,
      DataRecoveryTargets)

    Cost: the policy is free; assessments are not priced here.
    """

    def __init__(self, name: str, args: ResiliencePolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:objectives_policy:ResiliencePolicy", name, None, opts)
        policy = aws.resiliencehub.V2Policy(
            f"{name}-policy",
            name=checked_name(args.policy_name),
            description=f"SecureCart: {args.strategy}, RTO {args.rto_minutes} minutes, RPO {args.rpo_minutes} minutes",
            multi_region=aws.resiliencehub.V2PolicyMultiRegionArgs(
                disaster_recovery_approach=approach_of(args.strategy),
                rto_in_minutes=args.rto_minutes,
                rpo_in_minutes=args.rpo_minutes,
            ),
            data_recovery=aws.resiliencehub.V2PolicyDataRecoveryArgs(
                time_between_backups_in_minutes=args.backup_interval_minutes
            ),
            kms_key_id=args.key_arn,
            tags={"Name": args.policy_name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = policy.arn
        self.register_outputs({"arn": self.arn})


def approach_of(strategy: str) -> str:
    """The strategy in Resilience Hub's words. Raises ValueError for one that is not ours."""
    if strategy not in APPROACHES:
        raise ValueError(f"strategy is {strategy}, allowed are {', '.join(APPROACHES)}")
    return APPROACHES[strategy]


def checked_name(policy_name: str) -> str:
    """The name. Raises ValueError for one that Resilience Hub would refuse."""
    if not POLICY_NAME.fullmatch(policy_name):
        raise ValueError(
            f"policy_name is {policy_name}, allowed are 2 to 60 letters, digits, hyphens and underscores, the first a"
            " letter or digit (Resilience Hub API CreatePolicy name)"
        )
    return policy_name
