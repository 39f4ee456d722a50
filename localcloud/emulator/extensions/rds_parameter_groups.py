"""RDS parameter groups: the way back to the engine's defaults, and the one parameter that local databases follow.

moto has no ResetDBParameterGroup. `default_transaction_read_only` reaches the servers behind the instances of the group at once,
as a dynamic parameter does (Amazon RDS user guide, "Working with parameter groups"); the others are kept and described only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.models import DBParameterGroup, RDSBackend
from moto.rds.responses import RDSResponse

from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions.calls import extend

READ_ONLY = "default_transaction_read_only"
_ON = frozenset({"1", "on", "true"})

_modify_db_parameter_group = RDSBackend.modify_db_parameter_group


def modify_db_parameter_group(
    self: RDSBackend, db_parameter_group_name: str, db_parameter_group_parameters: Iterable[dict[str, Any]]
) -> DBParameterGroup:
    """ModifyDBParameterGroup."""
    group = _modify_db_parameter_group(self, db_parameter_group_name, db_parameter_group_parameters)
    _follow(self, group)
    return group


def reset_db_parameter_group(self: RDSResponse) -> ActionResult:
    """ResetDBParameterGroup, of some parameters or of all."""
    name, asked = self.params["DBParameterGroupName"], self.params
    group = self.backend.db_parameter_groups.get(name)
    if group is None:
        raise DBParameterGroupNotFoundError(name)
    if asked.get("ResetAllParameters"):
        group.parameters.clear()
    for parameter in asked.get("Parameters") or ():
        group.parameters.pop(parameter.original_dict()["ParameterName"], None)
    _follow(self.backend, group)
    return ActionResult({"DBParameterGroupName": name})


def _follow(backend: RDSBackend, group: DBParameterGroup) -> None:
    """Every running server of the group: sessions that exist follow with their next transaction."""
    wanted = str(group.parameters.get(READ_ONLY, {}).get("ParameterValue", "0")).lower() in _ON
    for database in backend.databases.values():
        server = DATABASES.server_of(database)
        if server is None or not server.alive or database.db_parameter_group_name != group.name:
            continue
        server.ask(f"alter system set {READ_ONLY} = {'on' if wanted else 'off'}")
        server.ask("select pg_reload_conf()")


def apply() -> None:
    """Put this into moto's RDS."""
    extend(RDSResponse, reset_db_parameter_group)
    extend(RDSBackend, modify_db_parameter_group)
