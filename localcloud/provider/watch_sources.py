"""The structures of the API behind the types that watch and serve; rows of `limits.SOURCES`.

By token: (service, shape, places, also), as `limits.Source` has them. SNS and SQS state no limits in their models; those
of SQS are rules.
"""

from __future__ import annotations

from collections.abc import Mapping

Row = tuple[str, str, Mapping[str, str], Mapping[str, tuple[str, ...]]]

_TARGET = {"targetId": "Id", "arn": "Arn", "roleArn": "RoleArn", "input": "Input", "inputPath": "InputPath"}
_TARGET_PARTS = {
    "inputTransformer": "InputTransformer",
    "deadLetterConfig": "DeadLetterConfig",
    "retryPolicy": "RetryPolicy",
}
_HEALTH = {
    "path": "HealthCheckPath",
    "protocol": "HealthCheckProtocol",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
_TEMPLATE_PARTS = {
    "blockDeviceMappings": "BlockDeviceMappings",
    "metadataOptions": "MetadataOptions",
    "tagSpecifications": "TagSpecifications",
}

WATCH_SOURCES: dict[str, Row] = {
    "aws:appautoscaling/policy:Policy": (
        "application-autoscaling",
        "PutScalingPolicyRequest",
        {"name": "PolicyName"},
        {},
    ),
    "aws:appautoscaling/target:Target": ("application-autoscaling", "RegisterScalableTargetRequest", {}, {}),
    "aws:autoscaling/group:Group": ("autoscaling", "CreateAutoScalingGroupType", {"name": "AutoScalingGroupName"}, {}),
    "aws:cfg/deliveryChannel:DeliveryChannel": (
        "config",
        "PutDeliveryChannelRequest",
        {
            "name": "DeliveryChannel.name",
            "snapshotDeliveryProperties": "DeliveryChannel.configSnapshotDeliveryProperties",
        },
        {},
    ),
    # The types of resources are left to the emulator: their list would be the whole message.
    "aws:cfg/recorder:Recorder": (
        "config",
        "PutConfigurationRecorderRequest",
        {
            "name": "ConfigurationRecorder.name",
            "recordingMode.recordingFrequency": "ConfigurationRecorder.recordingMode.recordingFrequency",
            "recordingMode": "ConfigurationRecorder.recordingMode",
        },
        {},
    ),
    "aws:cloudtrail/trail:Trail": ("cloudtrail", "PutEventSelectorsRequest", {}, {}),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRuleRequest", {}, {}),
    "aws:cloudwatch/eventTarget:EventTarget": (
        "events",
        "PutTargetsRequest",
        {key: f"Targets.{member}" for key, member in {**_TARGET, **_TARGET_PARTS}.items()},
        {},
    ),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroupRequest", {"name": "logGroupName"}, {}),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "cloudwatch",
        "PutMetricAlarmInput",
        {"name": "AlarmName", "metricQueries": "Metrics"},
        {},
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        "ec2",
        "CreateLaunchTemplateRequest",
        {
            "description": "VersionDescription",
            **{key: f"LaunchTemplateData.{member}" for key, member in _TEMPLATE_PARTS.items()},
        },
        {},
    ),
    "aws:guardduty/detector:Detector": ("guardduty", "CreateDetectorRequest", {}, {}),
    "aws:guardduty/detectorFeature:DetectorFeature": (
        "guardduty",
        "UpdateDetectorRequest",
        {
            "name": "Features.Name",
            "status": "Features.Status",
            "additionalConfigurations": "Features.AdditionalConfiguration",
        },
        {},
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        "iam",
        "CreateInstanceProfileRequest",
        {"name": "InstanceProfileName"},
        {},
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": ("iam", "CreateServiceLinkedRoleRequest", {}, {}),
    "aws:kms/grant:Grant": ("kms", "CreateGrantRequest", {}, {}),
    "aws:lb/listener:Listener": (
        "elbv2",
        "CreateListenerInput",
        {
            "defaultActions.redirect": "DefaultActions.RedirectConfig",
            "defaultActions.fixedResponse": "DefaultActions.FixedResponseConfig",
        },
        {},
    ),
    "aws:lb/loadBalancer:LoadBalancer": ("elbv2", "CreateLoadBalancerInput", {"loadBalancerType": "Type"}, {}),
    "aws:lb/targetGroup:TargetGroup": (
        "elbv2",
        "CreateTargetGroupInput",
        {f"healthCheck.{key}": member for key, member in _HEALTH.items()},
        {},
    ),
}
