"""One resource for each remedy of the policy pack, every one with the value that the pack mends (test_7_remedies.py)."""

from __future__ import annotations

import os

import pulumi
import pulumi_aws as aws

SECRET = pulumi.Output.secret(os.environ["REMEDIES_SECRET"])
elsewhere = pulumi.ResourceOptions(provider=aws.Provider("elsewhere", region="us-west-2"))
home = pulumi.ResourceOptions(provider=aws.Provider("home", region="us-east-1"))

for name in os.environ["REMEDIES_NAMES"].split():
    key = aws.kms.Key(f"{name}-key", description=SECRET, enable_key_rotation=False, opts=home)
    aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id, opts=home)
    aws.cloudwatch.LogGroup(f"{name}-logs", name=f"{name}-logs", retention_in_days=30, opts=home)
    table = aws.dynamodb.Table(
        f"{name}-table",
        name=f"{name}-table",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        opts=home,
    )
    aws.dynamodb.TableReplica(f"{name}-replica", global_table_arn=table.arn, opts=elsewhere)
    aws.rds.Instance(
        f"{name}-database",
        identifier=f"{name}-database",
        engine="postgres",
        engine_version="16.6",
        instance_class="db.t3.micro",
        allocated_storage=20,
        username="administrator",
        password=SECRET,
        backup_retention_period=1,
        skip_final_snapshot=True,
        apply_immediately=True,
        opts=home,
    )
