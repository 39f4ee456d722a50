"""The backend servers: a template, and a group that runs as many of it as the strategy asks for (rows 9 and 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement, for_service_role, trusts_service
from components.settings.servers import Servers, capacity

# Lets an operator reach a server through AWS Systems Manager: no key pair, no open port.
MANAGED_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
# Time in which a new server may still fail its health check.
GRACE_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class ServerFleetArgs:
    """Inputs of a fleet."""

    group_name: str
    role_name: str
    servers: Servers
    percent: int
    """Share of the full size that runs, 0 to 100: 0 is a fleet that is ready and costs nothing."""
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """A key whose policy lets the Auto Scaling service-linked role use it (`autoscaling_statements`)."""
    tags: Mapping[str, str]
    """Of the servers and their volumes; the snapshot policy selects volumes by them."""
    target_group_arn: pulumi.Input[str] | None = None


class ServerFleet(pulumi.ComponentResource):
    """Servers that can be started in either Region from the same template, with encrypted volumes and no way in but Systems
    Manager.

    Produces the following resources:
    - `ec2.LaunchTemplate` (instance metadata version 2 only, encrypted gp3 root volume, newest image at each start)
    - `autoscaling.Group` over the private subnets
    - `iam.Role`, `iam.RolePolicyAttachment` and `iam.InstanceProfile` of the servers

    Outputs: `group_arn`, `group_name`, `role_arn`.

    AWS limits:
    - An encrypted volume of a group is made by the Auto Scaling service-linked role, which needs the key (Amazon EC2 Auto Scaling
      user guide, "Required AWS KMS key policy").
    - The group takes at most as many subnets as zones, and its desired size lies between minimum and maximum.

    Cost: the running servers and their volumes ($0.08 a GB and month is AWS's list price of gp3; not checked here). At 0 percent
    nothing.
    """

    def __init__(self, name: str, args: ServerFleetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:servers:ServerFleet", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        template = self._template(name, args, self._profile(name, args))
        minimum, desired, maximum = capacity(args.servers, args.percent)
        group = aws.autoscaling.Group(
            f"{name}-group",
            name=args.group_name,
            min_size=minimum,
            desired_capacity=desired,
            max_size=maximum,
            vpc_zone_identifiers=list(args.subnet_ids),
            launch_template=aws.autoscaling.GroupLaunchTemplateArgs(id=template.id, version="$Latest"),
            target_group_arns=[args.target_group_arn] if args.target_group_arn is not None else None,
            health_check_type="ELB" if args.target_group_arn is not None else "EC2",
            health_check_grace_period=GRACE_SECONDS,
            tags=[
                aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in args.tags.items()
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.group_arn: pulumi.Output[str] = group.arn
        self.group_name: pulumi.Output[str] = group.name
        self.register_outputs({"groupArn": self.group_arn})

    def _profile(self, name: str, args: ServerFleetArgs) -> aws.iam.InstanceProfile:
        role = aws.iam.Role(
            f"{name}-server",
            name=args.role_name,
            assume_role_policy=trusts_service("ec2.amazonaws.com"),
            tags={"Name": args.role_name},
            opts=self._child,
        )
        aws.iam.RolePolicyAttachment(f"{name}-server", role=role.name, policy_arn=MANAGED_POLICY, opts=self._child)
        self.role_arn: pulumi.Output[str] = role.arn
        return aws.iam.InstanceProfile(
            f"{name}-server", name=args.role_name, role=role.name, tags={"Name": args.role_name}, opts=self._child
        )

    def _template(self, name: str, args: ServerFleetArgs, profile: aws.iam.InstanceProfile) -> aws.ec2.LaunchTemplate:
        disk = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            volume_size=args.servers.root_volume_gib,
            volume_type="gp3",
            encrypted="true",
            kms_key_id=args.key_arn,
            delete_on_termination="true",
        )
        return aws.ec2.LaunchTemplate(
            f"{name}-template",
            name=args.group_name,
            update_default_version=True,
            # Resolved at each start, in the Region of the start: the same line is right in both (Amazon EC2 user guide, "Use a
            # Systems Manager parameter instead of an AMI ID").
            image_id=f"resolve:ssm:{args.servers.image_parameter}",
            instance_type=args.servers.instance_type,
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            vpc_security_group_ids=[args.security_group_id],
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvda", ebs=disk),
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=args.tags)
                for kind in ("instance", "volume")
            ],
            tags={"Name": args.group_name},
            opts=self._child,
        )


def autoscaling_statements(account_id: str) -> list[Statement]:
    """What the servers' volumes need in the policy of their key.

    Amazon EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes".
    """
    role = f"arn:aws:iam::{account_id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    return [
        for_service_role(
            "AutoScalingUsesTheKey",
            ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            role_arn=role,
            account_id=account_id,
        ),
        for_service_role(
            "AutoScalingAttachesVolumes",
            ["kms:CreateGrant"],
            role_arn=role,
            account_id=account_id,
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
