"""What differs between the engines: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.settings.databases import Engine


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """Facts of one engine on Amazon RDS."""

    port: int
    family: str
    """Parameter group family; {major} and {minor} stand for the parts of the version."""
    tls: Mapping[str, str]
    """Parameters that refuse a connection without TLS."""
    log_exports: tuple[str, ...]
    """Logs that Amazon RDS exports to CloudWatch (CreateDBInstance EnableCloudwatchLogsExports)."""


ENGINES: dict[Engine, EngineFacts] = {
    Engine.POSTGRES: EngineFacts(
        port=5432, family="postgres{major}", tls={"rds.force_ssl": "1"}, log_exports=("postgresql", "upgrade")
    ),
    Engine.MYSQL: EngineFacts(
        port=3306,
        family="mysql{major}.{minor}",
        tls={"require_secure_transport": "ON"},
        log_exports=("error", "slowquery"),
    ),
}


def parameter_family(engine: Engine, version: str) -> str:
    """`postgres16` of 16.6, `mysql8.0` of 8.0.40."""
    major, minor = version.split(".")[:2]
    return ENGINES[engine].family.format(major=major, minor=minor)
