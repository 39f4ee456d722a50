"""DynamoDB encryption at rest: a key that must exist, and a change of it by UpdateTable. moto ignores both."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

from localcloud.emulator.extensions.calls import extend, find_key
from localcloud.emulator.extensions.dynamodb_classes import update_class

_create_table = DynamoHandler.create_table


def create_table(self: DynamoHandler) -> ActionResult:
    """CreateTable with its class, refused when its key does not exist in the Region."""
    if self.body.get("SSESpecification"):
        self.body["SSESpecification"] = resolve_encryption(self.dynamodb_backend, self.body["SSESpecification"])
    result: ActionResult = _create_table(self)
    update_class(self)
    return result


def update_encryption(handler: DynamoHandler) -> None:
    """The part of UpdateTable that changes the key of the table in the request's Region."""
    backend, asked = handler.dynamodb_backend, handler.body.get("SSESpecification")
    if not asked:
        return
    table = backend.get_table(handler.body["TableName"])
    specification = resolve_encryption(backend, asked)
    if specification["Enabled"] and "KMSMasterKeyId" not in specification:
        specification["KMSMasterKeyId"] = table._get_default_encryption_key(backend.account_id, backend.region_name)
    table.sse_specification = specification


def resolve_encryption(backend: DynamoDBBackend, asked: dict[str, Any]) -> dict[str, Any]:
    """The SSESpecification that a request asks for, with the ARN of its key; refused when there is no such key."""
    if not asked.get("Enabled"):
        return {"Enabled": False}
    if not asked.get("KMSMasterKeyId"):
        return dict(asked)
    key = find_key(backend, asked["KMSMasterKeyId"])
    if key is None:
        raise MockValidationException(f"KMS key {asked['KMSMasterKeyId']} does not exist in {backend.region_name}")
    return {**asked, "KMSMasterKeyId": key.arn}


def apply() -> None:
    """Put this into moto's DynamoDB; dynamodb_replicas does so for UpdateTable."""
    extend(DynamoHandler, create_table)
