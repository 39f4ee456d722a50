"""The stores that AWS Backup backs up here, by resource type; every other type is refused by name."""

from __future__ import annotations

from moto.backup.exceptions import InvalidParameterValueException

from localcloud.emulator.extensions import (
    backup_store_dynamodb,
    backup_store_ebs,
    backup_store_rds,
    backup_store_s3,
)
from localcloud.emulator.extensions.backup_store import Place, Store, Tags

STORES: dict[str, Store] = {
    module.STORE.resource_type: module.STORE
    for module in (backup_store_dynamodb, backup_store_ebs, backup_store_rds, backup_store_s3)
}
# How an ARN of a resource begins after its service's name, by resource type.
_RESOURCES = {
    ("dynamodb", "table/"): "DynamoDB",
    ("ec2", "volume/"): "EBS",
    ("rds", "db:"): "RDS",
    ("s3", ""): "S3",
}


def resource_type_of(arn: str) -> str:
    """The resource type of an ARN. Raises InvalidParameterValueException for what is not backed up here."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        for (service, start), resource_type in _RESOURCES.items():
            if parts[2] == service and parts[5].startswith(start):
                return resource_type
    known = ", ".join(sorted(STORES))
    raise InvalidParameterValueException(f"{arn} is not of a resource type that the local cloud backs up: {known}")


def resource_name(arn: str) -> str:
    """The last part of a resource's ARN."""
    return arn.rpartition(":")[2].rpartition("/")[2]


def all_resources(place: Place) -> dict[str, tuple[str, Tags]]:
    """Resource type and tags of everything in the place that can be backed up, by ARN."""
    return {
        arn: (store.resource_type, tags) for store in STORES.values() for arn, tags in store.resources(place).items()
    }
