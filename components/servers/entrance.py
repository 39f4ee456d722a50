"""The only place of the network that the internet reaches: subnets for the load balancer, and nothing else in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network import HTTPS_PORT, entrance_ranges

HTTP_PORT = 80
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class EntranceArgs:
    """Inputs of the entrance."""

    vpc_id: pulumi.Input[str]
    cidr_block: str
    """Of the whole network; its last quarter is used."""
    zones: Sequence[pulumi.Input[str]]
    application_group_id: pulumi.Input[str]
    server_port: int


class Entrance(pulumi.ComponentResource):
    """Public subnets and the group of the load balancer. Data and servers stay where no route leads to the internet.

    Produces the following resources:
    - `ec2.InternetGateway`, one `ec2.RouteTable` with a default `ec2.Route`, and a `ec2.Subnet` with its
      `ec2.RouteTableAssociation` in each zone
    - `ec2.SecurityGroup` of the load balancer: HTTPS and HTTP (which is redirected) from anywhere, to the servers on their port
      alone

    Outputs: `subnet_ids`, `group_id`.

    AWS limits:
    - A load balancer's subnets have at least a /27 with eight free addresses (Elastic Load Balancing user guide).

    Cost: free; public addresses of the load balancer are billed by hour, not priced here.
    """

    def __init__(self, name: str, args: EntranceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:servers:Entrance", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.subnet_ids: list[pulumi.Output[str]] = self._subnets(name, args)
        self._make_group(name, args)
        self.register_outputs({"subnetIds": self.subnet_ids, "groupId": self.group_id})

    def _subnets(self, name: str, args: EntranceArgs) -> list[pulumi.Output[str]]:
        gateway = aws.ec2.InternetGateway(
            f"{name}-gateway", vpc_id=args.vpc_id, tags={"Name": f"{name}-public"}, opts=self._child
        )
        routes = aws.ec2.RouteTable(
            f"{name}-routes", vpc_id=args.vpc_id, tags={"Name": f"{name}-public"}, opts=self._child
        )
        aws.ec2.Route(
            f"{name}-internet",
            route_table_id=routes.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        ids = []
        for number, (cidr_block, zone) in enumerate(zip(entrance_ranges(args.cidr_block), args.zones, strict=True)):
            subnet = aws.ec2.Subnet(
                f"{name}-public-{number}",
                vpc_id=args.vpc_id,
                cidr_block=cidr_block,
                availability_zone=zone,
                # The load balancer takes its addresses itself; nothing else gets one by being started here.
                map_public_ip_on_launch=False,
                tags={"Name": f"{name}-public-{number}"},
                opts=self._child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-public-{number}", subnet_id=subnet.id, route_table_id=routes.id, opts=self._child
            )
            ids.append(subnet.id)
        return ids

    def _make_group(self, name: str, args: EntranceArgs) -> None:
        front = aws.ec2.SecurityGroup(
            f"{name}-front",
            vpc_id=args.vpc_id,
            description="Load balancer: customers in, the servers behind it out",
            tags={"Name": f"{name}-front"},
            opts=self._child,
        )
        for port, why in ((HTTPS_PORT, "Customers"), (HTTP_PORT, "Customers, redirected to HTTPS")):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-front-{port}",
                security_group_id=front.id,
                cidr_ipv4=ANYWHERE,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description=why,
                opts=self._child,
            )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-front-to-application",
            security_group_id=front.id,
            referenced_security_group_id=args.application_group_id,
            ip_protocol="tcp",
            from_port=args.server_port,
            to_port=args.server_port,
            description="To the servers",
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-application-from-front",
            security_group_id=args.application_group_id,
            referenced_security_group_id=front.id,
            ip_protocol="tcp",
            from_port=args.server_port,
            to_port=args.server_port,
            description="From the load balancer",
            opts=self._child,
        )
        self.group_id: pulumi.Output[str] = front.id
