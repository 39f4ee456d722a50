"""What serves customers in a Region, in either tier: the load balancer, and the fleet behind it."""

from __future__ import annotations

import pulumi

from components.naming import Names
from components.network import PrivateNetwork
from components.servers.capacity import capacity_of
from components.servers.fleet import ServerFleet, ServerFleetArgs
from components.servers.load_balancer import FrontDoor, FrontDoorArgs
from components.settings import DataClass, Settings


def front_door(
    settings: Settings,
    names: Names,
    network: PrivateNetwork,
    opts: pulumi.ResourceOptions,
    *,
    retires: bool = False,
) -> FrontDoor:
    """The load balancer of a Region whose network is public."""
    servers = settings.servers
    args = FrontDoorArgs(
        load_balancer_name=names.of_region(),
        vpc_id=network.vpc_id,
        public_subnet_ids=network.public_subnet_ids,
        security_group_id=network.front_group_id or "",
        certificate_arn=settings.certificate_arn or "",
        port=servers.port,
        health_path=servers.health_path,
        ephemeral=settings.ephemeral or retires,
    )
    return FrontDoor("front-door", args, opts)


def fleet(
    settings: Settings,
    names: Names,
    network: PrivateNetwork,
    key_arn: pulumi.Input[str],
    door: FrontDoor | None,
    *,
    percent: int,
    opts: pulumi.ResourceOptions,
) -> ServerFleet:
    """The servers of the Region, `percent` of the full size of them running."""
    args = ServerFleetArgs(
        group_name=names.of_region("servers"),
        role_name=names.role_name("servers"),
        servers=settings.servers,
        capacity=capacity_of(settings.servers, percent),
        subnet_ids=network.subnet_ids,
        security_group_id=network.application_group_id,
        key_arn=key_arn,
        data_class=DataClass.IMPORTANT,
        target_group_arn=door.target_group_arn if door else None,
        snapshot_policy=settings.servers.volume_store,
        ephemeral=settings.ephemeral,
    )
    return ServerFleet("servers", args, opts)
