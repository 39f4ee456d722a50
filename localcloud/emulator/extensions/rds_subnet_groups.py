"""RDS subnet groups: one that was modified is still there. moto takes it out of its table and does not put it back."""

from __future__ import annotations

from typing import Any

from moto.rds.models import DBSubnetGroup, RDSBackend

from localcloud.emulator.extensions.calls import extend

_modify_db_subnet_group = RDSBackend.modify_db_subnet_group


def modify_db_subnet_group(self: RDSBackend, subnet_name: str, description: str, subnets: list[Any]) -> DBSubnetGroup:
    """ModifyDBSubnetGroup."""
    group = self.describe_db_subnet_groups(subnet_name)[0]  # refuses a group that does not exist
    changed: DBSubnetGroup = _modify_db_subnet_group(self, subnet_name, description, subnets)
    self.subnet_groups[group.name] = changed
    return changed


def apply() -> None:
    """Put this into moto's RDS."""
    extend(RDSBackend, modify_db_subnet_group)
