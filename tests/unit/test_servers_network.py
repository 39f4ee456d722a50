"""The network: data keeps no way to the internet, and each allowed path is one rule."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from components.network import PrivateNetwork, PrivateNetworkArgs, public_subnet_ranges, subnet_ranges
from components.settings.network import Network
from tests.support.program import Program, registrations

EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ROUTE = "aws:ec2/route:Route"


@cache
def network(**more: Any) -> Program:
    args = PrivateNetworkArgs(cidr_block="10.20.0.0/16", region="us-east-1", **more)
    return registrations(lambda: PrivateNetwork("network", args))


def paths(recorded: Program, token: str) -> set[tuple[str, str, int]]:
    """Each rule as group, other side and port."""
    return {
        (
            r.inputs["securityGroupId"],
            r.inputs.get("referencedSecurityGroupId") or r.inputs.get("cidrIpv4") or r.inputs["prefixListId"],
            int(r.inputs["fromPort"]),
        )
        for r in recorded.of(token)
    }


@pytest.mark.parametrize("cidr_block", ["10.20.0.0/16", "10.20.4.0/22"])
def test_private_and_public_ranges_are_apart_and_large_enough_for_a_load_balancer(cidr_block: str) -> None:
    ranges = [ipaddress.ip_network(r) for r in subnet_ranges(cidr_block) + public_subnet_ranges(cidr_block)]
    assert len(ranges) == 6
    assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)
    assert all(r.subnet_of(ipaddress.ip_network(cidr_block)) for r in ranges)
    # Elastic Load Balancing, Application Load Balancers, "Subnets for your load balancer": a /27 at least.
    assert all(r.prefixlen <= 27 for r in ranges)


def test_a_network_is_private_unless_asked() -> None:
    types = {r.type for r in network().resources}
    assert "aws:ec2/internetGateway:InternetGateway" not in types
    assert ROUTE not in types
    assert len(network().of("aws:ec2/subnet:Subnet")) == 3


def test_only_the_public_subnets_have_a_route_to_the_internet() -> None:
    recorded = network(public=True)
    (route,) = recorded.of(ROUTE)
    assert route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
    tables = {
        a.inputs["subnetId"]: a.inputs["routeTableId"]
        for a in recorded.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    assert {subnet for subnet, table in tables.items() if table == route.inputs["routeTableId"]} == {
        f"network-public-{number}-id" for number in range(3)
    }
    assert len(tables) == 6
    assert all(s.inputs["mapPublicIpOnLaunch"] is False for s in recorded.of("aws:ec2/subnet:Subnet"))
    for endpoint in recorded.of("aws:ec2/vpcEndpoint:VpcEndpoint"):
        assert endpoint.inputs["routeTableIds"] == ["network-routes-id"]


def test_the_application_reaches_databases_and_gateway_endpoints_and_nothing_else() -> None:
    app = "network-application-id"
    assert paths(network(), EGRESS) == {
        (app, "network-data-id", 5432),
        (app, "pl-network-s3", 443),
        (app, "pl-network-dynamodb", 443),
    }
    assert paths(network(), INGRESS) == {("network-data-id", app, 5432)}


def test_customers_reach_the_load_balancer_and_only_it_reaches_the_application() -> None:
    recorded = network(public=True, application_port=9000)
    app, front = "network-application-id", "network-front-id"
    assert paths(recorded, INGRESS) - paths(network(), INGRESS) == {
        (front, "0.0.0.0/0", 80),
        (front, "0.0.0.0/0", 443),
        (app, front, 9000),
    }
    assert paths(recorded, EGRESS) - paths(network(), EGRESS) == {(front, app, 9000)}


def test_interface_endpoints_are_private_and_reached_by_the_application_only() -> None:
    recorded = network(interface_services=("secretsmanager",))
    (made,) = [r for r in recorded.of("aws:ec2/vpcEndpoint:VpcEndpoint") if r.inputs["vpcEndpointType"] == "Interface"]
    assert made.inputs["serviceName"] == "com.amazonaws.us-east-1.secretsmanager"
    assert made.inputs["securityGroupIds"] == ["network-endpoints-id"]
    assert made.inputs["privateDnsEnabled"] is True
    assert ("network-application-id", "network-endpoints-id", 443) in paths(recorded, EGRESS)
    assert ("network-endpoints-id", "network-application-id", 443) in paths(recorded, INGRESS)


def test_a_second_protocol_of_the_databases_adds_rules_and_keeps_the_first_ones_names() -> None:
    before, after = network(), network(database_ports=(5432, 3306))
    assert {r.name for r in before.resources} < {r.name for r in after.resources}
    assert ("network-data-id", "network-application-id", 3306) in paths(after, INGRESS)


def test_what_was_deployed_before_keeps_its_name_and_inputs_when_a_network_becomes_public() -> None:
    before = {(r.type, r.name): r.inputs for r in network().resources if r.custom}
    after = {(r.type, r.name): r.inputs for r in network(public=True).resources if r.custom}
    assert before.items() <= after.items()


@pytest.mark.parametrize(
    ("services", "said"), [(("ssm", "ssm"), "listed twice"), (("s3",), "gateway endpoint"), (("SSM",), "pattern")]
)
def test_interface_services_that_cannot_be_added_are_refused(services: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Network(cidr_block="10.20.0.0/16", interface_services=services)
