"""SecureCart's stores, small and with something in them, made with boto3 alone in an emulated AWS."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moto.backup.models import backup_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from automation.recovery.checks import Finding
from automation.recovery.estate import Estate, Side, load_estate
from automation.recovery.journal import Journal
from automation.recovery.session import Declared, Session
from automation.recovery.steps import Plan
from automation.restore.outcome import findings
from automation.restore.plan import restore_plan
from automation.restore.selection import Asked, restorer
from automation.restore.wanted import Wanted
from components.naming import Names
from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_recovery_points import recovery_points
from localcloud.emulator.server import Emulator

REPO = Path(__file__).resolve().parents[2]
EAST, WEST = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"
Client = Callable[..., Any]
PASSWORD, ADMINISTRATOR = "not-a-secret", "securecart"


@dataclass
class Stores:
    """Both Regions have keys, vaults and networks; each test makes the stores that it needs."""

    emulator: Emulator
    client: Client
    estate: Estate = field(default_factory=lambda: load_estate(REPO))
    groups: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def build(self) -> Stores:
        made = self.client("kms", EAST).create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
        self.client("kms", EAST).replicate_key(KeyId=made, ReplicaRegion=WEST)
        self.keys = {EAST: made, WEST: made.replace(EAST, WEST)}
        for side in self.estate.sides.values():
            key = self.keys[side.region]
            self.client("kms", side.region).create_alias(AliasName="alias/securecart/data", TargetKeyId=key)
            backup = self.client("backup", side.region)
            backup.create_backup_vault(BackupVaultName=side.vault, EncryptionKeyArn=key)
            backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})
        self.bucket(self.estate.secondary, "audit")
        return self

    def clear(self) -> None:
        """Between tests: takes away what they made, seconds faster than a reset and a build."""
        for region in (EAST, WEST):
            dynamodb_backends[ACCOUNT][region].tables.clear()
            ec2, rds, backup = (backends[ACCOUNT][region] for backends in (ec2_backends, rds_backends, backup_backends))
            ec2.volumes.clear()
            ec2.snapshots.clear()
            rds.database_snapshots.clear()
            recovery_points(backup).clear()
            for name in list(rds.databases):
                rds.databases[name].deletion_protection = False
                self.client("rds", region).delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
            for secret in self.client("secretsmanager", region).list_secrets()["SecretList"]:
                self.client("secretsmanager", region).delete_secret(
                    SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True
                )
        buckets = s3_backends[ACCOUNT]["aws"].buckets
        audit = self.estate.journal_bucket
        for name in [name for name in buckets if name != audit]:
            buckets[name].keys.clear()
            s3_backends[ACCOUNT]["aws"].delete_bucket(name)
        for key in list(buckets[audit].keys):
            buckets[audit].keys.pop(key)

    def advance(self, seconds: float) -> datetime:
        """Put the clock forward; the moment before."""
        before = clock.now()
        self.emulator.advance_clock(seconds)
        return before

    # databases

    def network(self, side: Side) -> None:
        ec2, rds = self.client("ec2", side.region), self.client("rds", side.region)
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{side.region}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        made = ec2.create_security_group(GroupName="data", Description="Databases: ours", VpcId=vpc)
        self.groups[side.region] = made["GroupId"]
        rds.create_db_subnet_group(
            DBSubnetGroupName="private", DBSubnetGroupDescription="Private subnets of orders", SubnetIds=subnets
        )
        rds.create_db_parameter_group(
            DBParameterGroupName="parameters", DBParameterGroupFamily="postgres17", Description="Parameters of orders"
        )

    def database(self, store: str = "orders", side: Side | None = None) -> str:
        """An instance with the secret of its administrator; its identifier."""
        side = side or self.estate.primary
        name = side.databases[store]
        self.client("rds", side.region).create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t4g.medium", Engine="postgres", AllocatedStorage=20,
            MasterUsername=ADMINISTRATOR, MasterUserPassword=PASSWORD, DBName=store, Port=5432, StorageEncrypted=True,
            KmsKeyId=self.keys[side.region], BackupRetentionPeriod=14, MultiAZ=True, DeletionProtection=True,
            DBSubnetGroupName="private", DBParameterGroupName="parameters",
            VpcSecurityGroupIds=[self.groups[side.region]], Tags=[{"Key": "store", "Value": store}],
        )  # fmt: skip
        self.secret(store, side.region)
        return name

    def secret(self, store: str, region: str) -> None:
        """Of the administrator."""
        secret = {"username": ADMINISTRATOR, "password": PASSWORD, "dbname": store}
        name = Names(settings=self.estate.settings).secret(store)
        self.client("secretsmanager", region).create_secret(Name=name, SecretString=json.dumps(secret))

    def instance(self, name: str, region: str = EAST) -> dict[str, Any]:
        found = self.client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        return dict(found[0])

    # tables

    def table(self, store: str = "order-history", side: Side | None = None) -> str:
        side = side or self.estate.primary
        dynamodb, name = self.client("dynamodb", side.region), self.estate.tables[store]
        settings = self.estate.settings.tables[store]
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=True,
            KeySchema=[
                {"AttributeName": settings.hash_key, "KeyType": "HASH"},
                {"AttributeName": str(settings.range_key), "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": kind} for key, kind in settings.attributes.items()
            ],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.keys[side.region]},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            Tags=[{"Key": "data-class", "Value": "critical"}],
        )  # fmt: skip
        recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
        return name

    def put(self, table: str, **orders: str) -> None:
        """Items by order id, each with one state."""
        for order, state in orders.items():
            item = {"orderId": {"S": order}, "changedAt": {"S": "2026"}, "state": {"S": state}}
            self.client("dynamodb").put_item(TableName=table, Item=item)

    def states(self, table: str, region: str = EAST) -> dict[str, str]:
        items = self.client("dynamodb", region).scan(TableName=table)["Items"]
        return {item["orderId"]["S"]: item["state"]["S"] for item in items}

    # buckets

    def bucket(self, side: Side, store: str = "invoices") -> str:
        s3, name = self.client("s3", side.region), side.buckets[store]
        where = {} if side.region == EAST else {"CreateBucketConfiguration": {"LocationConstraint": side.region}}
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def write(self, bucket: str, **objects: str) -> None:
        for key, body in objects.items():
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=body.encode(), Metadata={"made": "here"})

    def objects(self, bucket: str, region: str = EAST) -> dict[str, str]:
        s3 = self.client("s3", region)
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}

    # volumes

    def volume(self, number: int = 0, side: Side | None = None) -> str:
        side = side or self.estate.primary
        tags = {"store": "backend", "Name": f"backend-{number}", "snapshot-policy": "backend"}
        made: str = self.client("ec2", side.region).create_volume(
            AvailabilityZone=f"{side.region}a", Size=1, Encrypted=True, VolumeType="gp3",
            TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            ],
        )["VolumeId"]  # fmt: skip
        return made

    def snapshot(self, volume: str) -> str:
        """As the snapshot policy makes it, with the volume's tags."""
        ec2 = self.client("ec2")
        tags = ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Tags"]
        made: str = ec2.create_snapshot(
            VolumeId=volume, TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}]
        )["SnapshotId"]
        return made

    def admin(self, path: str, **asked: Any) -> dict[str, Any]:
        """What an instance with the volume attached would do."""
        connection = http.client.HTTPConnection(urlsplit(self.emulator.endpoint).netloc, timeout=30)
        connection.request("POST", f"/_securecart/{path}", json.dumps(asked))
        return dict(json.loads(connection.getresponse().read()))

    # backups

    def clear_points(self, region: str, resource: str) -> None:
        """As if those resources had never been backed up."""
        known = recovery_points(backup_backends[ACCOUNT][region])
        for arn in [arn for arn, point in known.items() if point.resource_arn.startswith(resource)]:
            del known[arn]

    def break_point(self, region: str, resource: str) -> None:
        """The key that holds those recovery points cannot be used."""
        key = self.client("kms", region).create_key()["KeyMetadata"]["Arn"]
        self.client("kms", region).disable_key(KeyId=key)
        for point in recovery_points(backup_backends[ACCOUNT][region]).values():
            if resource in point.resource_arn:
                point.held = replace(point.held, key_arn=key)

    def back_up(self, resource_arn: str, side: Side | None = None) -> str:
        """Into the Region's vault; the ARN of the recovery point."""
        side = side or self.estate.primary
        backup = self.client("backup", side.region)
        job = backup.start_backup_job(
            BackupVaultName=side.vault, ResourceArn=resource_arn, IamRoleArn="arn:aws:iam::123456789012:role/backup"
        )["BackupJobId"]
        said = backup.describe_backup_job(BackupJobId=job)
        assert said["State"] == "COMPLETED", said
        return str(said["RecoveryPointArn"])


def carry_out(session: Session, plan: Plan) -> Journal:
    """As a command does after it was approved."""
    declared = Declared(command="restore", mode=plan.title, reason="test", operator="test", approver="test")
    return session.execute(declared, lambda: plan)


def bring_back(session: Session, wanted: Sequence[Wanted]) -> tuple[Journal, list[Finding]]:
    """Restores, and what was found."""
    restorers = [restorer(session.world, one) for one in wanted]
    for one in restorers:
        one.check()
    journal = carry_out(session, restore_plan(restorers))
    return journal, findings(journal.events, wanted)


def asked(what: str, store: str | None = None, at: datetime | None = None, arn: str | None = None) -> Asked:
    return Asked(what=what, store=store, at=at, arn=arn, region=None)
