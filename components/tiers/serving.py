"""What serves customers in a Region, in either tier: the entrance with its load balancer, and the fleet behind it."""

from __future__ import annotations

import pulumi

from components.naming import Names
from components.network import PrivateNetwork
from components.servers.entrance import Entrance, EntranceArgs
from components.servers.fleet import ServerFleet, ServerFleetArgs
from components.servers.load_balancer import FrontDoor, FrontDoorArgs
from components.settings import Settings
from components.tiers.shared import server_tags


def front_door(
    settings: Settings,
    names: Names,
    network: PrivateNetwork,
    opts: pulumi.ResourceOptions,
    *,
    retires: bool = False,
) -> FrontDoor:
    """The public entrance of the Region and the load balancer in it."""
    entrance = Entrance(
        "entrance",
        EntranceArgs(
            vpc_id=network.vpc_id,
            cidr_block=settings.network.cidr_block,
            zones=network.zones,
            application_group_id=network.application_group_id,
            server_port=settings.servers.port,
        ),
        opts,
    )
    args = FrontDoorArgs(
        load_balancer_name=names.of_region(),
        vpc_id=network.vpc_id,
        subnet_ids=entrance.subnet_ids,
        security_group_id=entrance.group_id,
        certificate_arn=settings.certificate_arn or "",
        servers=settings.servers,
        deletable=settings.ephemeral or retires,
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
        percent=percent,
        subnet_ids=network.subnet_ids,
        security_group_id=network.application_group_id,
        key_arn=key_arn,
        tags=server_tags(settings),
        target_group_arn=door.target_group_arn if door else None,
    )
    return ServerFleet("servers", args, opts)
