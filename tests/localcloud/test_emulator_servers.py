"""Server groups, load balancers, templates and scaling, where moto lacks or falsifies something."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.emulator.inventory import inventory
from tests.localcloud.provider_cases_front import CERTIFICATE, OTHER_CERTIFICATE
from tests.localcloud.provider_world import Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
FAR_CERTIFICATE = CERTIFICATE.replace("us-east-1", "us-west-2")


@pytest.fixture(scope="module")
def world(client: Client) -> World:
    return World(client)


def template(world: World, **tags: str) -> str:
    specification = [{"ResourceType": "launch-template", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}]
    made = world.client("ec2").create_launch_template(
        LaunchTemplateName=world.name(),
        LaunchTemplateData={"ImageId": IMAGE, "InstanceType": "t4g.small"},
        **({"TagSpecifications": specification} if tags else {}),
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def group(world: World, size: int, **more: Any) -> str:
    name = world.name()
    world.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=size,
        MaxSize=size,
        VPCZoneIdentifier=",".join(world.two_subnets()),
        LaunchTemplate={"LaunchTemplateId": template(world), "Version": "1"},
        **more,
    )
    return name


def shown(world: World, name: str) -> Any:
    (found,) = world.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
        "AutoScalingGroups"
    ]
    return found


def test_a_group_keeps_the_settings_that_it_is_given(world: World) -> None:
    autoscaling = world.client("autoscaling")
    name = group(world, 0, DefaultInstanceWarmup=60, MaxInstanceLifetime=86_400, TerminationPolicies=["OldestInstance"])
    found = shown(world, name)
    assert (found["DefaultInstanceWarmup"], found["MaxInstanceLifetime"]) == (60, 86_400)
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=name, DefaultCooldown=30, TerminationPolicies=["Default"]
    )
    found = shown(world, name)
    assert (found["DefaultCooldown"], found["TerminationPolicies"], found["DefaultInstanceWarmup"]) == (
        30,
        ["Default"],
        60,
    )


def test_metrics_are_added_to_and_taken_from_what_is_collected(world: World) -> None:
    autoscaling, name = world.client("autoscaling"), group(world, 0)
    for metric in ("GroupInServiceInstances", "GroupDesiredCapacity"):
        autoscaling.enable_metrics_collection(AutoScalingGroupName=name, Metrics=[metric], Granularity="1Minute")
    assert len(shown(world, name)["EnabledMetrics"]) == 2
    autoscaling.disable_metrics_collection(AutoScalingGroupName=name, Metrics=["GroupDesiredCapacity"])
    assert [item["Metric"] for item in shown(world, name)["EnabledMetrics"]] == ["GroupInServiceInstances"]
    autoscaling.disable_metrics_collection(AutoScalingGroupName=name)
    assert shown(world, name)["EnabledMetrics"] == []


def test_a_refresh_replaces_every_instance_and_says_that_it_is_done(world: World) -> None:
    autoscaling, name = world.client("autoscaling"), group(world, 2)
    before = {instance["InstanceId"] for instance in shown(world, name)["Instances"]}
    id_ = autoscaling.start_instance_refresh(AutoScalingGroupName=name)["InstanceRefreshId"]
    after = {instance["InstanceId"] for instance in shown(world, name)["Instances"]}
    assert (len(after), after & before) == (2, set())
    (refresh,) = autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
    assert (refresh["InstanceRefreshId"], refresh["Status"], refresh["PercentageComplete"]) == (id_, "Successful", 100)


def test_a_group_with_instances_is_deleted_by_force_only_and_leaves_nothing(world: World) -> None:
    volumes = inventory().get("us-east-1", {}).get("ec2", {}).get("volume", [])
    autoscaling, name = world.client("autoscaling"), group(world, 2)
    with pytest.raises(ClientError, match="ResourceInUse"):
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name)
    instances = {instance["InstanceId"] for instance in shown(world, name)["Instances"]}
    assert instances <= set(inventory()["us-east-1"]["ec2"]["instance"])
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    ec2 = inventory()["us-east-1"]["ec2"]
    assert not instances & set(ec2.get("instance", []))
    assert ec2.get("volume", []) == volumes, "the volumes of an instance go with it"


def test_a_capacity_outside_of_new_sizes_is_moved_inside(world: World) -> None:
    autoscaling, name = world.client("autoscaling"), group(world, 1)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=2, MaxSize=4)
    assert (shown(world, name)["DesiredCapacity"], len(shown(world, name)["Instances"])) == (2, 2)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=0, MaxSize=0)
    assert (shown(world, name)["DesiredCapacity"], shown(world, name)["Instances"]) == (0, [])


def test_the_tags_of_a_template_are_its_own_and_change(world: World) -> None:
    ec2, id_ = world.client("ec2"), template(world, a="1")
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=id_)["LaunchTemplateVersions"]
    assert "TagSpecifications" not in version["LaunchTemplateData"]
    ec2.create_tags(Resources=[id_], Tags=[{"Key": "a", "Value": "2"}])
    (found,) = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"]
    assert found["Tags"] == [{"Key": "a", "Value": "2"}]


def listener(world: World, certificate: str) -> Any:
    balancer = world.client("elbv2").create_load_balancer(Name=world.name(), Subnets=world.two_subnets())
    refusal = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    return world.client("elbv2").create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Port=443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[refusal],
    )["Listeners"][0]


def test_a_certificate_of_the_listeners_own_region_is_taken_by_its_form(world: World) -> None:
    elb = world.client("elbv2")
    made = listener(world, CERTIFICATE)
    assert made["Certificates"][0]["CertificateArn"] == CERTIFICATE
    arn = made["ListenerArn"]
    elb.modify_listener(ListenerArn=arn, Certificates=[{"CertificateArn": OTHER_CERTIFICATE}])
    (found,) = elb.describe_listeners(ListenerArns=[arn])["Listeners"]
    assert found["Certificates"][0]["CertificateArn"] == OTHER_CERTIFICATE
    with pytest.raises(ClientError, match="CertificateNotFound"):
        elb.modify_listener(ListenerArn=arn, Certificates=[{"CertificateArn": FAR_CERTIFICATE}])


@pytest.mark.parametrize("wrong", [FAR_CERTIFICATE, "arn:aws:acm:us-east-1:123456789012:not/1"])
def test_a_certificate_of_another_region_or_form_is_refused(world: World, wrong: str) -> None:
    with pytest.raises(ClientError, match="CertificateNotFound"):
        listener(world, wrong)


def test_scaling_is_told_by_exact_place_and_keeps_its_tags_and_no_alarm_of_before(world: World) -> None:
    scaling = world.client("application-autoscaling")
    table = world.table_arn().rpartition("/")[2]
    where = {"ServiceNamespace": "dynamodb", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    read = {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
    policy = {"PolicyName": "read", "PolicyType": "TargetTrackingScaling"}
    place = {**where, "ResourceId": f"table/{table}"}

    def put(percent: float) -> Any:
        return scaling.put_scaling_policy(
            **place, **policy, TargetTrackingScalingPolicyConfiguration={"TargetValue": percent, **read}
        )

    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        put(70)
    arn = scaling.register_scalable_target(**place, MinCapacity=1, MaxCapacity=9, Tags={"a": "1"})["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    scaling.register_scalable_target(**place, MinCapacity=2)
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    first = put(70)["PolicyARN"]
    assert put(60)["PolicyARN"] == first
    listed = scaling.describe_scaling_policies(**place)["ScalingPolicies"]
    alarms = {alarm["AlarmName"] for alarm in listed[0]["Alarms"]}
    known = {alarm["AlarmName"] for alarm in world.client("cloudwatch").describe_alarms()["MetricAlarms"]}
    assert (len(listed), alarms) == (1, known)
    longer = {**where, "ResourceId": f"table/{table}-more"}
    assert scaling.describe_scaling_policies(**longer)["ScalingPolicies"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb", PolicyNames=["w"])["ScalingPolicies"] == []
    scaling.delete_scaling_policy(**place, PolicyName="read")
    scaling.deregister_scalable_target(**place)
    for gone in (
        lambda: scaling.delete_scaling_policy(**place, PolicyName="read"),
        lambda: scaling.deregister_scalable_target(**place),
    ):
        with pytest.raises(ClientError, match="ObjectNotFoundException"):
            gone()
    assert world.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
