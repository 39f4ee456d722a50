"""DynamoDB tables: point-in-time recovery, a key of ours, and a stream.

So that the secondary Region can hold a replica.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.settings import TableStore
from components.tags import store_tags


@dataclass(frozen=True, kw_only=True)
class ProtectedTableArgs:
    """Inputs of a table."""

    table_name: str
    store: TableStore
    key_arn: pulumi.Input[str]
    ephemeral: bool = False


class ProtectedTable(pulumi.ComponentResource):
    """An on-demand table that can be recovered to any second of the last `pitr_days`, 35 by default.

    Produces the following resources:
    - `dynamodb.Table` (protected, deletion protection). Its replicas belong to the dr stack, hence `ignore_changes`:
      two owners of the replicas would undo each other (terraform-provider-aws#38968).

    Outputs: `arn`, `table_name`.
    """

    def __init__(self, name: str, args: ProtectedTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:table:ProtectedTable", name, None, opts)
        store = args.store
        table = aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=store.hash_key,
            range_key=store.range_key,
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=attribute, type=kind)
                for attribute, kind in store.attributes.items()
            ],
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=args.key_arn),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
                enabled=True, recovery_period_in_days=store.pitr_days
            ),
            # A global table needs the stream with both images (DynamoDB developer guide, global tables).
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            deletion_protection_enabled=not args.ephemeral,
            tags=store_tags(name, store.data_class),
            opts=store_options(self, ephemeral=args.ephemeral, ignore_changes=["replicas"]),
        )
        self.arn: pulumi.Output[str] = table.arn
        self.table_name: pulumi.Output[str] = table.name
        self.register_outputs({"arn": self.arn})
