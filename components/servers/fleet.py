"""The backend servers of a Region: one launch template, one Auto Scaling group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import trusts_service
from components.servers.capacity import Capacity
from components.settings.servers import Servers
from components.tags import SNAPSHOT_POLICY, store_tags

# What Systems Manager needs of a server, and nothing else (AWS Systems Manager user guide, "Instance permissions").
SESSION_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
# A new launch template rolls out by adding servers before it removes any (EC2 Auto Scaling RefreshPreferences
# MinHealthyPercentage, at most 100, and MaxHealthyPercentage, at most 200).
REFRESH_AT_LEAST_PERCENT, REFRESH_AT_MOST_PERCENT = 100, 150


@dataclass(frozen=True, kw_only=True)
class ServerFleetArgs:
    """Inputs of the servers of one kind in one Region."""

    group_name: str
    """Name of the group; with its Region it is how the other stack and a person find it."""
    role_name: str
    servers: Servers
    capacity: Capacity
    """From `capacity_of`: the caller knows the strategy and which Region serves."""
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """Key of the volumes; its policy must hold `auto_scaling_statements`."""
    data_class: str
    target_group_arn: pulumi.Input[str] | None = None
    """Without one, EC2's own status checks decide which server is replaced."""
    snapshot_policy: str | None = None
    """Value of the tag that the volumes' snapshot policy selects by; none: the root volumes are not snapshotted."""
    ephemeral: bool = False


class ServerFleet(pulumi.ComponentResource):
    """Servers that are replaced when they fail or when their template changes, spread over the zones.

    They run without public address and without SSH key, with IMDSv2 only, on volumes encrypted with our key. The image
    is read from its SSM parameter at each launch, so a replaced server has the latest patches. Nothing but this
    program, a person and ARC Region switch changes the capacity: there is no scaling policy, and a difference shows up
    as drift. After a failover by Region switch, whoever deploys passes the full capacity for the Region that serves.

    Produces the following resources:
    - `iam.Role` with `iam.RolePolicyAttachment` (Systems Manager's core policy) and `iam.InstanceProfile`
    - `ec2.LaunchTemplate`
    - `autoscaling.Group` (rolling instance refresh)

    Outputs: `arn`, `group_name`, `role_name`, `launch_template_id`.

    AWS limits:
    - the key must admit Auto Scaling's service-linked role (EC2 Auto Scaling user guide, "Required AWS KMS key policy
      for use with encrypted volumes"; components/servers/key_access.py)
    - desired size between minimum and maximum, also while ARC Region switch raises it (EC2 Auto Scaling
      CreateAutoScalingGroup; ARC developer guide, "Amazon EC2 Auto Scaling group execution block")
    - a group's name has at most 255 characters and no colon (EC2 Auto Scaling CreateAutoScalingGroup
      AutoScalingGroupName)

    Cost: the servers and their gp3 volumes by the hour, not priced here; snapshots $0.05 a GB-month.
    """

    def __init__(self, name: str, args: ServerFleetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:fleet:ServerFleet", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        template = self._template(name, args, self._profile(name, args))
        group = self._group(name, args, template)
        self.arn: pulumi.Output[str] = group.arn
        self.group_name: pulumi.Output[str] = group.name
        self.launch_template_id: pulumi.Output[str] = template.id
        self.register_outputs({"arn": self.arn, "groupName": self.group_name})

    def _profile(self, name: str, args: ServerFleetArgs) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-server",
            name=args.role_name,
            assume_role_policy=trusts_service("ec2.amazonaws.com"),
            tags={"Name": args.role_name},
            opts=self._child,
        )
        self.role_name: pulumi.Output[str] = role.name
        attached = aws.iam.RolePolicyAttachment(
            f"{name}-server", role=role.name, policy_arn=SESSION_POLICY, opts=self._child
        )
        profile = aws.iam.InstanceProfile(
            f"{name}-server",
            name=args.role_name,
            role=role.name,
            tags={"Name": args.role_name},
            opts=self._child,
        )
        return pulumi.Output.all(profile.arn, attached.id).apply(lambda made: str(made[0]))

    def _template(self, name: str, args: ServerFleetArgs, profile_arn: pulumi.Input[str]) -> aws.ec2.LaunchTemplate:
        servers = args.servers
        root = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            volume_type="gp3",
            volume_size=servers.root_volume_gib,
            encrypted="true",
            kms_key_id=args.key_arn,
            # What a server must not lose lives in databases, tables and buckets.
            delete_on_termination="true",
        )
        return aws.ec2.LaunchTemplate(
            f"{name}-template",
            name=args.group_name,
            image_id=f"resolve:ssm:{servers.image_ssm_parameter}",
            instance_type=servers.instance_type,
            vpc_security_group_ids=[args.security_group_id],
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile_arn),
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            monitoring=aws.ec2.LaunchTemplateMonitoringArgs(enabled=True),
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name=servers.image_root_device, ebs=root)
            ],
            # Tags of the group reach its instances, but not their volumes (EC2 Auto Scaling user guide, "Tag Auto
            # Scaling groups and instances").
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type="volume", tags=_volume_tags(name, args))
            ],
            update_default_version=True,
            tags={"Name": args.group_name},
            opts=self._child,
        )

    def _group(self, name: str, args: ServerFleetArgs, template: aws.ec2.LaunchTemplate) -> aws.autoscaling.Group:
        balanced = args.target_group_arn is not None
        return aws.autoscaling.Group(
            f"{name}-group",
            name=args.group_name,
            min_size=args.capacity.minimum,
            desired_capacity=args.capacity.desired,
            max_size=args.capacity.maximum,
            vpc_zone_identifiers=list(args.subnet_ids),
            # The version is named, not $Latest: a new one is then a change of the group and rolls out.
            launch_template=aws.autoscaling.GroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            target_group_arns=[args.target_group_arn] if args.target_group_arn is not None else [],
            health_check_type="ELB" if balanced else "EC2",
            health_check_grace_period=args.servers.health_grace_seconds,
            instance_refresh=aws.autoscaling.GroupInstanceRefreshArgs(
                strategy="Rolling",
                preferences=aws.autoscaling.GroupInstanceRefreshPreferencesArgs(
                    min_healthy_percentage=REFRESH_AT_LEAST_PERCENT,
                    max_healthy_percentage=REFRESH_AT_MOST_PERCENT,
                    # Not supported where the image comes from an SSM parameter (RefreshPreferences AutoRollback).
                    auto_rollback=False,
                ),
            ),
            # ARC compares the capacity of both Regions by these (ARC developer guide, capacity monitoring approach).
            enabled_metrics=["GroupInServiceInstances", "GroupDesiredCapacity"],
            force_delete=args.ephemeral,
            tags=[
                aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in sorted(store_tags(name, args.data_class).items())
            ],
            opts=self._child,
        )


def _volume_tags(name: str, args: ServerFleetArgs) -> dict[str, str]:
    found = {SNAPSHOT_POLICY: args.snapshot_policy} if args.snapshot_policy else {}
    return store_tags(name, args.data_class, **found)
