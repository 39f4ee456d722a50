"""Servers, load balancer and block-level replication, from their registrations."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from components.servers.capacity import capacity_of
from components.servers.elastic_recovery import ElasticRecovery, ElasticRecoveryArgs, point_in_time_rules
from components.servers.fleet import SESSION_POLICY, ServerFleet, ServerFleetArgs
from components.servers.key_access import auto_scaling_statements
from components.servers.load_balancer import FrontDoor, FrontDoorArgs, checked
from components.settings.servers import ElasticRecovery as ElasticRecoverySettings
from components.settings.servers import Servers
from components.tags import SNAPSHOT_POLICY
from tests.support.botocore_shapes import refusals
from tests.support.changes import changes
from tests.support.program import Program, Registered, registrations

KEY = "arn:aws:kms:us-east-1:123456789012:key/mrk-1"
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/securecart-backend/0123456789abcdef"
GROUP, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"


@cache
def fleet(share: int = 100, *, balanced: bool = True) -> Program:
    args = ServerFleetArgs(
        group_name="securecart-backend",
        role_name="securecart-backend-us-east-1",
        servers=Servers(),
        capacity=capacity_of(Servers(), share),
        subnet_ids=["subnet-1", "subnet-2", "subnet-3"],
        security_group_id="sg-application",
        key_arn=KEY,
        data_class="important",
        target_group_arn=TARGETS if balanced else None,
        snapshot_policy="backend",
    )
    return registrations(lambda: ServerFleet("backend", args))


def one(recorded: Program, token: str) -> Registered:
    (found,) = recorded.of(token)
    return found


def test_servers_have_imdsv2_only_and_encrypted_volumes_that_the_snapshot_policy_finds() -> None:
    given = one(fleet(), TEMPLATE).inputs
    assert given["metadataOptions"]["httpTokens"] == "required"
    assert given["imageId"].startswith("resolve:ssm:/aws/service/")
    (root,) = given["blockDeviceMappings"]
    assert root["ebs"]["encrypted"] == "true"
    assert root["ebs"]["kmsKeyId"] == KEY
    assert root["ebs"]["volumeType"] == "gp3"
    (tagged,) = given["tagSpecifications"]
    assert tagged["resourceType"] == "volume"
    assert tagged["tags"][SNAPSHOT_POLICY] == "backend"
    assert "keyName" not in given
    assert "networkInterfaces" not in given


def test_a_server_may_do_what_systems_manager_needs_and_nothing_else() -> None:
    attached = one(fleet(), "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.inputs["policyArn"] == SESSION_POLICY
    assert not [r for r in fleet().resources if r.type == "aws:iam/rolePolicy:RolePolicy"]
    trust = json.loads(one(fleet(), "aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_servers_are_private_spread_and_judged_by_the_load_balancer() -> None:
    given = one(fleet(), GROUP).inputs
    assert given["vpcZoneIdentifiers"] == ["subnet-1", "subnet-2", "subnet-3"]
    assert given["targetGroupArns"] == [TARGETS]
    assert given["healthCheckType"] == "ELB"
    assert one(fleet(balanced=False), GROUP).inputs["healthCheckType"] == "EC2"
    assert all(tag["propagateAtLaunch"] for tag in given["tags"])


def test_a_new_template_adds_servers_before_it_removes_any() -> None:
    refresh = one(fleet(), GROUP).inputs["instanceRefresh"]
    wanted = refresh["preferences"]
    assert wanted["minHealthyPercentage"] == 100
    assert wanted["maxHealthyPercentage"] > 100
    assert not refusals(
        "autoscaling",
        "StartInstanceRefresh",
        {
            "AutoScalingGroupName": "securecart-backend",
            "Strategy": refresh["strategy"],
            "Preferences": {
                "MinHealthyPercentage": int(wanted["minHealthyPercentage"]),
                "MaxHealthyPercentage": int(wanted["maxHealthyPercentage"]),
            },
        },
    )


@pytest.mark.parametrize(("before", "after"), [(0, 34), (34, 100), (100, 0)])
def test_a_change_of_strategy_changes_sizes_in_place_and_nothing_else(before: int, after: int) -> None:
    found = changes(fleet(before), fleet(after))
    assert not found.added | found.removed
    assert {(token, key) for token, _, key in found.changed} == {(GROUP, "minSize"), (GROUP, "desiredCapacity")}


def test_the_key_admits_auto_scaling_alone_and_names_no_principal_that_may_not_exist() -> None:
    use, grant = auto_scaling_statements("123456789012")
    assert set(use["Action"]) >= {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
    assert grant["Action"] == "kms:CreateGrant"
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    for statement in (use, grant):
        assert statement["Principal"] == {"AWS": "*"}
        assert statement["Condition"]["StringEquals"] == {"kms:CallerAccount": "123456789012"}
        assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith("/AWSServiceRoleForAutoScaling")


def door_args(**changed: Any) -> FrontDoorArgs:
    args = FrontDoorArgs(
        load_balancer_name="securecart-backend",
        vpc_id="vpc-1",
        public_subnet_ids=["subnet-1", "subnet-2", "subnet-3"],
        security_group_id="sg-front",
        certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/1",
        port=8080,
        health_path="/health",
    )
    return replace(args, **changed)


@cache
def door(*, ephemeral: bool = False) -> Program:
    return registrations(lambda: FrontDoor("backend", door_args(ephemeral=ephemeral)))


def test_customers_get_https_only_by_tls_1_3_or_1_2() -> None:
    listeners = {str(int(r.inputs["port"])): r.inputs for r in door().of("aws:lb/listener:Listener")}
    assert listeners.keys() == {"80", "443"}
    (sent,) = listeners["80"]["defaultActions"]
    assert sent["type"] == "redirect"
    assert sent["redirect"] == {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}
    assert listeners["443"]["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
    assert listeners["443"]["defaultActions"][0]["targetGroupArn"]


def test_a_load_balancer_is_public_hardened_and_cannot_be_deleted_by_mistake() -> None:
    given = one(door(), "aws:lb/loadBalancer:LoadBalancer").inputs
    assert given["internal"] is False
    assert given["enableDeletionProtection"] is True
    assert given["dropInvalidHeaderFields"] is True
    assert "accessLogs" not in given
    assert one(door(ephemeral=True), "aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is False


def test_a_health_check_is_one_that_elastic_load_balancing_takes() -> None:
    given = one(door(), "aws:lb/targetGroup:TargetGroup").inputs
    check = given["healthCheck"]
    assert check["timeout"] < check["interval"]
    assert not refusals(
        "elbv2",
        "CreateTargetGroup",
        {
            "Name": given["name"],
            "Port": int(given["port"]),
            "HealthCheckPath": check["path"],
            "HealthCheckIntervalSeconds": int(check["interval"]),
            "HealthCheckTimeoutSeconds": int(check["timeout"]),
            "HealthyThresholdCount": int(check["healthyThreshold"]),
            "UnhealthyThresholdCount": int(check["unhealthyThreshold"]),
        },
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"load_balancer_name": "a" * 33}, "CreateLoadBalancer Name"),
        ({"load_balancer_name": "-securecart"}, "CreateLoadBalancer Name"),
        ({"load_balancer_name": "internal-securecart"}, "CreateLoadBalancer Name"),
        ({"public_subnet_ids": ["subnet-1"]}, "CreateLoadBalancer Subnets"),
        ({"health_interval_seconds": 4}, "HealthCheckIntervalSeconds"),
        ({"unhealthy_threshold": 1}, "UnhealthyThresholdCount"),
    ],
)
def test_what_elastic_load_balancing_refuses_is_refused_first(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(door_args(**changed))


def test_replication_is_private_and_encrypted_with_exactly_the_three_rules_that_drs_takes() -> None:
    args = ElasticRecoveryArgs(
        settings=ElasticRecoverySettings(enabled=True, point_in_time_days=14),
        staging_subnet_id="subnet-0123456789",
        security_group_id="sg-1",
        key_arn=KEY,
    )
    recorded = registrations(lambda: ElasticRecovery("servers", args))
    given = one(recorded, "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate").inputs
    assert given["dataPlaneRouting"] == "PRIVATE_IP"
    assert given["createPublicIp"] is False
    assert (given["ebsEncryption"], given["ebsEncryptionKeyArn"]) == ("CUSTOM", KEY)
    rules = [
        {
            "ruleID": int(rule["ruleId"]),
            "interval": int(rule["interval"]),
            "units": rule["units"],
            "retentionDuration": int(rule["retentionDuration"]),
        }
        for rule in given["pitPolicies"]
    ]
    # Provider documentation of drs.ReplicationConfigurationTemplate: these three, only the last retention is free.
    assert [tuple(rule.values()) for rule in rules] == [(1, 10, "MINUTE", 60), (2, 1, "HOUR", 24), (3, 1, "DAY", 14)]
    assert not refusals(
        "drs",
        "CreateReplicationConfigurationTemplate",
        {
            "stagingAreaSubnetId": given["stagingAreaSubnetId"],
            "replicationServersSecurityGroupsIDs": given["replicationServersSecurityGroupsIds"],
            "ebsEncryption": given["ebsEncryption"],
            "bandwidthThrottling": int(given["bandwidthThrottling"]),
            "stagingAreaTags": given["stagingAreaTags"],
            "pitPolicy": rules,
        },
    )


def test_the_daily_rule_alone_follows_the_setting() -> None:
    short, long = point_in_time_rules(1), point_in_time_rules(365)
    assert short[:2] == long[:2]
    assert (short[2].retention_duration, long[2].retention_duration) == (1, 365)


def test_every_leaf_belongs_to_its_component() -> None:
    for recorded in (fleet(), door()):
        leaves = [r for r in recorded.resources if r.custom]
        assert leaves
        assert all("securecart:" in r.parent for r in leaves)
