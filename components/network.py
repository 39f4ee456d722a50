"""The private network that the data stores need: three zones, no path to or from the internet."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ZONES = 3
# Each zone gets a sixteenth of the range: /20 of a /16. The rest is left for servers, load balancers and what comes later.
SUBNET_EXTRA_BITS = 4
POSTGRES_PORT = 5432


@dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """`cidr_block`: IPv4 range of the VPC (/16 to /22). `region`: for the endpoints' service names."""

    cidr_block: str
    region: str


class PrivateNetwork(pulumi.ComponentResource):
    """A VPC in which data has no public path.

    Produces the following resources:
    - a VPC with DNS, and its default security group stripped of every rule (FSBP EC2.2)
    - one private subnet in each of three zones, and one route table without a default route; there is no internet or NAT gateway
    - gateway endpoints for S3 and DynamoDB, so that servers reach them without leaving AWS's network
    - a security group for application servers, and one for databases that admits PostgreSQL from the first and nothing else

    Outputs: `vpc_id`, `subnet_ids` (one a zone), `zone_names`, `app_security_group_id`, `data_security_group_id`.
    """

    def __init__(self, name: str, args: PrivateNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:network:PrivateNetwork", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        # Local and wavelength zones need an opt-in and cannot hold a Multi-AZ database.
        zones = aws.get_availability_zones_output(
            state="available",
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr_block,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
            opts=child,
        )
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, tags={"Name": f"{name}-unused"}, opts=child)
        routes = aws.ec2.RouteTable(f"{name}-private", vpc_id=vpc.id, tags={"Name": f"{name}-private"}, opts=child)

        ranges = ipaddress.ip_network(args.cidr_block).subnets(prefixlen_diff=SUBNET_EXTRA_BITS)
        subnets: list[aws.ec2.Subnet] = []
        zone_names: list[pulumi.Output[str]] = []
        for index in range(ZONES):
            zone = zones.names[index]
            subnet = aws.ec2.Subnet(
                f"{name}-data-{index}",
                vpc_id=vpc.id,
                cidr_block=str(next(ranges)),
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags={"Name": f"{name}-data-{index}", "tier": "data"},
                opts=child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-data-{index}", subnet_id=subnet.id, route_table_id=routes.id, opts=child
            )
            subnets.append(subnet)
            zone_names.append(zone)

        for service in ("s3", "dynamodb"):
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[routes.id],
                tags={"Name": f"{name}-{service}"},
                opts=child,
            )

        app = aws.ec2.SecurityGroup(
            f"{name}-app",
            vpc_id=vpc.id,
            description="SecureCart application servers",
            tags={"Name": f"{name}-app"},
            opts=child,
        )
        data = aws.ec2.SecurityGroup(
            f"{name}-data",
            vpc_id=vpc.id,
            description="SecureCart databases: PostgreSQL from application servers only",
            tags={"Name": f"{name}-data"},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-data-from-app",
            security_group_id=data.id,
            referenced_security_group_id=app.id,
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            description="PostgreSQL from application servers",
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-app-to-data",
            security_group_id=app.id,
            referenced_security_group_id=data.id,
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            description="PostgreSQL to the databases",
            opts=child,
        )

        self.vpc_id: pulumi.Output[str] = vpc.id
        self.subnet_ids: list[pulumi.Output[str]] = [subnet.id for subnet in subnets]
        self.zone_names = zone_names
        self.app_security_group_id: pulumi.Output[str] = app.id
        self.data_security_group_id: pulumi.Output[str] = data.id
        self.register_outputs({"vpcId": self.vpc_id, "subnetIds": self.subnet_ids})
