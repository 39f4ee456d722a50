"""How many servers a Region runs: a share of the full size, by strategy."""

from __future__ import annotations

from dataclasses import dataclass

from components.settings.servers import Servers

# Shares of the full size; warm standby's own is a setting.
PILOT_LIGHT_PERCENT, FULL_PERCENT = 0, 100


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Sizes of an Auto Scaling group."""

    minimum: int
    desired: int
    maximum: int


def capacity_of(servers: Servers, share_percent: int) -> Capacity:
    """The sizes at `share_percent` of the full one: 0 runs no server, a fraction is rounded up, 100 is the full size.

    The maximum stays the full one at every share. ARC Region switch raises minimum and desired size and never the
    maximum (ARC developer guide, "Amazon EC2 Auto Scaling group execution block"): a group with a lower maximum could
    not take over. Raises ValueError outside 0 to 100.
    """
    if not PILOT_LIGHT_PERCENT <= share_percent <= FULL_PERCENT:
        raise ValueError(f"share_percent is {share_percent}, it must be 0 (pilot light) to 100 (full size)")
    if share_percent == FULL_PERCENT:
        return Capacity(minimum=servers.min_count, desired=servers.desired_count, maximum=servers.max_count)
    running = -(-servers.desired_count * share_percent // 100)
    return Capacity(minimum=running, desired=running, maximum=servers.max_count)
