"""The cases of servers: templates, groups, profiles, grants and scaling."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from tests.localcloud.provider_cases_front import target_group
from tests.localcloud.provider_world import ACCOUNT, Case, Client, World


def template(world: World) -> str:
    made = world.client("ec2").create_launch_template(
        LaunchTemplateName=world.name(), LaunchTemplateData={"ImageId": "ami-12345678", "InstanceType": "t4g.small"}
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def table_target(world: World) -> Props:
    resource = f"table/{world.table_arn().rpartition('/')[2]}"
    where = {"serviceNamespace": "dynamodb", "scalableDimension": "dynamodb:table:ReadCapacityUnits"}
    return {"resourceId": resource, "minCapacity": 5, "maxCapacity": 100, **where}


def _registered(world: World) -> Props:
    target = table_target(world)
    world.client("application-autoscaling").register_scalable_target(
        ServiceNamespace=target["serviceNamespace"],
        ResourceId=target["resourceId"],
        ScalableDimension=target["scalableDimension"],
        MinCapacity=5,
        MaxCapacity=100,
    )
    return {key: target[key] for key in ("serviceNamespace", "resourceId", "scalableDimension")}


def _where(inputs: Props, *tail: str) -> str:
    return "/".join([inputs["serviceNamespace"], inputs["resourceId"], inputs["scalableDimension"], *tail])


def tracking(percent: float) -> Props:
    return {
        "targetValue": percent,
        "scaleInCooldown": 60,
        "predefinedMetricSpecification": {"predefinedMetricType": "DynamoDBReadCapacityUtilization"},
    }


def launch_template(world: World, **more: Any) -> Props:
    disk = {
        "volumeType": "gp3", "volumeSize": 20, "encrypted": "true", "kmsKeyId": world.key(), "deleteOnTermination": "true",
    }  # fmt: skip
    return {
        "name": world.name(),
        "imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        "instanceType": "t4g.small",
        "vpcSecurityGroupIds": [world.group()],
        "iamInstanceProfile": {"arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{profile(world)}"},
        "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
        "monitoring": {"enabled": True},
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": disk}],
        "tagSpecifications": [{"resourceType": "volume", "tags": {"securecart:backup": "dlm"}}],
        "updateDefaultVersion": True,
        **more,
    }


def profile(world: World) -> str:
    name = world.name()
    world.client("iam").create_instance_profile(InstanceProfileName=name)
    return name


def group(world: World, **more: Any) -> Props:
    return {
        "name": world.name(),
        "minSize": 1,
        "maxSize": 4,
        "desiredCapacity": 2,
        "vpcZoneIdentifiers": world.two_subnets(),
        "launchTemplate": {"id": template(world), "version": "1"},
        "targetGroupArns": [target_group(world)],
        "healthCheckType": "ELB",
        "healthCheckGracePeriod": 120,
        "defaultInstanceWarmup": 60,
        "enabledMetrics": ["GroupInServiceInstances", "GroupDesiredCapacity"],
        "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 90, "instanceWarmup": "60"}},
        "waitForCapacityTimeout": "0",
        "forceDelete": True,
        "tags": [
            {"key": "Name", "value": "backend", "propagateAtLaunch": True},
            {"key": "DataClass", "value": "none", "propagateAtLaunch": False},
        ],
        **more,
    }


def _new_version(client: Client, id_: str, _: Props) -> None:
    client("ec2").create_launch_template_version(
        LaunchTemplateId=id_, SourceVersion="1", LaunchTemplateData={"InstanceType": "t4g.large"}
    )


CASES: dict[str, Case] = {
    "aws:appautoscaling/policy:Policy": Case(
        lambda w: {
            "name": w.name(),
            "policyType": "TargetTrackingScaling",
            "targetTrackingScalingPolicyConfiguration": tracking(70),
            **_registered(w),
        },
        lambda _: {"targetTrackingScalingPolicyConfiguration": tracking(60)},
        {"name": "other"},
        lambda client, id_, inputs: client("application-autoscaling").put_scaling_policy(
            PolicyName=id_,
            PolicyType="TargetTrackingScaling",
            ServiceNamespace=inputs["serviceNamespace"],
            ResourceId=inputs["resourceId"],
            ScalableDimension=inputs["scalableDimension"],
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 10,
                "ScaleInCooldown": 60,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
            },
        ),
        "targetTrackingScalingPolicyConfiguration",
        import_id=lambda id_, inputs: _where(inputs, id_),
    ),
    "aws:appautoscaling/target:Target": Case(
        lambda w: {**table_target(w), "tags": {"a": "1"}},
        lambda _: {"maxCapacity": 200, "tags": {"a": "2"}},
        {"resourceId": "table/other"},
        lambda client, id_, inputs: client("application-autoscaling").register_scalable_target(
            ServiceNamespace="dynamodb", ResourceId=id_, ScalableDimension=inputs["scalableDimension"], MinCapacity=1
        ),
        "minCapacity",
        import_id=lambda _, inputs: _where(inputs),
    ),
    "aws:autoscaling/group:Group": Case(
        group,
        lambda w: {
            "desiredCapacity": 3,
            "launchTemplate": {"id": template(w), "version": "1"},
            "targetGroupArns": [target_group(w)],
            "enabledMetrics": ["GroupInServiceInstances"],
            "tags": [{"key": "Name", "value": "backend", "propagateAtLaunch": True}],
        },
        {"name": "other"},
        lambda client, id_, _: client("autoscaling").set_desired_capacity(AutoScalingGroupName=id_, DesiredCapacity=4),
        "desiredCapacity",
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": Case(
        launch_template,
        lambda _: {"instanceType": "t4g.medium", "tags": {"a": "1"}},
        {"name": "other"},
        _new_version,
        "instanceType",
    ),
    "aws:iam/instanceProfile:InstanceProfile": Case(
        lambda w: {"name": w.name(), "role": w.role(), "tags": {"a": "1"}},
        lambda w: {"role": w.role(), "tags": {"a": "2"}},
        {"name": "other"},
        lambda client, id_, inputs: client("iam").remove_role_from_instance_profile(
            InstanceProfileName=id_, RoleName=inputs["role"]
        ),
        "role",
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Case(
        lambda w: {
            "awsServiceName": "autoscaling.amazonaws.com",
            "customSuffix": w.name(),
            "description": "servers",
            "tags": {"a": "1"},
        },
        lambda _: {"description": "all servers", "tags": {"a": "2"}},
        {"awsServiceName": "backup.amazonaws.com"},
        lambda client, id_, _: client("iam").update_role_description(
            RoleName=id_.rpartition("/")[2], Description="stranger"
        ),
        "description",
    ),
    "aws:kms/grant:Grant": Case(
        lambda w: {
            "name": w.name(),
            "keyId": w.key(),
            "granteePrincipal": w.role_arn(),
            "operations": ["Encrypt", "Decrypt", "GenerateDataKey"],
            "constraints": [{"encryptionContextEquals": {"store": "orders"}}],
        },
        replacing={"operations": ["Decrypt"]},
    ),
}
