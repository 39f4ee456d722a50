"""The settings of one stack: what SecureCart protects (said once, in Pulumi.yaml) and what differs between prod and dr."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from components.settings import limits
from components.settings.base import AccountId, Frozen, Region, RoleName, StoreName
from components.settings.buckets import BucketStore
from components.settings.databases import DatabaseRole, DatabaseStore
from components.settings.network import Network
from components.settings.objectives import Objectives, Strategy
from components.settings.protection import Protection, VaultLock
from components.settings.recovery import Recovery
from components.settings.servers import CertificateArn, ElasticRecovery, Servers
from components.settings.tables import TableStore
from components.settings.volumes import VolumeStore
from components.settings.watch import Watch


class Role(StrEnum):
    """Which side of the estate a stack is."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Links(StrEnum):
    """Whether dr manages its resources on the primary side.

    Or leaves them untouched because that Region cannot answer.
    """

    ENABLED = "enabled"
    FROZEN = "frozen"


class SecondaryRemoval(StrEnum):
    """A weaker strategy takes parts of the secondary Region away: in two deliberate steps, or not at all."""

    REFUSE = "refuse"
    RELEASE = "release"
    """They stay, without protection: the first step."""
    REMOVE = "remove"


class Regions(Frozen):
    """The two Regions of the estate."""

    primary: Region = Field(description="Region that serves; stack prod")
    secondary: Region = Field(description="Region that takes over; stack dr")


class Settings(Frozen):
    """Everything that the program is told. Stores are keyed by name; both stacks read the same ones."""

    account_id: AccountId = Field(description="AWS account of the estate; the provider refuses any other")
    regions: Regions
    databases: dict[StoreName, DatabaseStore] = Field(min_length=1)
    tables: dict[StoreName, TableStore] = Field(min_length=1)
    buckets: dict[StoreName, BucketStore] = Field(min_length=1)
    volumes: dict[StoreName, VolumeStore] = Field(min_length=1)
    servers: Servers = Field(default=Servers(), description="the fleet behind the load balancer")
    elastic_recovery: ElasticRecovery = ElasticRecovery()
    vault_lock: VaultLock = VaultLock()
    backup: Protection
    watch: Watch = Watch()
    recovery: Recovery
    objectives: Objectives = Field(description="what the business asks of recovery from the loss of a Region")
    strategy: Strategy | None = Field(default=None, description="chosen from the objectives where it is left out")
    strategy_reason: str | None = Field(
        default=None, min_length=10, description="why a strategy weaker than the objectives is right"
    )
    secondary_removal: SecondaryRemoval = Field(
        default=SecondaryRemoval.REFUSE, description="what becomes of parts that a weaker strategy no longer holds"
    )
    active_region: Role = Field(default=Role.PRIMARY, description="which Region serves; the other's after a failover")
    database_role: DatabaseRole = Field(
        default=DatabaseRole.REPLICA, description="what the secondary Region's databases are; promoted after a failover"
    )
    key_deletion_window_days: int = limits.KMS_DELETION_WINDOW.field(
        default=30, description="time to notice a deleted key"
    )
    administrator_roles: tuple[RoleName, ...] = Field(
        default=(),
        description="IAM roles that alone may change vault policies and locks and delete keys; the deployer among them",
    )
    role: Role
    network: Network
    certificate_arn: CertificateArn | None = Field(
        default=None, description="ACM certificate of the load balancer, in the stack's own Region"
    )
    links: Links = Links.ENABLED
    ephemeral: bool = Field(default=False, description="true lifts every deletion protection: test stacks only")

    @property
    def is_active(self) -> bool:
        """Whether the stack's Region is the one that serves."""
        return self.role is self.active_region

    @property
    def region(self) -> str:
        """The Region of this stack."""
        return self.regions.primary if self.role is Role.PRIMARY else self.regions.secondary

    @property
    def other_region(self) -> str:
        """The Region of the other stack."""
        return self.regions.secondary if self.role is Role.PRIMARY else self.regions.primary
