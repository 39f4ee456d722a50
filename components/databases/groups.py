"""What RDS needs in a Region before it can hold a database: where to place it, and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.databases.engines import ENGINES, parameter_family
from components.settings import DatabaseStore


@dataclass(frozen=True, kw_only=True)
class DatabaseGroupsArgs:
    """Inputs of the groups."""

    store: DatabaseStore
    subnet_ids: Sequence[pulumi.Input[str]]


class DatabaseGroups(pulumi.ComponentResource):
    """Both groups are regional: a promoted replica, and a restore, need the same ones as the primary, so both Regions make them.

    Produces the following resources:
    - `rds.SubnetGroup`, `rds.ParameterGroup` (connections without TLS are refused, then the store's own parameters)

    Outputs: `subnet_group_name`, `parameter_group_name`.

    AWS limits:
    - A subnet group spans two zones at least (CreateDBSubnetGroup).
    - A parameter group belongs to one family, the engine's major version (CreateDBParameterGroup).

    Cost: free.
    """

    def __init__(self, name: str, args: DatabaseGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:databases:DatabaseGroups", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        store = args.store
        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=list(args.subnet_ids),
            description=f"Private subnets of {name}",
            tags={"Name": name},
            opts=child,
        )
        # What refuses plain connections comes last: no parameter of the store's own takes it away.
        wanted = dict(store.parameters) | dict(ENGINES[store.engine].tls)
        parameters = aws.rds.ParameterGroup(
            f"{name}-parameters",
            family=parameter_family(store.engine, store.version),
            description=f"Parameters of {name}",
            parameters=[
                aws.rds.ParameterGroupParameterArgs(name=parameter, value=value, apply_method="pending-reboot")
                if parameter not in ENGINES[store.engine].tls
                else aws.rds.ParameterGroupParameterArgs(name=parameter, value=value, apply_method="immediate")
                for parameter, value in sorted(wanted.items())
            ],
            tags={"Name": name},
            opts=child,
        )
        self.subnet_group_name: pulumi.Output[str] = subnets.name
        self.parameter_group_name: pulumi.Output[str] = parameters.name
        self.register_outputs({"subnetGroup": self.subnet_group_name, "parameterGroup": self.parameter_group_name})
