"""The load balancer of a Region: what customers reach, and what tells DNS whether the Region can serve."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network_groups import HTTP_PORT, HTTPS_PORT

# TLS 1.3, and 1.2 with forward secrecy only (Elastic Load Balancing, "Security policies for your Application Load
# Balancer").
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
# Elastic Load Balancing API, CreateLoadBalancer Name and CreateTargetGroup Name.
NAME = re.compile(r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
# Requests that a server still answers get this long to end when it leaves.
DRAIN_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class FrontDoorArgs:
    """Inputs of a load balancer."""

    load_balancer_name: str
    """Also the target group's; at most 32 letters, digits and hyphens."""
    vpc_id: pulumi.Input[str]
    public_subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    """Of the load balancer's own Region; its names cover the record that customers use."""
    port: int
    """Port of the application on its servers."""
    health_path: str
    health_interval_seconds: int = 10
    unhealthy_threshold: int = 2
    """Checks in a row that must fail before a server gets no more requests; as many must pass."""
    ephemeral: bool = False


class FrontDoor(pulumi.ComponentResource):
    """An internet-facing Application Load Balancer that speaks HTTPS only and sends plain HTTP there.

    It has no access log: the log bucket of a load balancer must be encrypted with SSE-S3, and every bucket here is
    encrypted with our own key. CloudTrail records who changes it, CloudWatch what it answers.

    Produces the following resources:
    - `lb.LoadBalancer` (deletion protection unless ephemeral, malformed headers dropped)
    - `lb.TargetGroup` with a health check
    - two `lb.Listener`: HTTPS with our certificate, HTTP redirecting to it

    Outputs: `arn`, `dns_name`, `zone_id` (of the load balancer's name, for an alias record), `target_group_arn`.

    AWS limits:
    - a name has at most 32 letters, digits and hyphens, no hyphen at either end, and does not begin with `internal-`
      (Elastic Load Balancing CreateLoadBalancer Name)
    - subnets of at least two zones (Elastic Load Balancing CreateLoadBalancer Subnets)
    - the access log's bucket knows SSE-S3 only (Elastic Load Balancing user guide, "Access logs for your Application
      Load Balancer")

    Cost: by the hour and by capacity unit, not priced here.
    """

    def __init__(self, name: str, args: FrontDoorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:load_balancer:FrontDoor", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        checked(args)
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            name=args.load_balancer_name,
            load_balancer_type="application",
            internal=False,
            subnets=list(args.public_subnet_ids),
            security_groups=[args.security_group_id],
            enable_deletion_protection=not args.ephemeral,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            tags={"Name": args.load_balancer_name},
            opts=self._child,
        )
        group = self._target_group(name, args)
        listener = self._listeners(name, args, balancer.arn, group.arn)
        self.arn: pulumi.Output[str] = balancer.arn
        self.dns_name: pulumi.Output[str] = balancer.dns_name
        self.zone_id: pulumi.Output[str] = balancer.zone_id
        # Auto Scaling refuses a group with ELB health checks whose target group has no load balancer yet.
        self.target_group_arn: pulumi.Output[str] = pulumi.Output.all(group.arn, listener.arn).apply(
            lambda made: str(made[0])
        )
        self.register_outputs({"arn": self.arn, "dnsName": self.dns_name})

    def _target_group(self, name: str, args: FrontDoorArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{name}-targets",
            name=args.load_balancer_name,
            vpc_id=args.vpc_id,
            port=args.port,
            protocol="HTTP",
            target_type="instance",
            deregistration_delay=DRAIN_SECONDS,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                enabled=True,
                protocol="HTTP",
                path=args.health_path,
                port="traffic-port",
                matcher="200",
                interval=args.health_interval_seconds,
                timeout=args.health_interval_seconds // 2,
                healthy_threshold=args.unhealthy_threshold,
                unhealthy_threshold=args.unhealthy_threshold,
            ),
            tags={"Name": args.load_balancer_name},
            opts=self._child,
        )

    def _listeners(
        self,
        name: str,
        args: FrontDoorArgs,
        balancer_arn: pulumi.Input[str],
        group_arn: pulumi.Input[str],
    ) -> aws.lb.Listener:
        aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer_arn,
            port=HTTP_PORT,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="redirect",
                    redirect=aws.lb.ListenerDefaultActionRedirectArgs(
                        protocol="HTTPS", port=str(HTTPS_PORT), status_code="HTTP_301"
                    ),
                )
            ],
            tags={"Name": f"{args.load_balancer_name}-http"},
            opts=self._child,
        )
        return aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer_arn,
            port=HTTPS_PORT,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=args.certificate_arn,
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=group_arn)],
            tags={"Name": f"{args.load_balancer_name}-https"},
            opts=self._child,
        )


def checked(args: FrontDoorArgs) -> None:
    """Raises ValueError for what Elastic Load Balancing would refuse."""
    if not NAME.fullmatch(args.load_balancer_name):
        raise ValueError(
            f"load_balancer_name is {args.load_balancer_name}, allowed are at most 32 letters, digits and hyphens, no"
            " hyphen at either end, not internal-... (Elastic Load Balancing CreateLoadBalancer Name)"
        )
    if len(args.public_subnet_ids) < 2:
        raise ValueError(
            f"public_subnet_ids has {len(args.public_subnet_ids)} entries, at least 2 in different zones are needed:"
            " make the network public (Elastic Load Balancing CreateLoadBalancer Subnets)"
        )
    if not 5 <= args.health_interval_seconds <= 300:
        raise ValueError(
            f"health_interval_seconds is {args.health_interval_seconds}, allowed is 5 to 300"
            " (Elastic Load Balancing CreateTargetGroup HealthCheckIntervalSeconds)"
        )
    if not 2 <= args.unhealthy_threshold <= 10:
        raise ValueError(
            f"unhealthy_threshold is {args.unhealthy_threshold}, allowed is 2 to 10"
            " (Elastic Load Balancing CreateTargetGroup UnhealthyThresholdCount)"
        )
