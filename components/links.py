"""The links that dr keeps in the primary Region: all that can only be changed while that Region answers.

Frozen, none of it is read, changed or removed by an `up`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.buckets.replication import BucketReplicationArgs, replicate
from components.settings import Links
from components.tags import store_tags


@dataclass(frozen=True, kw_only=True)
class ReplicatedTable:
    """A table of the primary Region and the key that its replica gets."""

    arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    data_class: str


@dataclass(frozen=True, kw_only=True)
class PrimarySideLinksArgs:
    """Inputs of the links."""

    links: Links
    buckets: Mapping[str, BucketReplicationArgs]
    tables: Mapping[str, ReplicatedTable]
    primary_provider: aws.Provider
    """Reaches the primary Region, where the replication of its buckets is configured."""
    ephemeral: bool = False


class PrimarySideLinks(pulumi.ComponentResource):
    """Everything of dr that AWS keeps, or changes, in the primary Region.

    `links: frozen` is for the day when that Region does not answer: every input is ignored and a removal from the
    program deletes nothing at AWS, where it would delete the surviving replica.

    Produces the following resources:
    - `s3.BucketReplicationConfig` on each primary bucket
    - `dynamodb.TableReplica` of each table (the provider calls UpdateTable in the table's home Region), with a key,
      point-in-time recovery and deletion protection of its own: a replica inherits none of them (DynamoDB developer
      guide, global tables).

    Outputs: `table_arns`, by store.
    """

    def __init__(self, name: str, args: PrimarySideLinksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:replication:PrimarySideLinks", name, None, opts)
        frozen = args.links is Links.FROZEN
        ignored = ["*"] if frozen else None
        for store, replication in args.buckets.items():
            replicate(
                f"{store}-to-secondary",
                replication,
                pulumi.ResourceOptions(
                    parent=self, provider=args.primary_provider, ignore_changes=ignored, retain_on_delete=frozen
                ),
            )
        self.table_arns: dict[str, pulumi.Output[str]] = {}
        for store, table in args.tables.items():
            replica = aws.dynamodb.TableReplica(
                f"{store}-replica",
                global_table_arn=table.arn,
                kms_key_arn=table.key_arn,
                point_in_time_recovery=True,
                deletion_protection_enabled=not args.ephemeral,
                tags=store_tags(store, table.data_class),
                opts=pulumi.ResourceOptions(
                    parent=self, protect=not args.ephemeral, ignore_changes=ignored, retain_on_delete=frozen
                ),
            )
            self.table_arns[store] = replica.arn
        self.register_outputs({"tableArns": self.table_arns})
