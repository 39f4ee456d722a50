"""Settings of the backend servers (rows 9, 11 and 12)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import Frozen

# The public parameter that always names the newest Amazon Linux 2023 image of a Region (AWS Systems Manager user guide).
AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"

CertificateArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}$")
]


class Servers(Frozen):
    """The fleet behind the load balancer; its full size serves all customers."""

    instance_type: str = Field(default="t4g.large", pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$", description="EC2 type")
    image_parameter: str = Field(
        default=AMAZON_LINUX, pattern=r"^/[\w./-]+$", description="Systems Manager parameter that names the image"
    )
    size: int = limits.FLEET_SIZE.field(default=3, description="servers at full size")
    maximum_size: int = limits.FLEET_SIZE.field(default=9, description="as many may be added under load")
    warm_percent: int = Field(
        default=34, ge=1, le=100, description="share that runs in the secondary Region under warm standby, rounded up"
    )
    root_volume_gib: int = limits.EBS_SIZE.field(default=30, description="gp3 root volume, encrypted with our key")
    volume_store: str | None = Field(
        default=None, description="volumes store whose snapshot schedule covers the servers' own volumes as well"
    )
    port: int = Field(default=8080, ge=1, le=65535, description="what the servers listen on")
    health_path: str = Field(
        default="/health", pattern=r"^/[^\s]*$", description="answers 200 while the server can sell"
    )

    @model_validator(mode="after")
    def room_to_grow(self) -> Self:
        if self.maximum_size < self.size:
            raise ValueError(f"maximumSize is {self.maximum_size}, it must not be less than size ({self.size})")
        return self


class ElasticRecovery(Frozen):
    """Block-level replication of the servers by AWS Elastic Disaster Recovery (row 12)."""

    replication_server_type: str = Field(default="t3.small", description="EC2 type that receives the blocks")
    retention_days: int = limits.DRS_RETENTION.field(default=7, description="daily points in time kept this long")
    bandwidth_mbps: int = Field(default=0, ge=0, description="limit of the replication; 0 is none")


def capacity(servers: Servers, percent: int) -> tuple[int, int, int]:
    """(minimum, desired, maximum) size at a share of the full fleet, rounded up: a share of anything is at least one server."""
    wanted = -(-servers.size * percent // 100)
    return wanted, wanted, servers.maximum_size
