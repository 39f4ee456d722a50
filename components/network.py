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
# What the servers need of AWS besides: the databases' secrets, and Systems Manager, which is the only way in.
INTERFACE_SERVICES = ("secretsmanager", "ssm", "ssmmessages")
HTTPS_PORT = 443


@dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """Inputs of a private network."""

    cidr_block: str
    region: str
    database_ports: Sequence[int] = (POSTGRES_PORT,)
    """Ports of the engines in use; the application may reach the databases on these alone."""


class PrivateNetwork(pulumi.ComponentResource):
    """Three private subnets, one in each of three zones; no internet gateway, no NAT, no public address.

    Produces the following resources:
    - `ec2.Vpc`, its `ec2.DefaultSecurityGroup` emptied (whatever forgets its group can talk to nothing)
    - three `ec2.Subnet` with one `ec2.RouteTable` and three `ec2.RouteTableAssociation`
    - `ec2.VpcEndpoint` (gateway) for S3 and DynamoDB, (interface) for Secrets Manager and Systems Manager
    - `ec2.SecurityGroup` of the application, of the data and of the interface endpoints, with a
      `vpc.SecurityGroupIngressRule` and a `vpc.SecurityGroupEgressRule` for each way that is open

    Outputs: `vpc_id`, `subnet_ids`, `zones` (names), `data_group_id`, `application_group_id`.

    AWS limits:
    - A security group that names no prefix list of a gateway endpoint lets nothing through it (Amazon VPC, gateway endpoints).

    Cost: gateway endpoints are free; an interface endpoint is billed by hour and zone, not priced here.
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
        self._gateways: dict[str, aws.ec2.VpcEndpoint] = {}
        self.subnet_ids: list[pulumi.Output[str]] = self._subnets(name, args)
        self._security_groups(name, args)
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
            self._gateways[service] = aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[routes.id],
                tags={"Name": f"{name}-{service}"},
                opts=self._child,
            )
        return ids

    def _security_groups(self, name: str, args: PrivateNetworkArgs) -> None:
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
        for port in args.database_ports:
            self._open(f"{name}-data-{port}", (application, data), port, f"Databases, port {port}")
        self._interfaces(name, args, application)
        for service, endpoint in self._gateways.items():
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-application-to-{service}",
                security_group_id=application.id,
                prefix_list_id=endpoint.prefix_list_id,
                ip_protocol="tcp",
                from_port=HTTPS_PORT,
                to_port=HTTPS_PORT,
                description=f"To {service} through its gateway endpoint",
                opts=self._child,
            )
        self.application_group_id: pulumi.Output[str] = application.id
        self.data_group_id: pulumi.Output[str] = data.id

    def _interfaces(self, name: str, args: PrivateNetworkArgs, application: aws.ec2.SecurityGroup) -> None:
        group = self._security_group(name, "endpoints", "Interface endpoints: reached from the application only")
        self._open(f"{name}-endpoints", (application, group), HTTPS_PORT, "Interface endpoints")
        for service in INTERFACE_SERVICES:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=self.subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{name}-{service}"},
                opts=self._child,
            )

    def _open(
        self, way: str, ends: tuple[aws.ec2.SecurityGroup, aws.ec2.SecurityGroup], port: int, description: str
    ) -> None:
        """One way from the first group to the second: a rule at either end."""
        from_group, to_group = ends
        aws.vpc.SecurityGroupIngressRule(
            f"{way}-in",
            security_group_id=to_group.id,
            referenced_security_group_id=from_group.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{description}, from the application",
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{way}-out",
            security_group_id=from_group.id,
            referenced_security_group_id=to_group.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            opts=self._child,
        )

    def _security_group(self, name: str, purpose: str, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{name}-{purpose}",
            vpc_id=self.vpc_id,
            description=description,
            tags={"Name": f"{name}-{purpose}"},
            opts=self._child,
        )


def subnet_ranges(cidr_block: str) -> list[str]:
    """The first ZONES quarters of the range; the last quarter is the entrance's (components/servers/entrance.py)."""
    return _quarters(cidr_block)[:ZONES]


def entrance_ranges(cidr_block: str) -> list[str]:
    """Quarters of the last quarter, one a zone."""
    return _quarters(_quarters(cidr_block)[ZONES])[:ZONES]


def _quarters(cidr_block: str) -> list[str]:
    return [str(part) for part in ipaddress.ip_network(cidr_block).subnets(prefixlen_diff=2)]


def _zone(names: Sequence[str], number: int) -> str:
    if len(names) < ZONES:
        raise pulumi.RunError(
            f"the Region offers {len(names)} zones, SecureCart needs {ZONES}: choose another in securecart:regions"
        )
    return sorted(names)[number]
