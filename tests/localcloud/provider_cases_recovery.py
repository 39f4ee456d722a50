"""Provider cases of ARC Region switch, Elastic Disaster Recovery and Resilience Hub."""

from __future__ import annotations

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, SECONDARY, Case, Client, World

_DATABASES = {
    region: f"arn:aws:rds:{region}:{ACCOUNT}:db:{name}"
    for region, name in ((PRIMARY, "orders"), (SECONDARY, "orders-dr"))
}
_GROUPS = [
    {
        "arn": f"arn:aws:autoscaling:{region}:{ACCOUNT}:autoScalingGroup:11111111-2222-3333-4444-555555555555"
        ":autoScalingGroupName/servers"
    }
    for region in (PRIMARY, SECONDARY)
]


def workflows(approval_minutes: int = 60) -> list[Props]:
    """A switch as the program does it: approval, then databases and servers side by side, then DNS."""
    parallel = [
        {
            "name": "databases",
            "executionBlockType": "RdsPromoteReadReplica",
            "rdsPromoteReadReplicaConfigs": [{"dbInstanceArnMap": _DATABASES, "timeoutMinutes": 20}],
        },
        {
            "name": "servers",
            "executionBlockType": "EC2AutoScaling",
            "ec2AsgCapacityIncreaseConfigs": [
                {
                    "asgs": _GROUPS,
                    "capacityMonitoringApproach": "sampledMaxInLast24Hours",
                    "targetPercent": 100,
                    "timeoutMinutes": 15,
                    "ungraceful": {"minimumSuccessPercentage": 50},
                }
            ],
        },
    ]
    return [
        {
            "workflowTargetAction": "activate",
            "workflowTargetRegion": SECONDARY,
            "workflowDescription": "fail over",
            "steps": [
                {
                    "name": "approval",
                    "executionBlockType": "ManualApproval",
                    "executionApprovalConfigs": [
                        {"approvalRole": f"arn:aws:iam::{ACCOUNT}:role/approve", "timeoutMinutes": approval_minutes}
                    ],
                },
                {"name": "data", "executionBlockType": "Parallel", "parallelConfigs": [{"steps": parallel}]},
                {
                    "name": "dns",
                    "executionBlockType": "Route53HealthCheck",
                    "route53HealthCheckConfigs": [
                        {
                            "hostedZoneId": "Z1",
                            "recordName": "shop.example.com",
                            "recordSets": [
                                {"recordSetIdentifier": "primary", "region": PRIMARY},
                                {"recordSetIdentifier": "secondary", "region": SECONDARY},
                            ],
                            "timeoutMinutes": 5,
                        }
                    ],
                },
            ],
        }
    ]


def plan(world: World) -> Props:
    return {
        "name": world.name(),
        "description": "the shop",
        "executionRole": world.role_arn(),
        "recoveryApproach": "activePassive",
        "regions": [PRIMARY, SECONDARY],
        "primaryRegion": PRIMARY,
        "recoveryTimeObjectiveMinutes": 60,
        "workflows": workflows(),
        "associatedAlarms": [
            {
                "mapBlockKey": "healthy",
                "alarmType": "applicationHealth",
                "resourceIdentifier": f"arn:aws:cloudwatch:{PRIMARY}:{ACCOUNT}:alarm:shop",
            }
        ],
        "reportConfigurations": [
            {"reportOutputs": [{"s3Configurations": [{"bucketOwner": ACCOUNT, "bucketPath": "evidence/plans"}]}]}
        ],
        "tags": {"a": "1"},
    }


def _shorter_objective(client: Client, id_: str, _: Props) -> None:
    arc = client("arc-region-switch")
    live = arc.get_plan(arn=id_)["plan"]
    fixed = ("arn", "name", "owner", "primaryRegion", "recoveryApproach", "regions", "updatedAt", "version")
    arc.update_plan(
        arn=id_,
        **{key: value for key, value in live.items() if key not in fixed and key != "recoveryTimeObjectiveMinutes"},
        recoveryTimeObjectiveMinutes=5,
    )


def _pit(days: int) -> list[Props]:
    return [
        {"enabled": True, "interval": 10, "retentionDuration": 60, "units": "MINUTE", "ruleId": 1},
        {"enabled": True, "interval": 1, "retentionDuration": 24, "units": "HOUR", "ruleId": 2},
        {"enabled": True, "interval": 1, "retentionDuration": days, "units": "DAY", "ruleId": 3},
    ]


def _template(world: World) -> Props:
    return {
        "associateDefaultSecurityGroup": False,
        "bandwidthThrottling": 0,
        "createPublicIp": False,
        "dataPlaneRouting": "PRIVATE_IP",
        "defaultLargeStagingDiskType": "GP3",
        "ebsEncryption": "CUSTOM",
        "ebsEncryptionKeyArn": world.key(),
        "pitPolicies": _pit(7),
        "replicationServerInstanceType": "t3.small",
        "replicationServersSecurityGroupsIds": [world.group()],
        "stagingAreaSubnetId": world.subnet(world.vpc()),
        "stagingAreaTags": {"securecart:staging": "yes"},
        "useDedicatedReplicationServer": False,
    }


CASES: dict[str, Case] = {
    "aws:arcregionswitch/plan:Plan": Case(
        plan,
        lambda _: {"workflows": workflows(30), "tags": {"a": "2"}},
        {"recoveryApproach": "activeActive"},
        _shorter_objective,
        "recoveryTimeObjectiveMinutes",
    ),
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": Case(
        _template,
        lambda _: {"pitPolicies": _pit(14), "tags": {"a": "1"}},
        None,
        lambda client, id_, _: client("drs").update_replication_configuration_template(
            replicationConfigurationTemplateID=id_, createPublicIP=True
        ),
        "createPublicIp",
    ),
    "aws:resiliencehub/v2Policy:V2Policy": Case(
        lambda w: {
            "name": w.name(),
            "description": "the shop",
            "kmsKeyId": w.key(),
            "multiRegion": {"disasterRecoveryApproach": "WARM_STANDBY", "rtoInMinutes": 60, "rpoInMinutes": 5},
            "dataRecovery": {"timeBetweenBackupsInMinutes": 1440},
            "availabilitySlo": {"target": 99.9},
        },
        lambda _: {
            "multiRegion": {"disasterRecoveryApproach": "PILOT_LIGHT", "rtoInMinutes": 90},
            "availabilitySlo": None,
            "tags": {"a": "1"},
        },
        {"name": "other"},
        lambda client, id_, _: client("resiliencehubv2").update_policy(
            policyArn=id_, dataRecovery={"timeBetweenBackupsInMinutes": 60}
        ),
        "dataRecovery",
    ),
}
