"""DynamoDB tables: point-in-time recovery, a key of ours, and a stream so that the other Region can hold a replica."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.settings import TableStore
from components.tags import store_tags

# Written by auto scaling, and never undone by an `up`.
SCALED = (
    "readCapacity",
    "writeCapacity",
    "globalSecondaryIndexes[*].readCapacity",
    "globalSecondaryIndexes[*].writeCapacity",
)
# What an adopted table keeps as it is. Another key is another table (terraform-provider-aws, aws_dynamodb_table, ForceNew), and an
# index that is not named here would be deleted; capacity, class and expiry of items are its owner's to decide.
ADOPTED_KEEPS = (
    "hashKey",
    "rangeKey",
    "localSecondaryIndexes",
    "attributes",
    "billingMode",
    "globalSecondaryIndexes",
    "readCapacity",
    "tableClass",
    "ttl",
    "writeCapacity",
)


@dataclass(frozen=True, kw_only=True)
class ProtectedTableArgs:
    """Inputs of a table."""

    table_name: str
    store: TableStore
    key_arn: pulumi.Input[str]
    ephemeral: bool = False
    imports: bool = False
    """True takes a table of that name, which exists already, into the state as it is."""


class ProtectedTable(pulumi.ComponentResource):
    """A table that can be recovered to any second of the last `pitr_days`, 35 by default.

    Its replicas belong to the dr stack, hence `ignore_changes`: two owners of the replicas would undo each other
    (terraform-provider-aws#38968).

    An adopted table (`existing`) gets recovery, the stream, our key and the protections; it keeps its keys, indexes, capacity,
    class and expiry. What adoption cannot do: keep a stream of another view, which the replica cannot use; its readers start anew.

    Produces the following resources:
    - `dynamodb.Table` (protected, deletion protection, stream of both images)

    Outputs: `arn`, `table_name`.

    AWS limits:
    - Recovery reaches back 1 to 35 days (PointInTimeRecoverySpecification RecoveryPeriodInDays).
    - A replica needs the stream of new and old images (Amazon DynamoDB developer guide, "Global tables").
    - 20 global secondary indexes a table; attributes are exactly the keys of table and indexes (CreateTable).
    - Provisioned capacity of a table with a replica must be scaled, that of its indexes too (components/tables/scaling.py).
    - A table cannot be deleted within 24 hours after it was the source of a new replica.

    Cost: writes $0.625 and reads $0.125 a million, storage $0.25 a GB and month, recovery $0.20 a GB and month; a write to a
    replica is billed like a write.
    """

    def __init__(self, name: str, args: ProtectedTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:table:ProtectedTable", name, None, opts)
        store = args.store
        provisioned = store.provisioned
        table = aws.dynamodb.Table(
            f"{name}-table",
            name=args.table_name,
            billing_mode="PROVISIONED" if provisioned else "PAY_PER_REQUEST",
            read_capacity=provisioned.minimum_read_units if provisioned else None,
            write_capacity=provisioned.minimum_write_units if provisioned else None,
            hash_key=store.hash_key,
            range_key=store.range_key,
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=attribute, type=kind)
                for attribute, kind in store.attributes.items()
            ],
            global_secondary_indexes=_indexes(store) or None,
            ttl=aws.dynamodb.TableTtlArgs(attribute_name=store.expiry_attribute, enabled=True)
            if store.expiry_attribute
            else None,
            table_class="STANDARD_INFREQUENT_ACCESS" if store.infrequent_access else None,
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=args.key_arn),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
                enabled=True, recovery_period_in_days=store.pitr_days
            ),
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            deletion_protection_enabled=not args.ephemeral,
            tags=store_tags(name, store.data_class),
            opts=store_options(
                self,
                ephemeral=args.ephemeral,
                ignore_changes=["replicas", *_left_alone(store)],
                imports=args.table_name if args.imports else None,
            ),
        )
        self.arn: pulumi.Output[str] = table.arn
        self.table_name: pulumi.Output[str] = table.name
        self.register_outputs({"arn": self.arn})


def _left_alone(store: TableStore) -> Sequence[str]:
    if store.existing:
        return ADOPTED_KEEPS
    return SCALED if store.provisioned else ()


def _indexes(store: TableStore) -> list[aws.dynamodb.TableGlobalSecondaryIndexArgs]:
    provisioned = store.provisioned
    return [
        aws.dynamodb.TableGlobalSecondaryIndexArgs(
            name=name,
            hash_key=index.hash_key,
            range_key=index.range_key,
            projection_type=index.projection,
            non_key_attributes=list(index.included_attributes) or None,
            read_capacity=provisioned.minimum_read_units if provisioned else None,
            write_capacity=provisioned.minimum_write_units if provisioned else None,
        )
        for name, index in store.indexes.items()
    ]
