"""What the tests of AWS Backup have in common: vaults, and stores with something in them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

ROLE = "arn:aws:iam::123456789012:role/backup"
ACCOUNT = "123456789012"
HOUR, DAY = 3600, 24 * 3600


@dataclass(frozen=True)
class World:
    """Makes what a test needs, each under a name of its own."""

    emulator: Emulator
    client: Client
    region: str = PRIMARY
    token: str = field(default_factory=lambda: uuid.uuid4().hex[:6])
    """Is in every name of the test, so that a pattern reaches nothing of another test."""

    def name(self, start: str) -> str:
        """A name that nothing else has."""
        return f"{start}-{self.token}-{uuid.uuid4().hex[:8]}"

    def elsewhere(self) -> World:
        """The same in the other Region."""
        return World(self.emulator, self.client, SECONDARY, self.token)

    def end_plans(self) -> None:
        """Delete what runs when the clock goes forward, in both Regions: the next test goes forward, too."""
        for region in (PRIMARY, SECONDARY):
            backup = self.client("backup", region)
            for plan in backup.list_backup_plans()["BackupPlansList"]:
                identifier = plan["BackupPlanId"]
                for entry in backup.list_backup_selections(BackupPlanId=identifier)["BackupSelectionsList"]:
                    backup.delete_backup_selection(BackupPlanId=identifier, SelectionId=entry["SelectionId"])
                backup.delete_backup_plan(BackupPlanId=identifier)
            for plan in backup.list_restore_testing_plans()["RestoreTestingPlans"]:
                named = {"RestoreTestingPlanName": plan["RestoreTestingPlanName"]}
                for entry in backup.list_restore_testing_selections(**named)["RestoreTestingSelections"]:
                    name = entry["RestoreTestingSelectionName"]
                    backup.delete_restore_testing_selection(**named, RestoreTestingSelectionName=name)
                backup.delete_restore_testing_plan(**named)

    @property
    def backup(self) -> Any:
        return self.client("backup", self.region)

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self.emulator.advance_clock(seconds)

    def key(self) -> str:
        """A KMS key of the Region."""
        arn: str = self.client("kms", self.region).create_key()["KeyMetadata"]["Arn"]
        return arn

    def vault(self) -> str:
        """A vault with a key of its own."""
        name = self.name("vault")
        self.backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=self.key())
        return name

    def vault_arn(self, name: str) -> str:
        return f"arn:aws:backup:{self.region}:{ACCOUNT}:backup-vault:{name}"

    def table(self, *orders: int, tags: dict[str, str] | None = None) -> str:
        """A table of orders with one index, holding the orders of these numbers; returns its name."""
        dynamodb, name = self.client("dynamodb", self.region), self.name("orders")
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "N"},
                {"AttributeName": "customer", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-customer",
                    "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )
        for order in orders:
            self.put_order(name, order)
        return name

    def table_arn(self, name: str) -> str:
        return f"arn:aws:dynamodb:{self.region}:{ACCOUNT}:table/{name}"

    def put_order(self, table: str, order: int) -> None:
        item = {"id": {"N": str(order)}, "customer": {"S": f"customer-{order % 2}"}}
        self.client("dynamodb", self.region).put_item(TableName=table, Item=item)

    def orders(self, table: str) -> list[int]:
        """The numbers of the orders in a table."""
        items = self.client("dynamodb", self.region).scan(TableName=table)["Items"]
        return sorted(int(item["id"]["N"]) for item in items)

    def bucket(self, objects: dict[str, bytes] | None = None, *, versioned: bool = True) -> str:
        """A bucket with these objects; returns its name."""
        s3, name = self.client("s3", self.region), self.name("invoices")
        place = {} if self.region == PRIMARY else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        s3.create_bucket(Bucket=name, **place)
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for key, body in (objects or {}).items():
            s3.put_object(Bucket=name, Key=key, Body=body)
        return name

    def objects(self, bucket: str) -> dict[str, bytes]:
        """The objects that a bucket has now."""
        s3 = self.client("s3", self.region)
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def back_up(self, resource_arn: str, vault: str, **more: Any) -> dict[str, Any]:
        """Run a backup job; returns it as DescribeBackupJob does."""
        started = self.backup.start_backup_job(BackupVaultName=vault, ResourceArn=resource_arn, IamRoleArn=ROLE, **more)
        job: dict[str, Any] = self.backup.describe_backup_job(BackupJobId=started["BackupJobId"])
        return job

    def recovery_point(self, resource_arn: str, vault: str, **more: Any) -> str:
        """Back up, successfully; returns the ARN of the recovery point."""
        job = self.back_up(resource_arn, vault, **more)
        assert job["State"] == "COMPLETED", job
        arn: str = job["RecoveryPointArn"]
        return arn

    def points(self, vault: str) -> list[dict[str, Any]]:
        """What a vault holds, newest first."""
        found: list[dict[str, Any]] = self.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)[
            "RecoveryPoints"
        ]
        return found

    def restore(self, point_arn: str, **metadata: str) -> dict[str, Any]:
        """Run a restore job; returns it as DescribeRestoreJob does."""
        started = self.backup.start_restore_job(RecoveryPointArn=point_arn, Metadata=metadata, IamRoleArn=ROLE)
        job: dict[str, Any] = self.backup.describe_restore_job(RestoreJobId=started["RestoreJobId"])
        return job

    def manage_dynamodb_fully(self) -> None:
        """Turn on advanced features for DynamoDB, as the program does."""
        self.backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})

    def database(self, **more: Any) -> str:
        """An encrypted instance that no engine stands behind here; returns its identifier."""
        name = self.name("db")
        self.client("rds", self.region).create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.medium",
            Engine="mysql",
            AllocatedStorage=20,
            MasterUsername="shop",
            MasterUserPassword=uuid.uuid4().hex,
            StorageEncrypted=True,
            BackupRetentionPeriod=7,
            **more,
        )
        return name

    def database_arn(self, name: str) -> str:
        return f"arn:aws:rds:{self.region}:{ACCOUNT}:db:{name}"

    def queue_of_topic(self) -> tuple[str, str]:
        """A topic and a queue that hears what it is told; returns the topic's ARN and the queue's URL."""
        name = self.name("alerts")
        sns, sqs = self.client("sns", self.region), self.client("sqs", self.region)
        topic = sns.create_topic(Name=name)["TopicArn"]
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}")
        return topic, url

    def heard(self, url: str) -> list[dict[str, Any]]:
        """What a queue of a topic has heard since the last look."""
        sqs, heard = self.client("sqs", self.region), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                heard.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard
