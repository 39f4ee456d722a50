"""AWS Backup selections: what a plan backs up. moto has none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.backup.exceptions import AlreadyExistsException, InvalidParameterValueException, ResourceNotFoundException
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time

from localcloud.emulator.extensions.calls import extend, parameters


@dataclass
class Selection:
    """One selection, with the document as it was given."""

    plan_id: str
    document: dict[str, Any]
    creator_request_id: str | None
    selection_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    creation_date: float = field(default_factory=unix_time)

    def summary(self) -> dict[str, Any]:
        """The members of BackupSelectionsListMember."""
        return {
            "SelectionId": self.selection_id,
            "SelectionName": self.document["SelectionName"],
            "BackupPlanId": self.plan_id,
            "CreationDate": self.creation_date,
            "CreatorRequestId": self.creator_request_id,
            "IamRoleArn": self.document["IamRoleArn"],
        }


def all_selections(backend: BackupBackend) -> dict[str, Selection]:
    """Every selection of the Region by its id."""
    selections: dict[str, Selection] = backend.__dict__.setdefault("securecart_selections", {})
    return selections


def selections_of(backend: BackupBackend, plan_id: str) -> list[Selection]:
    """The selections of one plan."""
    return [selection for selection in all_selections(backend).values() if selection.plan_id == plan_id]


def create_backup_selection(self: BackupResponse) -> ActionResult:
    """CreateBackupSelection; names are unique within their plan."""
    asked = parameters(self)
    backend, plan_id, document = self.backup_backend, asked["BackupPlanId"], asked["BackupSelection"]
    plan = backend.plans.get(plan_id)
    if plan is None or plan.deletion_date is not None:
        raise InvalidParameterValueException(f"Backup plan {plan_id} does not exist")
    if not any(document.get(key) for key in ("Resources", "ListOfTags", "Conditions")):
        raise InvalidParameterValueException(
            "Invalid selection: it names neither Resources nor ListOfTags nor Conditions"
        )
    if any(other.document["SelectionName"] == document["SelectionName"] for other in selections_of(backend, plan_id)):
        raise AlreadyExistsException(f"Backup selection {document['SelectionName']} already exists in the plan")
    selection = Selection(plan_id, document, asked.get("CreatorRequestId"))
    all_selections(backend)[selection.selection_id] = selection
    return ActionResult(selection.summary())


def get_backup_selection(self: BackupResponse) -> ActionResult:
    """GetBackupSelection."""
    selection = _find(self)
    return ActionResult({**selection.summary(), "BackupSelection": selection.document})


def list_backup_selections(self: BackupResponse) -> ActionResult:
    """ListBackupSelections, all on one page."""
    found = selections_of(self.backup_backend, parameters(self)["BackupPlanId"])
    return ActionResult({"BackupSelectionsList": [selection.summary() for selection in found]})


def delete_backup_selection(self: BackupResponse) -> ActionResult:
    """DeleteBackupSelection."""
    del all_selections(self.backup_backend)[_find(self).selection_id]
    return EmptyResult()


def _find(response: BackupResponse) -> Selection:
    asked = parameters(response)
    selection = all_selections(response.backup_backend).get(asked["SelectionId"])
    if selection is None or selection.plan_id != asked["BackupPlanId"]:
        raise ResourceNotFoundException(f"Backup selection {asked['SelectionId']} not found")
    return selection


def apply() -> None:
    """Add the operations to moto's AWS Backup."""
    extend(
        BackupResponse,
        create_backup_selection,
        get_backup_selection,
        list_backup_selections,
        delete_backup_selection,
    )
