"""What RDS needs in a Region before it can hold a database: where to place it, and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.databases.engines import parameter_family, parameters
from components.roles import ServiceRoleArgs, service_role
from components.settings import DatabaseStore

MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


@dataclass(frozen=True, kw_only=True)
class DatabaseGroupsArgs:
    """Inputs of the groups."""

    store: DatabaseStore
    subnet_ids: Sequence[pulumi.Input[str]]
    role_name: str | None = None
    """Of the role of enhanced monitoring, where the store asks for it; left out: Pulumi chooses one."""


class DatabaseGroups(pulumi.ComponentResource):
    """Both groups are regional: a promoted replica, and a restore, need the same ones as the primary, so both Regions make them.

    Produces the following resources:
    - `rds.SubnetGroup`, `rds.ParameterGroup` (the store's own parameters; connections without TLS are refused)
    - `iam.Role` with `iam.RolePolicyAttachment`, where the store asks for enhanced monitoring

    Outputs: `subnet_group_name`, `parameter_group_name`, `monitoring_role_arn` (None without enhanced monitoring).

    AWS limits:
    - A subnet group spans two zones at least (CreateDBSubnetGroup).
    - A parameter group belongs to one family, the engine's major version (CreateDBParameterGroup).
    - A static parameter takes effect with the next reboot, so a store's own parameters all wait for it (ModifyDBParameterGroup).
    - Enhanced monitoring wants a role, and a role wants an interval that is not 0 (CreateDBInstance MonitoringRoleArn).

    Cost: free; what enhanced monitoring writes is billed as CloudWatch logs, not priced here.
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
        group = aws.rds.ParameterGroup(
            f"{name}-parameters",
            family=parameter_family(store.engine, store.version),
            description=f"Parameters of {name}",
            parameters=[
                aws.rds.ParameterGroupParameterArgs(
                    name=parameter,
                    value=value,
                    # Whether one of the store's own is static, only RDS knows; ours are not.
                    apply_method="pending-reboot" if parameter in store.parameters else "immediate",
                )
                for parameter, value in sorted(parameters(store.engine, store.parameters).items())
            ],
            tags={"Name": name},
            opts=child,
        )
        self.subnet_group_name: pulumi.Output[str] = subnets.name
        self.parameter_group_name: pulumi.Output[str] = group.name
        self.monitoring_role_arn = self._monitoring_role(name, args) if store.monitoring_interval_seconds else None
        self.register_outputs({"subnetGroup": self.subnet_group_name, "parameterGroup": self.parameter_group_name})

    def _monitoring_role(self, name: str, args: DatabaseGroupsArgs) -> pulumi.Output[str]:
        role = ServiceRoleArgs(
            service="monitoring.rds.amazonaws.com",
            role_name=args.role_name,
            managed={f"{name}-monitoring": MONITORING_POLICY},
        )
        return service_role(f"{name}-monitoring", role, self)
