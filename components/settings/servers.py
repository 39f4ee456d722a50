"""Settings of the backend servers (rows 9, 11 and 12)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.settings import limits
from components.settings.base import Frozen

# AWS Certificate Manager API reference, DescribeCertificate CertificateArn.
CertificateArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[\w-]*:acm:[a-z]{2}(-[a-z]+)+-\d:\d{12}:certificate/[\w-]+$")
]
InstanceType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")]


class Servers(Frozen):
    """One kind of backend server. The sizes are those of a Region that carries all traffic."""

    instance_type: InstanceType = Field(default="m7g.large", description="EC2 type; its processor must fit the image")
    image_ssm_parameter: str = Field(
        default="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        pattern=r"^/[\w./-]+$",
        max_length=1011,
        description="SSM parameter that holds the image's id, read at each launch; Amazon's own holds no application yet",
    )
    image_root_device: str = Field(
        default="/dev/xvda", pattern=r"^/dev/[a-z0-9]+$", description="the image's root device; Amazon Linux: /dev/xvda"
    )
    root_volume_gib: int = limits.EBS_SIZE.field(default=30, description="gp3; at least the size of the image's own")
    min_count: int = limits.ASG_SIZE.field(default=3, description="servers at full size, at least")
    desired_count: int = limits.ASG_SIZE.field(default=3, description="servers at full size when deployed")
    max_count: int = limits.ASG_SIZE.field(default=6, description="servers at full size, at most")
    warm_fraction_percent: int = limits.WARM_FRACTION.field(
        default=34, description="warm standby's share of desiredCount, rounded up"
    )
    volume_store: str | None = Field(
        default=None, description="volumes store whose snapshot schedule covers the servers' own volumes as well"
    )
    port: int = limits.TCP_PORT.field(default=8080, description="port that the application answers on, plain HTTP")
    health_path: str = Field(
        default="/health", pattern=r"^/[!-~]*$", max_length=255, description="answers 200 while the server can serve"
    )
    health_grace_seconds: int = limits.ASG_GRACE.field(
        default=300, description="time from launch to the first verdict of the load balancer"
    )

    @model_validator(mode="after")
    def sizes_ordered(self) -> Self:
        if not self.min_count <= self.desired_count <= self.max_count:
            raise ValueError(
                f"desiredCount is {self.desired_count}, it must be between minCount ({self.min_count}) and maxCount"
                f" ({self.max_count}) (Amazon EC2 Auto Scaling CreateAutoScalingGroup DesiredCapacity)"
            )
        return self

    @model_validator(mode="after")
    def image_fits_the_processor(self) -> Self:
        """EC2 refuses a launch whose image is of another architecture; with a public parameter the name tells it."""
        arm = _is_graviton(self.instance_type)
        wrong = "x86_64" if arm else "arm64"
        if self.image_ssm_parameter.startswith("/aws/service/") and self.image_ssm_parameter.endswith(wrong):
            raise ValueError(
                f"imageSsmParameter names a {wrong} image, instanceType {self.instance_type} is"
                f" {'arm64' if arm else 'x86_64'}: EC2 would refuse every launch (Amazon EC2 user guide, AMI"
                " architecture)"
            )
        return self


class ElasticRecovery(Frozen):
    """AWS Elastic Disaster Recovery: block-level replication of the servers, opt-in."""

    enabled: bool = Field(default=False, description="the account must have run InitializeService in the Region first")
    replication_instance_type: InstanceType = Field(default="t3.small", description="of the replication servers")
    bandwidth_throttling_mbps: int = Field(default=0, ge=0, description="Mbit/s a source server may use; 0: no limit")
    point_in_time_days: int = limits.DRS_POINT_IN_TIME.field(
        default=7, description="daily points in time are kept this long"
    )


def _is_graviton(instance_type: str) -> bool:
    """Graviton families carry a `g` after the generation, for example m7g or c7gn; a1 is the first of them."""
    family = instance_type.split(".", maxsplit=1)[0]
    letters = family.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0123456789")
    return family == "a1" or letters.startswith("g")
