"""What both tiers are made from the same way: their arguments, keys, buckets and servers, by the settings of the stack."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.buckets.bucket import ProtectedBucketArgs
from components.databases.engines import ENGINES
from components.keys import KeyArgs
from components.naming import AUDIT, SECONDARY_STACK, Names
from components.network import PrivateNetworkArgs
from components.policies import Statement
from components.protection.audit import report_key_statements, report_role_arn, report_statements
from components.protection.recorder import delivery_statements
from components.recorded import Recorded
from components.servers.key_access import auto_scaling_statements
from components.settings import BucketStore, DataClass, Role, Settings
from components.strategy.selection import Decision
from components.watch.alerts import PUBLISHERS
from components.watch.trail import key_statements, trail_statements


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


def data_key_statements(settings: Settings, names: Names) -> tuple[Statement, ...]:
    """Services that encrypt with the data key and are not in IAM's hands: the trail, the reports, the servers' volumes."""
    account = settings.account_id
    return (
        *key_statements(account, names.trail_arn()),
        *report_key_statements(account),
        *auto_scaling_statements(account),
    )


def vault_key_args(settings: Settings, names: Names) -> KeyArgs:
    """The vault's own key, in either Region: who may use the data key still cannot touch what is in the vault."""
    return _key_args(settings, names, "vault", "Recovery points in SecureCart's vault of this Region")


def alert_key_args(settings: Settings, names: Names) -> KeyArgs:
    """The alerts' key: the services that publish may use it, and no store is encrypted with it."""
    return _key_args(settings, names, "alerts", "SecureCart's alerts of this Region", PUBLISHERS)


def _key_args(
    settings: Settings, names: Names, purpose: str, description: str, publishers: tuple[str, ...] = ()
) -> KeyArgs:
    return KeyArgs(
        alias=names.key_alias(purpose),
        description=description,
        account_id=settings.account_id,
        deletion_window_days=settings.key_deletion_window_days,
        administrator_roles=settings.administrator_roles,
        publishers=publishers,
        ephemeral=settings.ephemeral,
    )


def all_buckets(settings: Settings) -> dict[str, BucketStore]:
    """The configured buckets, and the one for the estate's own records: it replicates both ways like every other."""
    records = BucketStore(noncurrent_retention_days=settings.watch.log_retention_days, data_class=DataClass.OPERATIONAL)
    return {**settings.buckets, AUDIT: records}


def bucket_args(
    settings: Settings, names: Names, store: str, key_arn: pulumi.Input[str], report_role: pulumi.Input[str]
) -> ProtectedBucketArgs:
    """A bucket of the stack's Region. Both replication configurations belong to dr, so each side says where it belongs."""
    primary = settings.role is Role.PRIMARY
    arn = names.bucket_arn(store, settings.region)
    delivered = (
        *trail_statements(arn, settings.account_id, names.trail_arn()),
        *delivery_statements(arn, settings.account_id),
        *report_statements(arn, report_role),
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


def report_role(settings: Settings) -> str:
    """The reports' role by name: prod makes it, and IAM is global."""
    return report_role_arn(settings.account_id)
