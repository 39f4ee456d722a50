"""A gateway endpoint tells the list of its service's addresses, and a security group rule can name it."""

from __future__ import annotations

import pytest

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_driver import Resource, configured
from tests.localcloud.provider_world import PRIMARY, Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_a_rule_reaches_a_service_through_its_gateway_endpoint(
    emulator: Emulator, client: Client, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.delenv("SECURECART_CLOUD_ID", raising=False)
    provider = configured(PRIMARY)
    vpc = World(client).vpc()
    endpoint = Resource(provider, "aws:ec2/vpcEndpoint:VpcEndpoint").create(
        {"vpcId": vpc, "serviceName": f"com.amazonaws.{PRIMARY}.{service}", "vpcEndpointType": "Gateway"}
    )
    listed = endpoint.outputs["prefixListId"]
    assert listed.startswith("pl-")
    group = Resource(provider, "aws:ec2/securityGroup:SecurityGroup").create({"vpcId": vpc, "description": "servers"})
    rule = Resource(provider, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").create(
        {"securityGroupId": group.id, "prefixListId": listed, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    )
    (made,) = [
        found
        for found in client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[rule.id])["SecurityGroupRules"]
        if found["IsEgress"]
    ]
    assert made["PrefixListId"] == listed
    assert rule.read()[1]["prefixListId"] == listed
