"""AWS Elastic Disaster Recovery: how the servers' disks are replicated block by block to this Region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.servers import ElasticRecovery as ElasticRecoverySettings


@dataclass(frozen=True, kw_only=True)
class PointInTimeRule:
    """One rule of the point-in-time policy."""

    rule_id: int
    interval: int
    units: str
    retention_duration: int


@dataclass(frozen=True, kw_only=True)
class ElasticRecoveryArgs:
    """Inputs of the replication template, in the Region that recovers."""

    settings: ElasticRecoverySettings
    staging_subnet_id: pulumi.Input[str]
    """Subnet of the replication servers; source servers must reach it on TCP 1500."""
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]


class ElasticRecovery(pulumi.ComponentResource):
    """What every source server of this Region starts with: private replication into disks encrypted with our key.

    Opt-in. This is all of Elastic Disaster Recovery that infrastructure as code reaches. What people or the
    `securecart` command do beside it:
    - `InitializeService`, once for each account and Region, before this template (DRS API): it makes the service's
      roles
    - a way from the source servers to the staging subnet (VPC peering or a transit gateway), and from the staging
      subnet to the endpoints of DRS, S3 and EC2: the private network has none of its own
    - the replication agent on each source server (DRS user guide, "Installing the AWS Replication Agent")
    - launch settings of each source server, which exist only once its agent has registered (DRS API
      UpdateLaunchConfiguration), and drills: StartRecovery with `isDrill`

    Produces the following resources:
    - `drs.ReplicationConfigurationTemplate` (private addresses, own key, three point-in-time rules).

    Outputs: `template_arn`.

    AWS limits:
    - exactly three point-in-time rules; only the retention of the daily one is free (DRS API
      CreateReplicationConfigurationTemplate pitPolicy, 3 to 3 members; provider documentation of
      `drs.ReplicationConfigurationTemplate`)
    - the account has called InitializeService in the Region (DRS API, UninitializedAccountException)

    Cost: by source server and hour, and the staging disks and replication servers; not priced here.
    """

    def __init__(self, name: str, args: ElasticRecoveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:elastic_recovery:ElasticRecovery", name, None, opts)
        template = aws.drs.ReplicationConfigurationTemplate(
            f"{name}-template",
            associate_default_security_group=False,
            auto_replicate_new_disks=True,
            bandwidth_throttling=args.settings.bandwidth_throttling_mbps,
            create_public_ip=False,
            data_plane_routing="PRIVATE_IP",
            default_large_staging_disk_type="GP3",
            ebs_encryption="CUSTOM",
            ebs_encryption_key_arn=args.key_arn,
            replication_server_instance_type=args.settings.replication_instance_type,
            replication_servers_security_groups_ids=[args.security_group_id],
            staging_area_subnet_id=args.staging_subnet_id,
            staging_area_tags={"Name": f"{name}-staging"},
            use_dedicated_replication_server=False,
            pit_policies=[
                aws.drs.ReplicationConfigurationTemplatePitPolicyArgs(
                    enabled=True,
                    rule_id=rule.rule_id,
                    interval=rule.interval,
                    units=rule.units,
                    retention_duration=rule.retention_duration,
                )
                for rule in point_in_time_rules(args.settings.point_in_time_days)
            ],
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.template_arn: pulumi.Output[str] = template.arn
        self.register_outputs({"templateArn": self.template_arn})


def point_in_time_rules(days: int) -> list[PointInTimeRule]:
    """Every 10 minutes for an hour, every hour for a day, every day for `days`: DRS takes these three and no others."""
    return [
        PointInTimeRule(rule_id=1, interval=10, units="MINUTE", retention_duration=60),
        PointInTimeRule(rule_id=2, interval=1, units="HOUR", retention_duration=24),
        PointInTimeRule(rule_id=3, interval=1, units="DAY", retention_duration=days),
    ]
