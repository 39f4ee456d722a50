"""What AWS refuses and moto takes is refused here, by its own code, and nothing of it is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.emulator.server import Emulator
from tests.localcloud.refusal_cases import CASES, alarm, database, key_policy, lifecycle, plan, replication, snapshots

EAST = "us-east-1"

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Callable[..., Any]:
    """As the tests' other clients, but boto3 does not refuse anything by itself: the cloud has to."""

    def make(service: str, region: str = EAST) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint,
            aws_access_key_id="a",
            aws_secret_access_key="a",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    return make


@pytest.fixture(scope="module")
def world(emulator: Emulator, client: Callable[..., Any]) -> dict[str, Any]:
    """Things that refused calls are about."""
    emulator.reset()
    kms, rds, s3 = client("kms"), client("rds"), client("s3")
    made: dict[str, Any] = {name: kms.create_key()["KeyMetadata"]["KeyId"] for name in ("key", "disabled", "pending")}
    kms.disable_key(KeyId=made["disabled"])
    kms.schedule_key_deletion(KeyId=made["pending"], PendingWindowInDays=7)
    client("backup").create_backup_vault(BackupVaultName="vault")
    made["plan"] = client("backup").create_backup_plan(BackupPlan=plan())["BackupPlanId"]
    made["subnets"] = [found["SubnetId"] for found in client("ec2").describe_subnets()["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="used", DBSubnetGroupDescription="d", SubnetIds=made["subnets"][:2])
    rds.create_db_parameter_group(DBParameterGroupName="used", DBParameterGroupFamily="mysql8.0", Description="d")
    groups = {"DBSubnetGroupName": "used", "DBParameterGroupName": "used", "EngineVersion": "8.0.35"}
    rds.create_db_instance(**database("source", BackupRetentionPeriod=7, **groups))
    rds.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="source")
    managed = database("managed", BackupRetentionPeriod=7, ManageMasterUserPassword=True)
    del managed["MasterUserPassword"]
    rds.create_db_instance(**managed)
    for bucket in ("near-1", "near-2"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client("logs").create_log_group(logGroupName="group")
    balancers = client("elbv2").create_load_balancer(Name="kept", Subnets=made["subnets"][:2])["LoadBalancers"]
    made["balancer"] = balancers[0]["LoadBalancerArn"]
    on = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=made["balancer"], Attributes=on)
    made["topic"] = client("sns").create_topic(Name="topic")["TopicArn"]
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    for name in ("referenced", "referring"):
        asked = {"GroupName": name, "Description": "d", "VpcId": vpc}
        made[name] = client("ec2").create_security_group(**asked)["GroupId"]
    source = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": made["referenced"]}]}
    client("ec2").authorize_security_group_ingress(GroupId=made["referring"], IpPermissions=[source])
    return made


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_by_the_code_of_its_service(client: Callable[..., Any], world: dict[str, Any], case: str) -> None:
    service, call, asked, code = CASES[case]
    filled = json.loads(json.dumps(asked), object_hook=lambda found: {k: _fill(v, world) for k, v in found.items()})
    with pytest.raises(ClientError) as refused:
        getattr(client(service), call)(**filled)
    assert refused.value.response["Error"]["Code"] == code, refused.value
    assert refused.value.response["Error"]["Message"]
    assert 400 <= refused.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500


def _fill(value: Any, world: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_fill(item, world) for item in value]
    is_place = isinstance(value, str) and value.startswith("{") and value.endswith("}") and '"' not in value
    return value.format(**world) if is_place else value


def test_what_fits_is_taken(client: Callable[..., Any]) -> None:
    client("backup").create_backup_plan(
        BackupPlan=plan(StartWindowMinutes=60, CompletionWindowMinutes=180, Lifecycle={"DeleteAfterDays": 36500})
    )
    client("dlm").create_lifecycle_policy(**snapshots())
    client("kms").create_key(Policy=key_policy("arn:aws:iam::123456789012:root"))
    client("s3").put_bucket_replication(**replication({}, {"ID": "two", "Priority": 2}))
    client("s3").put_bucket_lifecycle_configuration(
        **lifecycle(Transitions=[{"Days": 30, "StorageClass": "STANDARD_IA"}], Expiration={"Days": 31})
    )
    client("cloudwatch").put_metric_alarm(**alarm(Period=30))
    client("rds").create_db_instance(**database("fits", PreferredBackupWindow="23:45-00:15", MonitoringInterval=0))
