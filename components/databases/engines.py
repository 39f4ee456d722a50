"""What differs between the engines: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.settings.databases import TLS_PARAMETERS, Engine


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """Facts of one engine on Amazon RDS."""

    port: int
    family: str
    """Parameter group family; {major} and {minor} stand for the parts of the version."""
    log_exports: tuple[str, ...]
    """Logs that Amazon RDS exports to CloudWatch (CreateDBInstance EnableCloudwatchLogsExports)."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What those logs need in order to hold anything; a store's own parameters come after them."""


ENGINES: dict[Engine, EngineFacts] = {
    Engine.POSTGRES: EngineFacts(port=5432, family="postgres{major}", log_exports=("postgresql", "upgrade")),
    Engine.MYSQL: EngineFacts(
        port=3306,
        family="mysql{major}.{minor}",
        log_exports=("error", "slowquery"),
        # Amazon RDS user guide, "Publishing MySQL logs": slow queries are exported from a file, and only when logged.
        parameters={"log_output": "FILE", "slow_query_log": "1"},
    ),
}


def parameters(engine: Engine, own: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a database. What refuses plain connections comes last: no parameter of its own takes it away."""
    return dict(ENGINES[engine].parameters) | dict(own) | dict(TLS_PARAMETERS[engine])


def port_of(engine: Engine) -> int:
    """The TCP port that a database of this engine listens on."""
    return ENGINES[engine].port


def parameter_family(engine: Engine, version: str) -> str:
    """`postgres16` of 16.6, `mysql8.0` of 8.0.40."""
    major, minor = version.split(".")[:2]
    return ENGINES[engine].family.format(major=major, minor=minor)
