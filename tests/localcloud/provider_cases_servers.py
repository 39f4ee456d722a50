"""The cases of servers: their network, templates, groups, load balancers, profiles, grants and scaling."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from tests.localcloud.conftest import Client
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, Case, World

CERTIFICATE = f"arn:aws:acm:{PRIMARY}:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
OTHER_CERTIFICATE = f"arn:aws:acm:{PRIMARY}:{ACCOUNT}:certificate/66666666-2222-3333-4444-555555555555"


def gateway(world: World, vpc: str) -> str:
    ec2 = world.client("ec2")
    made = str(ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    return made


def load_balancer(world: World) -> str:
    made = world.client("elbv2").create_load_balancer(Name=world.name(), Subnets=world.two_subnets())
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def target_group(world: World) -> str:
    made = world.client("elbv2").create_target_group(Name=world.name(), Protocol="HTTP", Port=80, VpcId=world.vpc())
    return str(made["TargetGroups"][0]["TargetGroupArn"])


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


def _listener(world: World) -> Props:
    return {
        "loadBalancerArn": load_balancer(world),
        "port": 443,
        "protocol": "HTTPS",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "certificateArn": CERTIFICATE,
        "defaultActions": [{"type": "forward", "targetGroupArn": target_group(world)}],
        "tags": {"a": "1"},
    }


def _listener_answers(client: Client, id_: str, _: Props) -> None:
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}
    client("elbv2").modify_listener(
        ListenerArn=id_, DefaultActions=[fixed], Certificates=[{"CertificateArn": CERTIFICATE}]
    )


def _balancer_unprotected(client: Client, id_: str, _: Props) -> None:
    client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=id_, Attributes=[{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"}]
    )


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
    "aws:ec2/internetGateway:InternetGateway": Case(
        lambda w: {"vpcId": w.vpc()},
        lambda w: {"vpcId": w.vpc(), "tags": {"a": "1"}},
        None,
        lambda client, id_, inputs: client("ec2").detach_internet_gateway(InternetGatewayId=id_, VpcId=inputs["vpcId"]),
        "vpcId",
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": Case(
        launch_template,
        lambda _: {"instanceType": "t4g.medium", "tags": {"a": "1"}},
        {"name": "other"},
        _new_version,
        "instanceType",
    ),
    "aws:ec2/route:Route": Case(
        lambda w: {
            "routeTableId": w.route_table(vpc := w.vpc()),
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": gateway(w, vpc),
        },
        lambda w: {"gatewayId": gateway(w, w.vpc())},
        {"destinationCidrBlock": "10.9.0.0/16"},
        lambda client, _, inputs: client("ec2").replace_route(
            RouteTableId=inputs["routeTableId"],
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=client("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"],
        ),
        "gatewayId",
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
    "aws:lb/listener:Listener": Case(
        _listener,
        lambda _: {
            "certificateArn": OTHER_CERTIFICATE,
            "defaultActions": [
                {"type": "redirect", "redirect": {"statusCode": "HTTP_301", "host": "securecart.example"}}
            ],
            "tags": {"a": "2"},
        },
        {"loadBalancerArn": "other"},
        _listener_answers,
        "defaultActions",
    ),
    "aws:lb/loadBalancer:LoadBalancer": Case(
        lambda w: {
            "name": w.name(),
            "internal": False,
            "loadBalancerType": "application",
            "subnets": w.two_subnets(),
            "securityGroups": [w.group()],
            "dropInvalidHeaderFields": True,
            "enableDeletionProtection": False,
            "tags": {"a": "1"},
        },
        lambda w: {"securityGroups": [w.group()], "idleTimeout": 120, "tags": {"a": "2"}},
        {"internal": True},
        _balancer_unprotected,
        "dropInvalidHeaderFields",
    ),
    "aws:lb/targetGroup:TargetGroup": Case(
        lambda w: {
            "name": w.name(),
            "port": 8080,
            "protocol": "HTTP",
            "vpcId": w.vpc(),
            "targetType": "instance",
            "deregistrationDelay": 30,
            "healthCheck": {"path": "/health", "interval": 10, "timeout": 5, "matcher": "200"},
            "tags": {"a": "1"},
        },
        lambda _: {"healthCheck": {"path": "/ready", "interval": 15}, "deregistrationDelay": 60, "tags": {"a": "2"}},
        {"port": 8081},
        lambda client, id_, _: client("elbv2").modify_target_group(TargetGroupArn=id_, HealthCheckPath="/"),
        "healthCheck",
    ),
}
