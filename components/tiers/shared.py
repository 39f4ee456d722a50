"""What both tiers are made from the same way: their arguments, keys, buckets and servers, by the settings of the stack."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.buckets.bucket import ProtectedBucketArgs
from components.databases.engines import ENGINES
from components.keys import KeyArgs
from components.naming import AUDIT, SECONDARY_STACK, Names
from components.network import PrivateNetworkArgs
from components.policies import ServiceUse, Statement
from components.protection.deliveries import (
    config_delivery_statements,
    config_key_statements,
    report_delivery_statements,
    report_key_statements,
)
from components.recorded import Recorded
from components.servers.key_access import auto_scaling_statements
from components.settings import BucketStore, DataClass, Role, Settings
from components.strategy.selection import Decision
from components.watch.alerts import AlertTopicArgs
from components.watch.trail import bucket_statements, key_uses

# Where AWS Backup's reports are in the audit bucket.
REPORTS_PREFIX = "backup-reports"


@dataclass(frozen=True, kw_only=True)
class TierArgs:
    """Inputs of a Region's tier."""

    settings: Settings
    decision: Decision
    """The strategy, and what each store keeps under it."""
    last: Recorded
    """What the stack said of itself when it was deployed last."""


def network_args(settings: Settings, *, public: bool) -> PrivateNetworkArgs:
    """The Region's network, open for the engines in use; with public subnets where it has a load balancer."""
    return PrivateNetworkArgs(
        cidr_block=settings.network.cidr_block,
        region=settings.region,
        database_ports=tuple(sorted({ENGINES[store.engine].port for store in settings.databases.values()})),
        public=public,
        application_port=settings.servers.port,
        interface_services=settings.network.interface_services,
    )


def data_key_uses(settings: Settings, names: Names) -> tuple[ServiceUse, ...]:
    """Services that encrypt with the data key on their own behalf: the trail."""
    return key_uses(account_id=settings.account_id, trail_arns=[names.trail_arn()])


def data_key_statements(settings: Settings, reports_role: pulumi.Input[str]) -> tuple[Statement, ...]:
    """What else uses the data key and is not in IAM's hands: reports, AWS Config, the servers' volumes."""
    return (
        *report_key_statements(reports_role),
        *config_key_statements(account_id=settings.account_id),
        *auto_scaling_statements(settings.account_id),
    )


def vault_key_args(settings: Settings, names: Names) -> KeyArgs:
    """The vault's own key, in either Region: who may use the data key still cannot touch what is in the vault."""
    return KeyArgs(
        alias=names.key_alias("vault"),
        description="Recovery points in SecureCart's vault of this Region",
        account_id=settings.account_id,
        deletion_window_days=settings.key_deletion_window_days,
        administrator_roles=settings.administrator_roles,
        ephemeral=settings.ephemeral,
    )


def alert_topic_args(settings: Settings, names: Names) -> AlertTopicArgs:
    """The Region's topic, with a key of its own."""
    return AlertTopicArgs(
        topic_name=names.of_region("alerts"),
        key_alias=names.key_alias("alerts"),
        account_id=settings.account_id,
        region=settings.region,
        key_deletion_window_days=settings.key_deletion_window_days,
        subscribers=settings.watch.subscribers,
        administrator_roles=settings.administrator_roles,
        ephemeral=settings.ephemeral,
    )


def all_buckets(settings: Settings) -> dict[str, BucketStore]:
    """The configured buckets, and the one for the estate's own records: it replicates both ways like every other."""
    records = BucketStore(
        noncurrent_retention_days=settings.watch.trail_retention_days, data_class=DataClass.OPERATIONAL
    )
    return {**settings.buckets, AUDIT: records}


def bucket_args(
    settings: Settings, names: Names, store: str, key_arn: pulumi.Input[str], reports_role: pulumi.Input[str]
) -> ProtectedBucketArgs:
    """A bucket of the stack's Region. Both replication configurations belong to dr, so each side says where it belongs."""
    primary = settings.role is Role.PRIMARY
    arn = names.bucket_arn(store, settings.region)
    delivered = (
        *bucket_statements(arn, account_id=settings.account_id, trail_arns=[names.trail_arn()]),
        *config_delivery_statements(arn, account_id=settings.account_id),
        *report_delivery_statements(arn, role_arn=reports_role, key_prefix=REPORTS_PREFIX),
    )
    return ProtectedBucketArgs(
        bucket_name=names.bucket(store, settings.region),
        store=all_buckets(settings)[store],
        key_arn=key_arn,
        replicated_by=SECONDARY_STACK if primary else None,
        replica_of=None if primary else names.bucket(store, settings.other_region),
        statements=delivered if store == AUDIT else (),
        ephemeral=settings.ephemeral,
    )
