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
    """Empty under a strategy that keeps no replicas of tables."""
    primary_provider: aws.Provider
    """Reaches the primary Region, where the replication of its buckets is configured."""
    deletable_tables: bool = False
    """True lifts the protection of the replicas: ephemeral stacks, and replicas on their way out."""


class PrimarySideLinks(pulumi.ComponentResource):
    """Everything of dr that AWS keeps, or changes, in the primary Region.

    `links: frozen` is for the day when that Region does not answer: every input is ignored and a removal from the program deletes
    nothing at AWS, where it would delete the surviving replica.

    Produces the following resources:
    - `s3.BucketReplicationConfig` on each primary bucket
    - `dynamodb.TableReplica` of each table (the provider calls UpdateTable in the table's home Region), with a key,
      point-in-time recovery and deletion protection of its own: a replica inherits none of them (Amazon DynamoDB developer
      guide, "Global tables").

    Outputs: `table_arns`, by store.

    AWS limits:
    - A bucket has one replication configuration; a second owner would undo the first.
    - A table encrypted with our key needs a key for each replica; another key is another replica.

    Cost: writes to replicas $0.625 a million, transfer of both $0.02 a GB; replication time control $0.015 a GB from memory.
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
                deletion_protection_enabled=not args.deletable_tables,
                tags=store_tags(store, table.data_class),
                opts=pulumi.ResourceOptions(
                    parent=self, protect=not args.deletable_tables, ignore_changes=ignored, retain_on_delete=frozen
                ),
            )
            self.table_arns[store] = replica.arn
        self.register_outputs({"tableArns": self.table_arns})
