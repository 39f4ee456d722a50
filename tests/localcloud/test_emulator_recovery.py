"""ARC Region switch, Elastic Disaster Recovery and Resilience Hub, read back by boto3."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")

ROLE = "arn:aws:iam::123456789012:role/switch"


def step(**route53: Any) -> dict[str, Any]:
    block = {"hostedZoneId": "Z1", "recordName": "shop.example.com", **route53}
    return {
        "name": "dns",
        "executionBlockType": "Route53HealthCheck",
        "executionBlockConfiguration": {"route53HealthCheckConfig": block},
    }


def plan_of(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "shop",
        "regions": ["us-east-1", "us-west-2"],
        "primaryRegion": "us-east-1",
        "recoveryApproach": "activePassive",
        "executionRole": ROLE,
        "workflows": [{"workflowTargetAction": "activate", "steps": list(steps) or [step()]}],
        **more,
    }


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_a_plan_is_made_in_one_region_and_answers_in_both_of_its_own(client: Client) -> None:
    document = plan_of(tags={"a": "1"})
    arn = client("arc-region-switch").create_plan(**document)["plan"]["arn"]
    assert arn.startswith("arn:aws:arc-region-switch::123456789012:plan/shop:")
    west = client("arc-region-switch", "us-west-2")
    for read in (west.get_plan(arn=arn)["plan"], west.get_plan_in_region(arn=arn)["plan"]):
        assert read["workflows"] == document["workflows"]
        assert (read["owner"], read["version"], read["primaryRegion"]) == ("123456789012", "1", "us-east-1")
    assert arn in [plan["arn"] for plan in west.list_plans_in_region()["plans"]]
    elsewhere = client("arc-region-switch", "eu-west-1")
    assert elsewhere.list_plans_in_region()["plans"] == []
    with refused("ResourceNotFoundException"):
        elsewhere.get_plan_in_region(arn=arn)


def test_an_update_replaces_all_that_can_change_and_raises_the_version(client: Client) -> None:
    arc = client("arc-region-switch")
    arn = arc.create_plan(**plan_of(description="old", recoveryTimeObjectiveMinutes=60))["plan"]["arn"]
    arc.update_plan(arn=arn, executionRole=ROLE, workflows=[], recoveryTimeObjectiveMinutes=5)
    read = arc.get_plan(arn=arn)["plan"]
    assert (read["workflows"], read["recoveryTimeObjectiveMinutes"], read["version"]) == ([], 5, "2")
    assert "description" not in read
    assert read["regions"] == ["us-east-1", "us-west-2"]


def test_a_plan_vends_one_health_check_for_each_record_and_region_and_keeps_their_ids(client: Client) -> None:
    arc = client("arc-region-switch")
    parallel = {
        "name": "both",
        "executionBlockType": "Parallel",
        "executionBlockConfiguration": {"parallelConfig": {"steps": [step(recordName="api.example.com"), step()]}},
    }
    arn = arc.create_plan(**plan_of(step(), parallel))["plan"]["arn"]
    checks = arc.list_route53_health_checks(arn=arn)["healthChecks"]
    assert sorted((check["recordName"], check["region"], check["status"]) for check in checks) == [
        (f"{name}.example.com", region, status)
        for name in ("api", "shop")
        for region, status in (("us-east-1", "healthy"), ("us-west-2", "unhealthy"))
    ]
    assert len({check["healthCheckId"] for check in checks}) == 4
    arc.update_plan(arn=arn, executionRole=ROLE, workflows=plan_of(step())["workflows"])
    west = client("arc-region-switch", "us-west-2")
    left = west.list_route53_health_checks_in_region(arn=arn, recordName="shop.example.com")["healthChecks"]
    assert left == [check for check in checks if check["recordName"] == "shop.example.com"]


def test_tags_of_a_plan_change_and_it_is_gone_after_delete(client: Client) -> None:
    arc = client("arc-region-switch")
    arn = arc.create_plan(**plan_of(tags={"a": "1"}))["plan"]["arn"]
    arc.tag_resource(arn=arn, tags={"b": "2"})
    arc.untag_resource(arn=arn, resourceTagKeys=["a"])
    assert arc.list_tags_for_resource(arn=arn)["resourceTags"] == {"b": "2"}
    arc.delete_plan(arn=arn)
    with refused("ResourceNotFoundException"):
        arc.get_plan(arn=arn)


@pytest.mark.parametrize("more", [{"regions": ["us-east-1"] * 2}, {"primaryRegion": "eu-west-1"}])
def test_a_plan_needs_two_regions_and_a_primary_among_them(client: Client, more: dict[str, Any]) -> None:
    with refused("IllegalArgumentException"):
        client("arc-region-switch").create_plan(**plan_of(**more))


def template(rules: int = 3) -> dict[str, Any]:
    return {
        "associateDefaultSecurityGroup": False,
        "bandwidthThrottling": 0,
        "createPublicIP": False,
        "dataPlaneRouting": "PRIVATE_IP",
        "defaultLargeStagingDiskType": "GP3",
        "ebsEncryption": "DEFAULT",
        "pitPolicy": [{"interval": 1, "retentionDuration": 7, "units": "DAY", "enabled": True}] * rules,
        "replicationServerInstanceType": "t3.small",
        "replicationServersSecurityGroupsIDs": ["sg-11111111"],
        "stagingAreaSubnetId": "subnet-11111111",
        "stagingAreaTags": {},
        "tags": {"a": "1"},
        "useDedicatedReplicationServer": False,
    }


def test_a_replication_template_reads_back_is_updated_and_deleted_in_its_region(client: Client) -> None:
    drs = client("drs", "us-west-2")
    drs.initialize_service()
    made = drs.create_replication_configuration_template(**template())
    template_id = made["replicationConfigurationTemplateID"]
    (read,) = drs.describe_replication_configuration_templates()["items"]
    assert {key: read[key] for key in template()} == template()
    assert read["autoReplicateNewDisks"] is True
    assert client("drs").describe_replication_configuration_templates()["items"] == []
    drs.update_replication_configuration_template(
        replicationConfigurationTemplateID=template_id, bandwidthThrottling=100
    )
    drs.tag_resource(resourceArn=made["arn"], tags={"b": "2"})
    drs.untag_resource(resourceArn=made["arn"], tagKeys=["a"])
    (read,) = drs.describe_replication_configuration_templates(replicationConfigurationTemplateIDs=[template_id])[
        "items"
    ]
    assert (read["bandwidthThrottling"], read["createPublicIP"], read["tags"]) == (100, False, {"b": "2"})
    assert drs.list_tags_for_resource(resourceArn=made["arn"])["tags"] == {"b": "2"}
    drs.delete_replication_configuration_template(replicationConfigurationTemplateID=template_id)
    with refused("ResourceNotFoundException"):
        drs.describe_replication_configuration_templates(replicationConfigurationTemplateIDs=[template_id])


def test_a_point_in_time_policy_has_three_rules(client: Client) -> None:
    # botocore refuses fewer by itself; more reach the service.
    with refused("ValidationException"):
        client("drs").create_replication_configuration_template(**template(rules=4))


def test_a_policy_reads_back_is_updated_and_deleted(client: Client) -> None:
    hub = client("resiliencehubv2")
    name = f"policy-{uuid.uuid4().hex}"
    region = {"disasterRecoveryApproach": "WARM_STANDBY", "rtoInMinutes": 60, "rpoInMinutes": 5}
    made = hub.create_policy(name=name, multiRegion=region, availabilitySlo={"target": 99.9}, tags={"a": "1"})["policy"]
    arn = made["policyArn"]
    with refused("ConflictException"):
        hub.create_policy(name=name, multiRegion=region)
    hub.update_policy(policyArn=arn, availabilitySlo={}, dataRecovery={"timeBetweenBackupsInMinutes": 1440})
    read = hub.get_policy(policyArn=arn)["policy"]
    assert (read["multiRegion"], read["dataRecovery"]) == (region, {"timeBetweenBackupsInMinutes": 1440})
    assert "availabilitySlo" not in read
    assert name in [policy["name"] for policy in hub.list_policies()["policySummaries"]]
    assert client("resiliencehubv2", "us-west-2").list_policies()["policySummaries"] == []
    hub.tag_resource(resourceArn=arn, tags={"b": "2"})
    hub.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert hub.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    hub.delete_policy(policyArn=arn)
    with refused("ResourceNotFoundException"):
        hub.get_policy(policyArn=arn)


def test_the_first_generation_of_resilience_hub_still_answers(client: Client) -> None:
    assert client("resiliencehub").list_resiliency_policies()["resiliencyPolicies"] == []
