"""Settings of the servers and of Elastic Disaster Recovery: what EC2 or Auto Scaling would refuse is refused here."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from components.servers.capacity import Capacity, capacity_of
from components.settings.servers import CertificateArn, ElasticRecovery, Servers

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"desiredCount": 2}, "between minCount"),
        ({"desiredCount": 7}, "between minCount"),
        ({"minCount": 0}, "greater than or equal to 1"),
        ({"warmFractionPercent": 0}, "greater than or equal to 1"),
        ({"warmFractionPercent": 100}, "less than or equal to 99"),
        ({"instanceType": "large"}, "pattern"),
        ({"instanceType": "m7i.large"}, "arm64 image"),
        (
            {"imageSsmParameter": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"},
            "x86_64 image",
        ),
        ({"port": 0}, "greater than or equal to 1"),
        ({"healthPath": "health"}, "pattern"),
        ({"amiId": "ami-1"}, "Extra inputs"),
    ],
)
def test_servers_that_could_not_start_are_refused(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Servers.model_validate(raw)


@pytest.mark.parametrize("instance_type", ["m7g.large", "c7gn.xlarge", "r8gd.2xlarge", "a1.medium", "t4g.micro"])
def test_graviton_types_take_the_default_image(instance_type: str) -> None:
    assert Servers(instance_type=instance_type).image_ssm_parameter.endswith("arm64")


@pytest.mark.parametrize("instance_type", ["g5.xlarge", "t3.micro", "m7i-flex.large", "i4i.large", "u-3tb1.56xlarge"])
def test_other_types_need_another_image(instance_type: str) -> None:
    with pytest.raises(ValidationError, match="arm64 image"):
        Servers(instance_type=instance_type)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, Capacity(minimum=0, desired=0, maximum=10)),
        (1, Capacity(minimum=1, desired=1, maximum=10)),
        (34, Capacity(minimum=2, desired=2, maximum=10)),
        (99, Capacity(minimum=4, desired=4, maximum=10)),
        (100, Capacity(minimum=2, desired=4, maximum=10)),
    ],
)
def test_capacity_is_a_share_rounded_up_under_the_full_maximum(share: int, expected: Capacity) -> None:
    assert capacity_of(Servers(min_count=2, desired_count=4, max_count=10), share) == expected


@pytest.mark.parametrize("share", [-1, 101])
def test_a_share_outside_the_full_size_is_refused(share: int) -> None:
    with pytest.raises(ValueError, match="must be 0"):
        capacity_of(Servers(), share)


def test_at_the_defaults_a_region_that_arc_scaled_up_equals_the_full_size() -> None:
    """ARC sets minimum and desired to the other Region's size; the program must then see no difference."""
    full = capacity_of(Servers(), 100)
    assert full.minimum == full.desired


def test_certificates_are_acm_arns() -> None:
    assert TypeAdapter(CertificateArn).validate_python(CERTIFICATE) == CERTIFICATE
    for wrong in (CERTIFICATE.replace("acm", "iam"), CERTIFICATE.replace("us-east-1", ""), "certificate"):
        with pytest.raises(ValidationError):
            TypeAdapter(CertificateArn).validate_python(wrong)


def test_elastic_recovery_is_opt_in_and_keeps_points_for_1_to_365_days() -> None:
    assert ElasticRecovery().enabled is False
    for days in (0, 366):
        with pytest.raises(ValidationError):
            ElasticRecovery(point_in_time_days=days)
