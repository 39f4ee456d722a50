"""IAM: names of service-linked roles that moto derives and AWS does not; a second one of a service is refused."""

from __future__ import annotations

from moto.iam.models import IAMBackend, Role

from localcloud.emulator.extensions.calls import Refusal

# Service -> name of its role (AWS Backup developer guide, "Using service-linked roles").
_NAMES = {"reports.backup.amazonaws.com": "AWSServiceRoleForBackupReports"}
_moto_create = IAMBackend.create_service_linked_role


def create_service_linked_role(self: IAMBackend, service_name: str, description: str, suffix: str) -> Role:
    """CreateServiceLinkedRole."""
    taken = [role.name for role in self.roles.values() if role._linked_service == service_name]
    if taken and not suffix:
        raise Refusal(
            "InvalidInput",
            f"Service role name {taken[0]} has been taken in this account, try a different suffix.",
        )
    role = _moto_create(self, service_name, description, suffix)
    if service_name in _NAMES:
        role.name = _NAMES[service_name]
    return role


def apply() -> None:
    """Replace moto's operation."""
    IAMBackend.create_service_linked_role = create_service_linked_role
