"""AWS Backup's Region settings: which services it backs up, and whose backups it manages fully."""

from __future__ import annotations

from moto.backup.exceptions import InvalidParameterValueException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from localcloud.emulator.extensions.calls import extend, parameters

# Resource types and whether a Region that nobody configured backs them up. The real set and its defaults differ between
# Regions and accounts; a program therefore declares every type it depends on.
_OPTED_IN_BY_DEFAULT = {
    "Aurora": True,
    "CloudFormation": False,
    "DocumentDB": True,
    "DSQL": False,
    "DynamoDB": True,
    "EBS": True,
    "EC2": True,
    "EFS": True,
    "EKS": False,
    "FSx": True,
    "Neptune": True,
    "RDS": True,
    "Redshift": False,
    "Redshift Serverless": False,
    "S3": False,
    "SAP HANA on Amazon EC2": False,
    "Storage Gateway": True,
    "Timestream": False,
    "VirtualMachine": False,
}
_FULLY_MANAGED_BY_DEFAULT = {"DynamoDB": False, "EFS": False}

_DEFAULTS = {
    "ResourceTypeOptInPreference": _OPTED_IN_BY_DEFAULT,
    "ResourceTypeManagementPreference": _FULLY_MANAGED_BY_DEFAULT,
}


def settings_of(backend: BackupBackend) -> dict[str, dict[str, bool]]:
    """The settings of the backend's Region."""
    fresh = {name: dict(defaults) for name, defaults in _DEFAULTS.items()}
    settings: dict[str, dict[str, bool]] = backend.__dict__.setdefault("securecart_region_settings", fresh)
    return settings


def describe_region_settings(self: BackupResponse) -> ActionResult:
    """DescribeRegionSettings."""
    return ActionResult(settings_of(self.backup_backend))


def update_region_settings(self: BackupResponse) -> ActionResult:
    """UpdateRegionSettings: what is not named keeps its value."""
    asked = parameters(self)
    for name, known in _DEFAULTS.items():
        unknown = sorted(set(asked.get(name) or {}) - set(known))
        if unknown:
            raise InvalidParameterValueException(f"{name}: unsupported resource type {', '.join(unknown)}")
    settings = settings_of(self.backup_backend)
    for name in _DEFAULTS:
        settings[name].update(asked.get(name) or {})
    return EmptyResult()


def apply() -> None:
    """Add the operations to moto's AWS Backup."""
    extend(
        BackupResponse,
        describe_region_settings,
        update_region_settings,
    )
