"""AWS Elastic Disaster Recovery: the servers' blocks, replicated all the time (row 12, opt-in)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.servers import ElasticRecovery


@dataclass(frozen=True, kw_only=True)
class BlockReplicationArgs:
    """Inputs of the replication."""

    settings: ElasticRecovery
    subnet_id: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]


class BlockReplication(pulumi.ComponentResource):
    """How the Region that takes over receives the blocks of servers that run an agent.

    Not everything of it can be declared: the service is initialised once (`aws drs initialize-service`), the agent is installed on
    each server, and the launch settings of each source server are set when it appears.

    Produces the following resources:
    - `drs.ReplicationConfigurationTemplate`

    Outputs: `arn`.

    AWS limits:
    - Exactly three rules of points in time: every 10 minutes for an hour, every hour for a day, every day for `retention_days`;
      only the last may differ (AWS Elastic Disaster Recovery, CreateReplicationConfigurationTemplate PitPolicy).
    - The service must have been initialised in the Region (UninitializedAccountException).

    Cost: about $0.028 a server and hour from memory, and the staging volumes; not checked here.
    """

    def __init__(self, name: str, args: BlockReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:servers:BlockReplication", name, None, opts)
        template = aws.drs.ReplicationConfigurationTemplate(
            f"{name}-replication",
            associate_default_security_group=False,
            bandwidth_throttling=args.settings.bandwidth_mbps,
            create_public_ip=False,
            data_plane_routing="PRIVATE_IP",
            default_large_staging_disk_type="GP3",
            ebs_encryption="CUSTOM",
            ebs_encryption_key_arn=args.key_arn,
            replication_server_instance_type=args.settings.replication_server_type,
            replication_servers_security_groups_ids=[args.security_group_id],
            staging_area_subnet_id=args.subnet_id,
            staging_area_tags={"Name": f"{name}-staging"},
            use_dedicated_replication_server=False,
            auto_replicate_new_disks=True,
            pit_policies=[
                _points(1, "MINUTE", interval=10, kept=60),
                _points(2, "HOUR", interval=1, kept=24),
                _points(3, "DAY", interval=1, kept=args.settings.retention_days),
            ],
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn: pulumi.Output[str] = template.arn
        self.register_outputs({"arn": self.arn})


def _points(rule: int, unit: str, *, interval: int, kept: int) -> aws.drs.ReplicationConfigurationTemplatePitPolicyArgs:
    return aws.drs.ReplicationConfigurationTemplatePitPolicyArgs(
        rule_id=rule, enabled=True, interval=interval, retention_duration=kept, units=unit
    )
