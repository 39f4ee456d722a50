"""DynamoDB table classes: kept and described. moto forgets the class of a table."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.models import Table
from moto.dynamodb.responses import DynamoHandler

_DEFAULT_CLASS = "STANDARD"


def update_class(handler: DynamoHandler) -> None:
    """Take over the TableClass of a request; the table in the request's Region alone has it."""
    if "TableClass" in handler.body:
        table = handler.dynamodb_backend.get_table(handler.body["TableName"])
        table.table_class = handler.body["TableClass"]
        table.table_class_updated = utcnow()


def class_summary(table: Table) -> dict[str, Any]:
    """The TableClassSummary of a description; a table that never had another class has none."""
    if table.table_class_updated is None and table.table_class == _DEFAULT_CLASS:
        return {}
    summary = {"TableClass": table.table_class, "LastUpdateDateTime": table.table_class_updated}
    return {"TableClassSummary": {name: value for name, value in summary.items() if value is not None}}


def apply() -> None:
    """Give moto's tables a class; dynamodb_encryption (CreateTable) and dynamodb_replicas (UpdateTable) take it over."""
    Table.table_class = _DEFAULT_CLASS
    Table.table_class_override = None
    Table.table_class_updated = None
