"""What a recovery acts on: every name computed from the configuration, so that neither the engine nor its state is needed.

The disaster may have taken the state's backend, too. This checkout, credentials and the secondary Region are enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import yaml

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from components.configuration.load import parse_settings
from components.naming import AUDIT, PROJECT, Names
from components.recovery.health import SWITCH_METRICS, SWITCH_NAMESPACE
from components.servers.capacity import FULL_PERCENT, Capacity, capacity_of
from components.settings import DatabaseRole, Links, Role, Settings
from components.settings.objectives import Strategy
from components.strategy.parts import PARTS, Part, servers_percent
from components.strategy.selection import decide

JOURNAL_PREFIX = "recovery/"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One Region's part, by the names that AWS knows."""

    role: Role
    region: str
    databases: Mapping[str, str]
    """Identifier by store."""
    servers: str
    """The Auto Scaling group."""
    buckets: Mapping[str, str]
    vault: str
    switch_metric: str
    """1 in it takes the Region out of service, 0 brings it back."""
    switch_alarm: str


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Both sides, what is recorded about them, and what is asked of a recovery."""

    settings: Settings
    """Of the stack of the secondary Region."""
    primary_settings: Settings
    sides: Mapping[Role, Side]
    tables: Mapping[str, str]
    strategy: Strategy
    config_sha256: str

    @property
    def account_id(self) -> str:
        return self.settings.account_id

    @property
    def active(self) -> Side:
        """The Region that serves, as recorded."""
        return self.sides[self.settings.active_region]

    @property
    def passive(self) -> Side:
        return self.sides[other(self.settings.active_region)]

    @property
    def primary(self) -> Side:
        return self.sides[Role.PRIMARY]

    @property
    def secondary(self) -> Side:
        return self.sides[Role.SECONDARY]

    @property
    def promoted(self) -> bool:
        """Whether the secondary Region's databases are recorded as databases of their own."""
        return self.settings.database_role is DatabaseRole.PROMOTED

    @property
    def parts(self) -> frozenset[Part]:
        return PARTS[self.strategy]

    @property
    def frozen(self) -> bool:
        return self.settings.links is Links.FROZEN

    @property
    def journal_bucket(self) -> str:
        """The audit bucket of the secondary Region: versioned, encrypted, there under every strategy."""
        return self.secondary.buckets[AUDIT]

    @property
    def switch_region(self) -> str:
        """Where the switches of both Regions are, out of the primary Region's reach."""
        return self.secondary.region

    @property
    def switch_namespace(self) -> str:
        return SWITCH_NAMESPACE

    @property
    def rto_seconds(self) -> int:
        return self.settings.objectives.rto_minutes * 60

    @property
    def rpo_seconds(self) -> int:
        return self.settings.objectives.rpo_minutes * 60

    @property
    def full_capacity(self) -> Capacity:
        return capacity_of(self.settings.servers, FULL_PERCENT)

    @property
    def passive_capacity(self) -> Capacity:
        """What the secondary Region runs while the primary one serves."""
        standby = self.settings.model_copy(update={"active_region": Role.PRIMARY})
        return capacity_of(self.settings.servers, servers_percent(standby, self.strategy))

    def raised(self) -> Estate:
        """The same estate with databases of the next generation: what a failback makes."""

        def next_generation(settings: Settings) -> Settings:
            databases = {
                name: store.model_copy(update={"generation": store.generation + 1})
                for name, store in settings.databases.items()
            }
            return settings.model_copy(update={"databases": databases})

        return estate_of(next_generation(self.primary_settings), next_generation(self.settings), self.config_sha256)

    def database_arn(self, role: Role, store: str) -> str:
        side = self.sides[role]
        return f"arn:aws:rds:{side.region}:{self.account_id}:db:{side.databases[store]}"


def other(role: Role) -> Role:
    return Role.SECONDARY if role is Role.PRIMARY else Role.PRIMARY


def load_estate(directory: Path) -> Estate:
    """Reads Pulumi.yaml and both stack files of `directory`. Raises SecurecartError (BAD_INPUT) with every mistake in them."""
    texts = [(directory / name).read_text() for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "Pulumi.dr.yaml")]
    shared, prod, dr = (yaml.safe_load(text) or {} for text in texts)
    prod_settings, dr_settings = (_settings(shared, stack) for stack in (prod, dr))
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    return estate_of(prod_settings, dr_settings, digest)


def estate_of(prod: Settings, dr: Settings, config_sha256: str = "") -> Estate:
    """The same from settings that are already read."""
    return Estate(
        settings=dr,
        primary_settings=prod,
        sides={settings.role: _side(settings) for settings in (prod, dr)},
        tables={store: Names(settings=dr).table(store) for store in dr.tables},
        strategy=decide(dr).strategy,
        config_sha256=config_sha256,
    )


def _side(settings: Settings) -> Side:
    names, role = Names(settings=settings), settings.role
    return Side(
        role=role,
        region=settings.region,
        databases={store: names.database(store, role) for store in settings.databases},
        servers=names.of_region("servers"),
        buckets={store: names.bucket(store, settings.region) for store in (*settings.buckets, AUDIT)},
        vault=names.vault(role),
        switch_metric=SWITCH_METRICS[role.value],
        switch_alarm=f"{PROJECT}-{role}-out-of-service",
    )


def _settings(shared: Mapping[str, Any], stack: Mapping[str, Any]) -> Settings:
    """As the engine would hand it to the program: the stack's own value wins, scalars are text."""
    raw: dict[str, Any] = {}
    for key, value in {**(shared.get("config") or {}), **(stack.get("config") or {})}.items():
        if key.startswith(f"{PROJECT}:"):
            plain = value["value"] if isinstance(value, dict) and "value" in value else value
            raw[key.removeprefix(f"{PROJECT}:")] = _as_text(plain)
    try:
        return parse_settings(raw)
    except pulumi.RunError as mistakes:
        raise SecurecartError(str(mistakes), "mend Pulumi.yaml or the stack file", ExitCode.BAD_INPUT) from mistakes


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
