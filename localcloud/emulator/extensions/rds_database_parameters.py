"""Parameters of RDS parameter groups that reach the server at once: the one that takes writes away from a database.

The others are described and not passed on: what they size, a server of the local cloud has not.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions.calls import surround
from localcloud.emulator.extensions.rds_databases import Inner

# Dynamic, so no reboot is needed (RDS user guide, "Parameters for RDS for PostgreSQL").
PASSED_ON = ("default_transaction_read_only",)


def create_db_instance(inner: Inner, backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstance, and the end of both restores."""
    return _passed_on(inner(backend, db_kwargs))


def create_db_instance_read_replica(inner: Inner, backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstanceReadReplica."""
    return _passed_on(inner(backend, db_kwargs))


def modify_db_instance(
    inner: Inner, backend: RDSBackend, db_instance_identifier: str, db_kwargs: dict[str, Any]
) -> DBInstance:
    """ModifyDBInstance, to another group."""
    return _passed_on(inner(backend, db_instance_identifier, db_kwargs))


def modify_db_parameter_group(
    inner: Inner, backend: RDSBackend, db_parameter_group_name: str, *more: Any
) -> DBParameterGroup:
    """ModifyDBParameterGroup."""
    group: DBParameterGroup = inner(backend, db_parameter_group_name, *more)
    _pass_on_to_users(backend, db_parameter_group_name)
    return group


def reset_db_parameter_group(inner: Inner, self: RDSResponse) -> ActionResult:
    """ResetDBParameterGroup."""
    answer: ActionResult = inner(self)
    _pass_on_to_users(self.backend, self.params["DBParameterGroupName"])
    return answer


def _pass_on_to_users(backend: RDSBackend, group: str) -> None:
    for database in backend.databases.values():
        if database.db_parameter_group_name == group:
            _passed_on(database)


def _passed_on(database: DBInstance) -> DBInstance:
    fleet, server = DATABASES.fleet, DATABASES.server_of(database)
    if fleet is not None and server is not None:
        # None without a group of its own.
        group = database.backend.db_parameter_groups.get(database.db_parameter_group_name or "")
        found = group.parameters if group is not None else {}
        values = {name: found[name].get("ParameterValue") for name in PASSED_ON if name in found}
        with DATABASES.errors_of_rds():
            fleet.set_parameters(server, {name: str(value) for name, value in values.items() if value is not None})
    return database


def apply() -> None:
    """Put this around what moto and the other modules of RDS do."""
    surround(
        RDSBackend,
        create_db_instance,
        create_db_instance_read_replica,
        modify_db_instance,
        modify_db_parameter_group,
    )
    surround(RDSResponse, reset_db_parameter_group)
