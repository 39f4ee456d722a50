"""The cases of what keeps account: trails, threats, recorded configurations."""

from __future__ import annotations

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import Case, Client, World, tagged


def _selectors(*prefixes: str) -> list[Props]:
    return [
        {"name": "management", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
        {
            "name": "objects",
            "fieldSelectors": [
                {"field": "eventCategory", "equals": ["Data"]},
                {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                {"field": "resources.ARN", "startsWiths": list(prefixes)},
            ],
        },
    ]


def trail_of(world: World) -> Props:
    return {
        "name": world.name(),
        "s3BucketName": world.bucket(),
        "kmsKeyId": world.key(),
        "isMultiRegionTrail": True,
        "enableLogFileValidation": True,
        "advancedEventSelectors": _selectors("arn:aws:s3:::securecart-"),
        "tags": {"a": "1"},
    }


def detector(world: World) -> str:
    made = world.client("guardduty").create_detector(Enable=True, **without_detector(world))
    return str(made["DetectorId"])


def without_detector(world: World) -> Props:
    """A Region has one detector at most; other cases leave theirs."""
    guardduty = world.client("guardduty")
    for id_ in guardduty.list_detectors()["DetectorIds"]:
        guardduty.delete_detector(DetectorId=id_)
    return {}


def _feature_off(client: Client, id_: str, _: Props) -> None:
    detector_id, name = id_.split("/")
    client("guardduty").update_detector(DetectorId=detector_id, Features=[{"Name": name, "Status": "DISABLED"}])


def recorder(world: World) -> str:
    """A Region has one recorder at most, so that all cases share its name; it stands still."""
    config = world.client("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": world.role_arn()})
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    return "default"


def _channel(world: World) -> Props:
    recorder(world)
    return {
        "name": "default",
        "s3BucketName": world.bucket(),
        "s3KmsKeyArn": world.key(),
        "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
    }


def _recorder_that_delivers(world: World) -> Props:
    channel = {"name": "default", "s3BucketName": world.bucket()}
    name = recorder(world)
    world.client("config").put_delivery_channel(DeliveryChannel=channel)
    return {"name": name, "isEnabled": True}


_ONLY_BUCKETS = {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}

CASES: dict[str, Case] = {
    "aws:cfg/deliveryChannel:DeliveryChannel": Case(
        _channel,
        lambda _: {"snapshotDeliveryProperties": {"deliveryFrequency": "Six_Hours"}},
        {"name": "other"},
        lambda client, id_, inputs: client("config").put_delivery_channel(
            DeliveryChannel={
                "name": id_,
                "s3BucketName": "strangers",
                "s3KmsKeyArn": inputs["s3KmsKeyArn"],
                "configSnapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
            }
        ),
        "s3BucketName",
    ),
    "aws:cfg/recorder:Recorder": Case(
        lambda w: {
            "name": "default",
            "roleArn": w.role_arn(),
            "recordingGroup": {
                "allSupported": False,
                "resourceTypes": ["AWS::RDS::DBInstance", "AWS::DynamoDB::Table"],
                "recordingStrategies": [{"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}],
            },
            "recordingMode": {"recordingFrequency": "DAILY"},
        },
        lambda _: {"recordingGroup": _ONLY_BUCKETS, "recordingMode": {"recordingFrequency": "CONTINUOUS"}},
        {"name": "other"},
        lambda client, id_, inputs: client("config").put_configuration_recorder(
            ConfigurationRecorder={
                "name": id_,
                "roleARN": inputs["roleArn"],
                "recordingGroup": {"allSupported": True},
                "recordingMode": {"recordingFrequency": "DAILY"},
            }
        ),
        "recordingGroup",
    ),
    "aws:cfg/recorderStatus:RecorderStatus": Case(
        _recorder_that_delivers,
        lambda _: {"isEnabled": False},
        {"name": "other"},
        lambda client, id_, _: client("config").stop_configuration_recorder(ConfigurationRecorderName=id_),
        "isEnabled",
        ends=False,
    ),
    "aws:cloudtrail/trail:Trail": Case(
        trail_of,
        lambda _: {"advancedEventSelectors": _selectors("arn:aws:s3:::other-"), "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, _: client("cloudtrail").stop_logging(Name=id_),
        "enableLogging",
    ),
    "aws:guardduty/detector:Detector": Case(
        lambda w: {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES", **without_detector(w)},
        tagged(a="1"),
        None,
        lambda client, id_, _: client("guardduty").update_detector(DetectorId=id_, Enable=False),
        "enable",
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": Case(
        lambda w: {
            "detectorId": detector(w),
            "name": "RUNTIME_MONITORING",
            "status": "ENABLED",
            "additionalConfigurations": [{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"}],
        },
        lambda _: {"additionalConfigurations": [{"name": "EC2_AGENT_MANAGEMENT", "status": "DISABLED"}]},
        {"detectorId": "other"},
        _feature_off,
        "status",
        ends=False,
    ),
}
