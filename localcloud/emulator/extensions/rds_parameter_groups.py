"""RDS parameter groups: parameters go back to what the engine ships with. moto has no ResetDBParameterGroup."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.responses import RDSResponse

from localcloud.emulator.extensions.calls import extend


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
    return ActionResult({"DBParameterGroupName": name})


def apply() -> None:
    """Put this into moto's RDS."""
    extend(RDSResponse, reset_db_parameter_group)
