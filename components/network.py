"""The network of a Region: data has no path to the internet, and only the application reaches the databases."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from components.network_groups import ANYWHERE, POSTGRES_PORT, GroupMaker, Groups

ZONES = 3
# Gateway endpoints: traffic to these services stays on AWS's network and needs no internet gateway (Amazon VPC, AWS
# PrivateLink).
GATEWAY_SERVICES = ("s3", "dynamodb")


@dataclass(frozen=True, kw_only=True)
class PrivateNetworkArgs:
    """Inputs of a private network."""

    cidr_block: str
    region: str
    database_ports: tuple[int, ...] = (POSTGRES_PORT,)
    """Ports on which the application reaches the databases."""
    public: bool = False
    """Adds subnets with a way to the internet, for a load balancer and nothing else."""
    application_port: int = 8080
    """Port of the application that the load balancer may reach; unused unless `public`."""
    interface_services: tuple[str, ...] = ()
    """Services that the application reaches through interface endpoints, by the last part of their name, for example
    `secretsmanager` or `ssm`; none by default, since each costs by the hour and zone."""


class PrivateNetwork(pulumi.ComponentResource):
    """Three private subnets, one in each of three zones, without internet gateway, NAT or public address.

    Asked for `public`, it adds three subnets for the load balancer, in a route table of their own: the private ones
    keep no route to the internet gateway. The servers have no way out but the endpoints; they are replaced, not logged
    into. Whoever wants a shell adds the interface services `ssm`, `ssmmessages` and `ec2messages`.

    Produces the following resources:
    - `ec2.Vpc`, its `ec2.DefaultSecurityGroup` emptied (whatever forgets its group can talk to nothing)
    - three `ec2.Subnet` with one `ec2.RouteTable` and three `ec2.RouteTableAssociation`
    - `ec2.VpcEndpoint` (gateway) for S3 and DynamoDB, and one (interface) for each of `interface_services`
    - `public`: three more `ec2.Subnet` and `ec2.RouteTableAssociation`, an `ec2.InternetGateway`, an `ec2.RouteTable`
      and its `ec2.Route`
    - `ec2.SecurityGroup` of the application and of the data, of the load balancer (`public`) and of the interface
      endpoints (if any), with a `vpc.SecurityGroupIngressRule` or `vpc.SecurityGroupEgressRule` for each allowed path

    Outputs: `vpc_id`, `subnet_ids`, `public_subnet_ids` (empty unless `public`), `zones` (names), `data_group_id`,
    `application_group_id`, `front_group_id` (None unless `public`).

    AWS limits:
    - a VPC's range is /16 to /28 (Amazon VPC user guide, "VPC CIDR blocks")
    - a load balancer's subnet is at least a /27 with 8 free addresses (Elastic Load Balancing, Application Load
      Balancers, "Subnets for your load balancer"); a quarter of a quarter of a /22 is a /26

    Cost: gateway endpoints and the internet gateway are free; interface endpoints are not priced here.
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
        # An empty route table: only the VPC's own range and the gateway endpoints are reachable.
        routes = self._route_table(f"{name}-routes", f"{name}-private")
        self.subnet_ids: list[pulumi.Output[str]] = self._subnets(
            f"{name}-private", subnet_ranges(args.cidr_block), routes
        )
        gateways = self._gateway_endpoints(name, args.region, routes)
        self.public_subnet_ids: list[pulumi.Output[str]] = self._public_subnets(name, args) if args.public else []
        groups = self._groups(name, args, gateways)
        self.application_group_id: pulumi.Output[str] = groups.application
        self.data_group_id: pulumi.Output[str] = groups.data
        self.front_group_id: pulumi.Output[str] | None = groups.front
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

    def _route_table(self, resource_name: str, label: str) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(resource_name, vpc_id=self.vpc_id, tags={"Name": label}, opts=self._child)
        made: pulumi.Output[str] = table.id
        return made

    def _subnets(self, prefix: str, ranges: Sequence[str], routes: pulumi.Input[str]) -> list[pulumi.Output[str]]:
        ids = []
        for number, cidr_block in enumerate(ranges):
            subnet = aws.ec2.Subnet(
                f"{prefix}-{number}",
                vpc_id=self.vpc_id,
                cidr_block=cidr_block,
                availability_zone=self.zones[number],
                # Nor in the public ones: a load balancer brings its own addresses.
                map_public_ip_on_launch=False,
                tags={"Name": f"{prefix}-{number}"},
                opts=self._child,
            )
            aws.ec2.RouteTableAssociation(
                f"{prefix}-{number}", subnet_id=subnet.id, route_table_id=routes, opts=self._child
            )
            ids.append(subnet.id)
        return ids

    def _public_subnets(self, name: str, args: PrivateNetworkArgs) -> list[pulumi.Output[str]]:
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=self.vpc_id, tags={"Name": f"{name}-internet"}, opts=self._child
        )
        routes = self._route_table(f"{name}-public-routes", f"{name}-public")
        way_out = aws.ec2.Route(
            f"{name}-public-internet",
            route_table_id=routes,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        subnets = self._subnets(f"{name}-public", public_subnet_ranges(args.cidr_block), routes)
        # A load balancer in a subnet without the route is refused (CreateLoadBalancer: InvalidSubnet): wait for it.
        return [pulumi.Output.all(subnet, way_out.id).apply(lambda made: str(made[0])) for subnet in subnets]

    def _gateway_endpoints(self, name: str, region: str, routes: pulumi.Input[str]) -> Mapping[str, pulumi.Output[str]]:
        lists: dict[str, pulumi.Output[str]] = {}
        for service in GATEWAY_SERVICES:
            endpoint = aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[routes],
                tags={"Name": f"{name}-{service}"},
                opts=self._child,
            )
            lists[service] = endpoint.prefix_list_id
        return lists

    def _groups(self, name: str, args: PrivateNetworkArgs, gateways: Mapping[str, pulumi.Output[str]]) -> Groups:
        maker = GroupMaker(name, self.vpc_id, self)
        groups = maker.base(args.database_ports)
        maker.to_gateways(groups.application, gateways)
        if args.public:
            groups = replace(groups, front=maker.front(groups.application, args.application_port))
        if args.interface_services:
            groups = replace(groups, endpoints=maker.endpoints(groups.application))
        for service in args.interface_services:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=self.subnet_ids,
                security_group_ids=[groups.endpoints],
                private_dns_enabled=True,
                tags={"Name": f"{name}-{service}"},
                opts=self._child,
            )
        return groups


def subnet_ranges(cidr_block: str) -> list[str]:
    """The first ZONES quarters of the range, for the private subnets; the last quarter is the public ones'."""
    return [str(part) for part in _quarters(cidr_block)[:ZONES]]


def public_subnet_ranges(cidr_block: str) -> list[str]:
    """The first ZONES quarters of the last quarter of the range."""
    return subnet_ranges(str(_quarters(cidr_block)[-1]))


def _quarters(cidr_block: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return list(ipaddress.ip_network(cidr_block).subnets(prefixlen_diff=2))


def _zone(names: Sequence[str], number: int) -> str:
    if len(names) < ZONES:
        raise pulumi.RunError(
            f"the Region offers {len(names)} zones, SecureCart needs {ZONES}: choose another in securecart:regions"
        )
    return sorted(names)[number]
