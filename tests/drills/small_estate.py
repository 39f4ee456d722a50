"""SecureCart's stores as the failover finds them, made with boto3 alone: no engine, seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from automation.recovery.estate import Estate, Side, load_estate
from components.servers.capacity import Capacity

REPO = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
PASSWORD = "correct-horse"
ZONES = ("a", "b")
Client = Callable[..., Any]
# Listing them takes seconds, and they are the same after every reset.
_IMAGES: dict[str, str] = {}


@dataclass
class SmallEstate:
    """Both Regions; what the tests look at afterwards is read from AWS, not from here."""

    client: Client
    estate: Estate = field(default_factory=lambda: load_estate(REPO))
    subnets: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    def build(self) -> SmallEstate:
        keys = self._keys()
        for side in (self.estate.primary, self.estate.secondary):
            self._network(side)
        self._databases(keys)
        self._tables()
        for side in (self.estate.primary, self.estate.secondary):
            for bucket in side.buckets.values():
                self._bucket(side.region, bucket)
            capacity = self.estate.full_capacity if side is self.estate.primary else self.estate.passive_capacity
            self._fleet(side, capacity)
            self._switch(side)
            self.client("backup", side.region).create_backup_vault(BackupVaultName=side.vault)
        return self

    def lag(self, side: Side, store: str, seconds: float, at: datetime | None = None) -> None:
        """What RDS would report of a replica."""
        self._measure(
            side.region, ("AWS/RDS", "ReplicaLag"), {"DBInstanceIdentifier": side.databases[store]}, seconds, at
        )

    def measure_lag_of(self, region: str, identifier: str, seconds: float) -> None:
        """The same at this moment, of an instance that need not be there."""
        name = {"DBInstanceIdentifier": identifier}
        self._measure(region, ("AWS/RDS", "ReplicaLag"), name, seconds, datetime.now(UTC))

    def table_latency(self, source: Side, copy: Side, store: str, milliseconds: float) -> None:
        dimensions = {"TableName": self.estate.tables[store], "ReceivingRegion": copy.region}
        self._measure(source.region, ("AWS/DynamoDB", "ReplicationLatency"), dimensions, milliseconds)

    def bucket_latency(self, source: Side, copy: Side, store: str, seconds: float) -> None:
        names = {
            "SourceBucket": source.buckets[store],
            "DestinationBucket": copy.buckets[store],
            "RuleId": "whole-bucket",
        }
        self._measure(copy.region, ("AWS/S3", "ReplicationLatency"), names, seconds)

    def instance(self, side: Side, store: str) -> dict[str, Any]:
        asked = {"DBInstanceIdentifier": side.databases[store]}
        return dict(self.client("rds", side.region).describe_db_instances(**asked)["DBInstances"][0])

    def group(self, side: Side) -> dict[str, Any]:
        asked = {"AutoScalingGroupNames": [side.servers]}
        return dict(
            self.client("autoscaling", side.region).describe_auto_scaling_groups(**asked)["AutoScalingGroups"][0]
        )

    def ingress(self, side: Side) -> list[dict[str, Any]]:
        groups = [one["VpcSecurityGroupId"] for one in self.instance(side, "orders")["VpcSecurityGroups"]]
        filters = [{"Name": "group-id", "Values": groups}]
        rules = self.client("ec2", side.region).describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        return [rule for rule in rules if not rule["IsEgress"]]

    def read_only(self, side: Side, store: str) -> str | None:
        group = self.instance(side, store)["DBParameterGroups"][0]["DBParameterGroupName"]
        found = self.client("rds", side.region).describe_db_parameters(DBParameterGroupName=group)["Parameters"]
        values = {one["ParameterName"]: one.get("ParameterValue") for one in found}
        return values.get("default_transaction_read_only")

    def _measure(
        self, region: str, metric: tuple[str, str], dimensions: dict[str, str], value: float, at: datetime | None = None
    ) -> None:
        """AWS keeps its own namespaces for itself, so this writes where AWS would."""
        moment = (at or datetime.now(UTC) - timedelta(seconds=2)).astimezone(UTC).replace(tzinfo=None)
        data = {
            "MetricName": metric[1],
            "Value": value,
            "Timestamp": moment,
            "Dimensions": [{"Name": key, "Value": of} for key, of in dimensions.items()],
        }
        cloudwatch_backends[ACCOUNT][region].put_metric_data(metric[0], [data])

    def _keys(self) -> dict[str, str]:
        primary, secondary = self.estate.primary.region, self.estate.secondary.region
        made = self.client("kms", primary).create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
        self.client("kms", primary).replicate_key(KeyId=made, ReplicaRegion=secondary)
        arns = {primary: made, secondary: made.replace(primary, secondary)}
        for region, arn in arns.items():
            self.client("kms", region).create_alias(AliasName="alias/securecart/data", TargetKeyId=arn)
        return arns

    def _network(self, side: Side) -> None:
        ec2, rds = self.client("ec2", side.region), self.client("rds", side.region)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        self.subnets[side.region] = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{side.region}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate(ZONES)
        ]
        application = ec2.create_security_group(GroupName="application", Description="servers", VpcId=vpc)["GroupId"]
        data = ec2.create_security_group(GroupName="data", Description="databases", VpcId=vpc)["GroupId"]
        allowed = {"UserIdGroupPairs": [{"GroupId": application, "Description": "PostgreSQL from the application"}]}
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **allowed}
        ec2.authorize_security_group_ingress(GroupId=data, IpPermissions=[rule])
        self.groups[side.region] = data
        for store in side.databases:
            rds.create_db_subnet_group(
                DBSubnetGroupName=store, DBSubnetGroupDescription=store, SubnetIds=self.subnets[side.region]
            )
            rds.create_db_parameter_group(
                DBParameterGroupName=f"{store}-parameters", DBParameterGroupFamily="postgres16", Description=store
            )

    def _databases(self, keys: dict[str, str]) -> None:
        primary, secondary = self.estate.primary, self.estate.secondary
        for store in primary.databases:
            shared = {
                "DBInstanceClass": "db.t4g.medium",
                "DBSubnetGroupName": store,
                "DBParameterGroupName": f"{store}-parameters",
                "DeletionProtection": True,
                "MultiAZ": True,
            }
            made = self.client("rds", primary.region).create_db_instance(
                DBInstanceIdentifier=primary.databases[store], Engine="postgres", EngineVersion="16.6", AllocatedStorage=50,
                BackupRetentionPeriod=14, MasterUsername="securecart", MasterUserPassword=PASSWORD,
                DBName=store, StorageEncrypted=True, KmsKeyId=keys[primary.region],
                VpcSecurityGroupIds=[self.groups[primary.region]], **shared,
            )  # fmt: skip
            replicas = self.client("rds", secondary.region)
            replicas.create_db_instance_read_replica(
                DBInstanceIdentifier=secondary.databases[store], SourceRegion=primary.region,
                SourceDBInstanceIdentifier=made["DBInstance"]["DBInstanceArn"], KmsKeyId=keys[secondary.region],
                VpcSecurityGroupIds=[self.groups[secondary.region]], **shared,
            )  # fmt: skip
            replicas.modify_db_instance(DBInstanceIdentifier=secondary.databases[store], BackupRetentionPeriod=14)

    def _tables(self) -> None:
        primary, secondary = self.estate.primary.region, self.estate.secondary.region
        dynamodb = self.client("dynamodb", primary)
        for name in self.estate.tables.values():
            dynamodb.create_table(
                TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            )  # fmt: skip
            dynamodb.update_table(TableName=name, ReplicaUpdates=[{"Create": {"RegionName": secondary}}])

    def _bucket(self, region: str, name: str) -> None:
        s3 = self.client("s3", region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def _fleet(self, side: Side, capacity: Capacity) -> None:
        ec2 = self.client("ec2", side.region)
        if side.region not in _IMAGES:
            _IMAGES[side.region] = ec2.describe_images()["Images"][0]["ImageId"]
        data = {"ImageId": _IMAGES[side.region], "InstanceType": self.estate.settings.servers.instance_type}
        ec2.create_launch_template(LaunchTemplateName=side.servers, LaunchTemplateData=data)
        self.client("autoscaling", side.region).create_auto_scaling_group(
            AutoScalingGroupName=side.servers, LaunchTemplate={"LaunchTemplateName": side.servers, "Version": "$Latest"},
            MinSize=capacity.minimum, DesiredCapacity=capacity.desired, MaxSize=capacity.maximum,
            VPCZoneIdentifier=",".join(self.subnets[side.region]),
        )  # fmt: skip

    def _switch(self, side: Side) -> None:
        self.client("cloudwatch", self.estate.switch_region).put_metric_alarm(
            AlarmName=side.switch_alarm, Namespace=self.estate.switch_namespace, MetricName=side.switch_metric,
            Statistic="Maximum", ComparisonOperator="GreaterThanOrEqualToThreshold", Threshold=1, Period=60,
            EvaluationPeriods=1, TreatMissingData="ignore",
        )  # fmt: skip
