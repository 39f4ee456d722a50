"""Where a restored instance goes and what it looks like: as the old one, as its neighbour, or as the Region was prepared for it."""

from __future__ import annotations

from typing import Any

from automation.recovery import databases
from automation.recovery.world import World
from automation.restore.wanted import side_of

# How components/databases/groups.py and components/network_groups.py describe what waits for a restore in either Region.
_SUBNETS, _PARAMETERS, _DATA = "Private subnets of {store}", "Parameters of {store}", "Databases: *"


def template_of(world: World, region: str, store: str) -> dict[str, Any]:
    """As DescribeDBInstances shows an instance; empty when the Region has nothing of SecureCart's."""
    side = side_of(world, region)
    for identifier in (side.databases[store], *side.databases.values()):
        if found := databases.describe(world, region, identifier):
            return found
    return _prepared(world, region, store)


def _prepared(world: World, region: str, store: str) -> dict[str, Any]:
    """Under backup and restore the Region has groups and no instance."""
    subnets = world.aws.pages("rds", region, "describe_db_subnet_groups", "DBSubnetGroups")
    mine = [one for one in subnets if one.get("DBSubnetGroupDescription") == _SUBNETS.format(store=store)]
    if not mine:
        return {}
    filters = [{"Name": "vpc-id", "Values": [mine[0]["VpcId"]]}, {"Name": "description", "Values": [_DATA]}]
    groups = world.aws.call("ec2", region, "describe_security_groups", Filters=filters)["SecurityGroups"]
    parameters = world.aws.pages("rds", region, "describe_db_parameter_groups", "DBParameterGroups")
    own = [one for one in parameters if one.get("Description") == _PARAMETERS.format(store=store)]
    settings = world.estate.settings.databases[store]
    return {
        "DBInstanceClass": settings.instance_class,
        "DBSubnetGroup": mine[0],
        "DBParameterGroups": own,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": one["GroupId"]} for one in groups],
        "MultiAZ": True,
        "IAMDatabaseAuthenticationEnabled": True,
        "BackupRetentionPeriod": settings.backup_retention_days,
    }
