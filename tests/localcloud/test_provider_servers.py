"""What the provider does where the types that watch and serve are particular: versions, queries, actions, lists of tags."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from localcloud.provider import codec
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_cases_audit import detector, trail_of
from tests.localcloud.provider_cases_front import load_balancer, target_group
from tests.localcloud.provider_cases_servers import group, launch_template
from tests.localcloud.provider_cases_watch import QUERY_ALARM, queue_arn, topic
from tests.localcloud.provider_driver import CALL, Resource
from tests.localcloud.provider_world import Client, World

pytestmark = pytest.mark.usefixtures("empty_cloud")
NONE = provider_pb2.DiffResponse.DIFF_NONE
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"


def lives(provider: Provider, token: str, inputs: Props) -> Resource:
    """Creates a resource that reads back as it was given, needs no second deployment, and can be imported."""
    made = Resource(provider, token).create(inputs)
    assert made.read()[1] == made.inputs
    assert made.diff(inputs).changes == NONE
    id_, read, outputs = made.imported()
    known = {key: value for key, value in inputs.items() if key not in TYPES[token].state_only}
    assert Resource(provider, token, id=id_, inputs=read, outputs=outputs).diff(known).changes == NONE
    return made


def previewed_update(made: Resource, inputs: Props) -> Props:
    request = provider_pb2.UpdateRequest(
        urn=made.urn, id=made.id, old_inputs=codec.dump(made.inputs), olds=codec.dump(made.outputs),
        news=codec.dump(inputs), preview=True,
    )  # fmt: skip
    return codec.load(made.provider.Update(request, CALL).properties)


def test_a_change_of_a_template_is_a_new_version_that_a_preview_does_not_know(provider: Provider, world: World) -> None:
    inputs = launch_template(world)
    made = lives(provider, TEMPLATE, inputs)
    assert (made.outputs["latestVersion"], made.outputs["defaultVersion"]) == (1, 1)
    wanted = {**inputs, "instanceType": "t4g.large"}

    assert previewed_update(made, wanted)["latestVersion"] == UNKNOWN
    assert previewed_update(made, {**inputs, "tags": {"a": "1"}})["latestVersion"] == 1

    made.update(wanted)
    assert (made.outputs["latestVersion"], made.outputs["defaultVersion"]) == (2, 2)
    made.update({**wanted, "tags": {"a": "1"}})
    assert made.outputs["latestVersion"] == 2, "tags are no part of a version"


def test_a_template_that_is_not_told_to_keeps_its_default_version(provider: Provider, world: World) -> None:
    inputs = launch_template(world, updateDefaultVersion=False)
    made = lives(provider, TEMPLATE, inputs)
    made.update({**inputs, "instanceType": "t4g.large"})
    assert (made.outputs["latestVersion"], made.outputs["defaultVersion"]) == (2, 1)


def test_a_group_replaces_its_instances_when_its_template_changes_and_at_no_other_change(
    provider: Provider, world: World, client: Client
) -> None:
    inputs = group(world)
    made = lives(provider, GROUP, inputs)

    def refreshes() -> int:
        listed = client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=made.id)
        return len(listed["InstanceRefreshes"])

    made.update({**inputs, "maxSize": 5})
    assert refreshes() == 0
    versions = client("ec2").create_launch_template_version(
        LaunchTemplateId=inputs["launchTemplate"]["id"],
        LaunchTemplateData={"ImageId": "ami-2", "InstanceType": "t4g.nano"},
    )
    newer = {**inputs["launchTemplate"], "version": str(versions["LaunchTemplateVersion"]["VersionNumber"])}
    made.update({**inputs, "maxSize": 5, "launchTemplate": newer})
    assert refreshes() == 1


def test_the_order_of_a_groups_tags_and_of_their_members_means_nothing(provider: Provider, world: World) -> None:
    inputs = group(world)
    made = Resource(provider, GROUP).create(inputs)
    turned = [dict(reversed(tag.items())) for tag in reversed(inputs["tags"])]
    assert made.diff({**inputs, "tags": turned}).changes == NONE


def test_a_group_that_is_not_forced_gives_up_its_instances_before_it_goes(provider: Provider, world: World) -> None:
    made = Resource(provider, GROUP).create(group(world, forceDelete=False))
    made.delete()
    assert made.read()[0] == ""


def test_an_alarm_on_an_expression_reads_back_as_it_was_given(provider: Provider, world: World, client: Client) -> None:
    made = lives(provider, "aws:cloudwatch/metricAlarm:MetricAlarm", QUERY_ALARM(world))
    (found,) = client("cloudwatch").describe_alarms(AlarmNames=[made.id])["MetricAlarms"]
    assert [query["ReturnData"] for query in found["Metrics"]] == [True, False]
    turned = {**made.inputs, "metricQueries": list(reversed(made.inputs["metricQueries"]))}
    assert made.diff(turned).changes == NONE


_FIXED = {"contentType": "text/plain", "messageBody": "closed", "statusCode": "503"}


@pytest.mark.parametrize(
    "action",
    [
        {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}},
        {"type": "fixed-response", "fixedResponse": _FIXED},
        {"type": "forward", "forward": {"targetGroups": [{"weight": 1}, {"weight": 2}]}},
        {"type": "forward", "forward": {"targetGroups": [{}], "stickiness": {"enabled": True, "duration": 60}}},
    ],
)
def test_a_listener_does_with_a_request_what_it_was_told(action: Props, provider: Provider, world: World) -> None:
    if "forward" in action:
        groups = [{**named, "arn": target_group(world)} for named in action["forward"]["targetGroups"]]
        action = {**action, "forward": {**action["forward"], "targetGroups": groups}}
    inputs = {"loadBalancerArn": load_balancer(world), "port": 80, "defaultActions": [action]}
    lives(provider, "aws:lb/listener:Listener", inputs)


def test_a_redirect_that_says_what_it_keeps_is_no_change(provider: Provider, world: World) -> None:
    redirect = {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}
    inputs: Props = {
        "loadBalancerArn": load_balancer(world),
        "port": 80,
        "defaultActions": [{"type": "redirect", "redirect": redirect}],
    }
    made = Resource(provider, "aws:lb/listener:Listener").create(inputs)
    louder = {**redirect, "host": "#{host}", "path": "/#{path}", "query": "#{query}"}
    assert made.diff({**inputs, "defaultActions": [{"type": "redirect", "redirect": louder}]}).changes == NONE


def test_a_load_balancer_writes_its_log_and_a_target_group_holds_its_visitors(provider: Provider, world: World) -> None:
    lives(
        provider,
        "aws:lb/loadBalancer:LoadBalancer",
        {
            "name": world.name(),
            "internal": True,
            "subnets": world.two_subnets(),
            "accessLogs": {"bucket": world.bucket(), "enabled": True, "prefix": "front"},
        },
    )
    lives(
        provider,
        "aws:lb/targetGroup:TargetGroup",
        {
            "name": world.name(),
            "port": 80,
            "protocol": "HTTP",
            "vpcId": world.vpc(),
            "stickiness": {"type": "lb_cookie", "cookieDuration": 60},
        },
    )


def test_a_trail_that_loses_its_selectors_records_all_management_events(
    provider: Provider, world: World, client: Client
) -> None:
    inputs = trail_of(world)
    made = lives(provider, "aws:cloudtrail/trail:Trail", inputs)
    silent = {key: value for key, value in inputs.items() if key not in ("advancedEventSelectors", "kmsKeyId")}
    made.update(silent)
    found = client("cloudtrail").get_event_selectors(TrailName=made.id)
    assert (found["AdvancedEventSelectors"], found["EventSelectors"][0]["IncludeManagementEvents"]) == ([], True)
    assert not client("cloudtrail").get_trail(Name=made.id)["Trail"].get("KmsKeyId")
    assert made.diff(silent).changes == NONE


def test_a_filter_that_is_taken_away_lets_everything_through(provider: Provider, world: World) -> None:
    inputs: Props = {"topic": topic(world), "protocol": "sqs", "endpoint": queue_arn(world)}
    made = lives(provider, "aws:sns/topicSubscription:TopicSubscription", {**inputs, "filterPolicy": '{"a": ["b"]}'})
    made.update(inputs)
    assert "filterPolicy" not in made.read()[1]
    assert made.diff(inputs).changes == NONE


def test_a_detectors_feature_stays_as_it_is_when_it_is_forgotten(
    provider: Provider, world: World, client: Client
) -> None:
    id_ = detector(world)
    inputs = {"detectorId": id_, "name": "S3_DATA_EVENTS", "status": "ENABLED"}
    lives(provider, "aws:guardduty/detectorFeature:DetectorFeature", inputs).delete()
    features: list[Any] = client("guardduty").get_detector(DetectorId=id_)["Features"]
    assert {"S3_DATA_EVENTS": "ENABLED"}.items() <= {item["Name"]: item["Status"] for item in features}.items()


def test_a_rule_and_its_target_live_on_a_bus_of_their_own(provider: Provider, world: World, client: Client) -> None:
    bus = world.name()
    client("events").create_event_bus(Name=bus)
    rule = lives(
        provider,
        "aws:cloudwatch/eventRule:EventRule",
        {"name": "jobs", "eventBusName": bus, "eventPattern": '{"source": ["a"]}'},
    )
    assert rule.id == f"{bus}/jobs"
    target: Props = {"rule": "jobs", "eventBusName": bus, "targetId": "one", "arn": topic(world)}
    made = Resource(provider, "aws:cloudwatch/eventTarget:EventTarget").create(target)
    assert made.id == f"{bus}-jobs-one"
    made.id = f"{bus}/jobs/one"
    assert made.imported()[1] == target
