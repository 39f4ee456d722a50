"""The load balancer in front of the servers: TLS in, health out (rows 11 and 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings.servers import Servers

# TLS 1.3, and 1.2 with forward secrecy for older browsers (Elastic Load Balancing user guide, "Security policies").
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
# A server that is taken out finishes what it began.
DRAINING_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class FrontDoorArgs:
    """Inputs of the load balancer."""

    load_balancer_name: str
    """At most 32 characters (CreateLoadBalancer)."""
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Public subnets, at least two zones."""
    security_group_id: pulumi.Input[str]
    certificate_arn: str
    """ACM certificate of the same Region."""
    servers: Servers
    deletable: bool = False
    """True lifts the deletion protection: ephemeral stacks, and parts on their way out."""


class FrontDoor(pulumi.ComponentResource):
    """An application load balancer that speaks TLS to customers and asks the servers whether they can sell.

    Produces the following resources:
    - `lb.LoadBalancer` (deletion protection), `lb.TargetGroup`
    - `lb.Listener` for HTTPS, and one that redirects HTTP to it

    Outputs: `dns_name`, `zone_id`, `target_group_arn`.

    AWS limits:
    - Names have at most 32 characters, letters, digits and hyphens (CreateLoadBalancer, CreateTargetGroup).
    - Two zones at least; the certificate is one of the same Region (Elastic Load Balancing user guide).

    Cost: about $16 a month and what it carries is AWS's list price; not checked here.
    """

    def __init__(self, name: str, args: FrontDoorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:servers:FrontDoor", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        balancer = aws.lb.LoadBalancer(
            f"{name}-load-balancer",
            name=args.load_balancer_name,
            load_balancer_type="application",
            internal=False,
            subnets=list(args.subnet_ids),
            security_groups=[args.security_group_id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=not args.deletable,
            tags={"Name": args.load_balancer_name},
            opts=child,
        )
        targets = aws.lb.TargetGroup(
            f"{name}-targets",
            name=args.load_balancer_name,
            port=args.servers.port,
            protocol="HTTP",
            target_type="instance",
            vpc_id=args.vpc_id,
            deregistration_delay=DRAINING_SECONDS,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=args.servers.health_path, protocol="HTTP", matcher="200", interval=10, healthy_threshold=2
            ),
            tags={"Name": args.load_balancer_name},
            opts=child,
        )
        aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=args.certificate_arn,
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=targets.arn)],
            tags={"Name": f"{args.load_balancer_name}-https"},
            opts=child,
        )
        redirect = aws.lb.ListenerDefaultActionRedirectArgs(port="443", protocol="HTTPS", status_code="HTTP_301")
        aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="redirect", redirect=redirect)],
            tags={"Name": f"{args.load_balancer_name}-http"},
            opts=child,
        )
        self.dns_name: pulumi.Output[str] = balancer.dns_name
        self.zone_id: pulumi.Output[str] = balancer.zone_id
        self.target_group_arn: pulumi.Output[str] = targets.arn
        self.register_outputs({"dnsName": self.dns_name})
