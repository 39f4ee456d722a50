"""Topics, alarms, logs, trails, detectors and recorders, where moto lacks or falsifies something."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("empty_cloud")
WEST = "us-west-2"


def key(client: Client, region: str = "us-east-1") -> str:
    return str(client("kms", region).create_key()["KeyMetadata"]["Arn"])


def bucket(client: Client, name: str, region: str = "us-east-1") -> str:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3", region).create_bucket(Bucket=name, **where)
    return name


def put_alarm(client: Client, threshold: float) -> Any:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="lag", Namespace="AWS/RDS", MetricName="ReplicaLag", Period=60, Statistic="Maximum",
        EvaluationPeriods=1, Threshold=threshold, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    return cloudwatch


def state(cloudwatch: Any) -> str:
    return str(cloudwatch.describe_alarms(AlarmNames=["lag"])["MetricAlarms"][0]["StateValue"])


def test_a_new_alarm_has_insufficient_data_and_a_changed_one_keeps_its_state(client: Client) -> None:
    cloudwatch = put_alarm(client, 60)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    cloudwatch.set_alarm_state(AlarmName="lag", StateValue="ALARM", StateReason="a switch")
    put_alarm(client, 120)
    assert state(cloudwatch) == "ALARM"
    assert cloudwatch.describe_alarms(AlarmNames=["lag"])["MetricAlarms"][0]["Threshold"] == 120


def test_a_log_group_gets_and_loses_a_key_of_its_own_region(client: Client) -> None:
    logs, own = client("logs"), key(client)
    logs.create_log_group(logGroupName="/trail")

    def shown() -> str | None:
        (group,) = logs.describe_log_groups(logGroupNamePrefix="/trail")["logGroups"]
        return group.get("kmsKeyId")

    logs.associate_kms_key(logGroupName="/trail", kmsKeyId=own)
    assert shown() == own
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.associate_kms_key(logGroupName="/trail", kmsKeyId=key(client, WEST))
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.create_log_group(logGroupName="/other", kmsKeyId=key(client, WEST))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.associate_kms_key(logGroupName="/missing", kmsKeyId=own)
    logs.disassociate_kms_key(logGroupName="/trail")
    assert shown() is None


def test_a_trail_takes_a_key_of_the_region_of_its_bucket_only(client: Client) -> None:
    near, far = bucket(client, "audit-near"), bucket(client, "audit-far", WEST)
    own, other = key(client), key(client, WEST)
    trails = client("cloudtrail")
    with pytest.raises(ClientError, match="KmsKeyNotFoundException"):
        trails.create_trail(Name="audit", S3BucketName=near, KmsKeyId=other)
    assert trails.list_trails()["Trails"] == [], "a refused trail is not left behind"
    trails.create_trail(Name="audit", S3BucketName=near, KmsKeyId=own)
    with pytest.raises(ClientError, match="KmsKeyNotFoundException"):
        trails.update_trail(Name="audit", S3BucketName=far)
    assert trails.get_trail(Name="audit")["Trail"]["S3BucketName"] == near
    trails.update_trail(Name="audit", S3BucketName=far, KmsKeyId=other)
    assert trails.get_trail(Name="audit")["Trail"]["KmsKeyId"] == other


def test_selectors_of_one_kind_replace_those_of_the_other(client: Client) -> None:
    trails = client("cloudtrail")
    trails.create_trail(Name="selectors", S3BucketName=bucket(client, "audit-selectors"))
    advanced = [{"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    basic = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
    trails.put_event_selectors(TrailName="selectors", AdvancedEventSelectors=advanced)
    assert trails.get_event_selectors(TrailName="selectors")["AdvancedEventSelectors"] == advanced
    trails.put_event_selectors(TrailName="selectors", EventSelectors=basic)
    found = trails.get_event_selectors(TrailName="selectors")
    assert (found["EventSelectors"], found["AdvancedEventSelectors"]) == (basic, [])


def test_a_region_has_one_detector_with_every_protection_plan(client: Client) -> None:
    guardduty = client("guardduty")
    only = [{"Name": "RDS_LOGIN_EVENTS", "Status": "DISABLED"}]
    id_ = guardduty.create_detector(Enable=True, Features=only)["DetectorId"]
    with pytest.raises(ClientError, match="already exists"):
        guardduty.create_detector(Enable=True)
    client("guardduty", WEST).create_detector(Enable=True)

    def statuses() -> dict[str, str]:
        features = guardduty.get_detector(DetectorId=id_)["Features"]
        return {feature["Name"]: feature["Status"] for feature in features}

    assert statuses()["RDS_LOGIN_EVENTS"] == "DISABLED"
    assert statuses()["S3_DATA_EVENTS"] == "ENABLED", "what a new detector is not told to leave off is on"
    assert statuses()["RUNTIME_MONITORING"] == "DISABLED"
    guardduty.update_detector(DetectorId=id_, Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}])
    assert (statuses()["S3_DATA_EVENTS"], statuses()["RDS_LOGIN_EVENTS"]) == ("DISABLED", "DISABLED")
    both = [{"Name": name, "Status": "ENABLED"} for name in ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")]
    with pytest.raises(ClientError, match="exclude each other"):
        guardduty.update_detector(DetectorId=id_, Features=both)
    other = [{"Name": "RDS_DATA_RISK", "Status": "ENABLED"}]
    with pytest.raises(ClientError, match="not modelled"):
        guardduty.update_detector(
            DetectorId=id_,
            Features=[{"Name": "RDS_LOGIN_EVENTS", "Status": "ENABLED", "AdditionalConfiguration": other}],
        )
    arn = f"arn:aws:guardduty:us-east-1:123456789012:detector/{id_}"
    guardduty.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    guardduty.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert guardduty.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_a_recorder_keeps_how_often_it_records(client: Client) -> None:
    config = client("config")
    recorder = {"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}

    def frequency() -> str:
        (found,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
        return str(found["recordingMode"]["recordingFrequency"])

    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    assert frequency() == "CONTINUOUS"
    daily = {**recorder, "recordingMode": {"recordingFrequency": "DAILY"}}
    config.put_configuration_recorder(ConfigurationRecorder=daily)
    assert frequency() == "DAILY"


def test_a_key_of_kms_switches_the_own_encryption_of_a_queue_off(client: Client) -> None:
    sqs = client("sqs")

    def own(url: str) -> str:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return str(found["SqsManagedSseEnabled"]).lower()

    plain = sqs.create_queue(QueueName="plain")["QueueUrl"]
    assert own(plain) == "true"
    assert own(sqs.create_queue(QueueName="keyed", Attributes={"KmsMasterKeyId": key(client)})["QueueUrl"]) == "false"
    sqs.set_queue_attributes(QueueUrl=plain, Attributes={"KmsMasterKeyId": key(client)})
    assert own(plain) == "false"


def test_what_a_rule_matches_reaches_the_queue_behind_the_topic(client: Client) -> None:
    """moto's own, on which the drills of alerts depend."""
    sqs, sns, events = client("sqs"), client("sns"), client("events")
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="a copy failed")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert "a copy failed" in message["Body"]
    events.put_rule(Name="failed", EventPattern='{"source": ["securecart.test"]}')
    events.put_targets(Rule="failed", Targets=[{"Id": "queue", "Arn": arn}])
    events.put_events(Entries=[{"Source": "securecart.test", "DetailType": "job", "Detail": '{"state": "FAILED"}'}])
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert "FAILED" in message["Body"]
