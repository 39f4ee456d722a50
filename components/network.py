"""The private network of a Region: data has no path to the internet, and only the application reaches the databases."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ZONES = 3
POSTGRES_PORT = 5432
# Gateway endpoints: traffic to these services stays on AWS's network and needs no internet gateway (Amazon VPC, AWS
# PrivateLink).
GATEWAY_SERVICES = ("s3", "dynamodb")


@dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """Inputs of a private network."""

    cidr_block: str
    region: str


class PrivateNetwork(pulumi.ComponentResource):
    """Three private subnets, one in each of three zones; no internet gateway, no NAT, no public address.

    Produces the following resources:
    - `ec2.Vpc`, its `ec2.DefaultSecurityGroup` emptied (whatever forgets its group can talk to nothing)
    - three `ec2.Subnet` with one `ec2.RouteTable` and three `ec2.RouteTableAssociation`
    - `ec2.VpcEndpoint` (gateway) for S3 and DynamoDB
    - `ec2.SecurityGroup` of the application and of the data, with one `vpc.SecurityGroupIngressRule` and one
      `vpc.SecurityGroupEgressRule`

    Outputs: `vpc_id`, `subnet_ids`, `zones` (names), `data_group_id`, `application_group_id`.
    """

    def __init__(self, name: str, args: PrivateNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:network:PrivateNetwork", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.zones: list[pulumi.Output[str]] = self._zones()
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr_block,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
            opts=self._child,
        )
        self.vpc_id: pulumi.Output[str] = vpc.id
        self.subnet_ids: list[pulumi.Output[str]] = self._subnets(name, args)
        self._security_groups(name)
        self.register_outputs({"vpcId": self.vpc_id, "subnetIds": self.subnet_ids})

    def _zones(self) -> list[pulumi.Output[str]]:
        token = "aws:index/getAvailabilityZones:getAvailabilityZones"  # noqa: S105  the token of a function, not a secret
        found = aws.get_availability_zones_output(
            state="available",
            # Local Zones and Wavelength are opt-in and offer no Multi-AZ RDS.
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=pulumi.InvokeOutputOptions(parent=self, provider=self.get_provider(token)),
        )
        return [found.names.apply(lambda names, n=number: _zone(names, n)) for number in range(ZONES)]

    def _subnets(self, name: str, args: PrivateNetworkArgs) -> list[pulumi.Output[str]]:
        # An empty route table: only the VPC's own range and the gateway endpoints are reachable.
        routes = aws.ec2.RouteTable(
            f"{name}-routes", vpc_id=self.vpc_id, tags={"Name": f"{name}-private"}, opts=self._child
        )
        ids = []
        for number, cidr_block in enumerate(subnet_ranges(args.cidr_block)):
            subnet = aws.ec2.Subnet(
                f"{name}-private-{number}",
                vpc_id=self.vpc_id,
                cidr_block=cidr_block,
                availability_zone=self.zones[number],
                map_public_ip_on_launch=False,
                tags={"Name": f"{name}-private-{number}"},
                opts=self._child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-private-{number}", subnet_id=subnet.id, route_table_id=routes.id, opts=self._child
            )
            ids.append(subnet.id)
        for service in GATEWAY_SERVICES:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[routes.id],
                tags={"Name": f"{name}-{service}"},
                opts=self._child,
            )
        return ids

    def _security_groups(self, name: str) -> None:
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags={"Name": f"{name}-default-closed"},
            opts=self._child,
        )
        application = self._security_group(
            name, "application", "Backend servers: may open connections to the databases"
        )
        data = self._security_group(
            name, "data", "Databases: reached from the application only, open nothing themselves"
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-data-from-application",
            security_group_id=data.id,
            referenced_security_group_id=application.id,
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            description="PostgreSQL from the application",
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-application-to-data",
            security_group_id=application.id,
            referenced_security_group_id=data.id,
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            description="PostgreSQL to the databases",
            opts=self._child,
        )
        self.application_group_id: pulumi.Output[str] = application.id
        self.data_group_id: pulumi.Output[str] = data.id

    def _security_group(self, name: str, purpose: str, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{name}-{purpose}",
            vpc_id=self.vpc_id,
            description=description,
            tags={"Name": f"{name}-{purpose}"},
            opts=self._child,
        )


def subnet_ranges(cidr_block: str) -> list[str]:
    """The first ZONES quarters of the range; the last quarter stays free for what comes later."""
    return [str(part) for part in list(ipaddress.ip_network(cidr_block).subnets(prefixlen_diff=2))[:ZONES]]


def _zone(names: Sequence[str], number: int) -> str:
    if len(names) < ZONES:
        raise pulumi.RunError(
            f"the Region offers {len(names)} zones, SecureCart needs {ZONES}: choose another in securecart:regions"
        )
    return sorted(names)[number]
