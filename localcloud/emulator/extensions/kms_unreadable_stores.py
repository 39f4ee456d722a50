"""What a key that cannot be used makes unreadable in S3, DynamoDB and Secrets Manager, in each service's own words.

What exists stays, and is readable again with its key. Deleting, listing and describing need no key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.models import DynamoDBBackend, Table
from moto.dynamodb.responses import DynamoHandler
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.secretsmanager.models import ReplicaSecret, SecretsManagerBackend

from localcloud.emulator.extensions.calls import around, precede
from localcloud.emulator.extensions.kms_unusable import trouble_of

# S3's name for each of KMS's errors (S3 API reference, "List of error codes").
_S3_CODES = {code: f"KMS.{code}" for code in ("DisabledException", "KMSInvalidStateException", "NotFoundException")}

Describe = Callable[..., dict[str, Any]]
_TABLE_OPERATIONS = ("get_item", "put_item", "update_item", "delete_item", "query", "scan")
_BATCH_OPERATIONS = ("batch_get_item", "batch_write_item", "transact_get_items", "transact_write_items")
_STATEMENT_OPERATIONS = ("execute_statement", "execute_transaction", "batch_execute_statement")


def _refuse_object(self: S3Response) -> None:
    """GetObject."""
    version_id = self.querystring.get("versionId", [None])[0]
    key = self.backend.get_object(self.bucket_name, self.parse_key_name(), version_id=version_id)
    if isinstance(key, FakeKey):
        _refuse_read(self.backend, key)


def _refuse_copy(self: S3Backend, src_key: FakeKey, dest_bucket_name: str, *_: Any, **more: Any) -> None:
    """CopyObject reads one object and writes another."""
    _refuse_read(self, src_key)
    _refuse_write(self, dest_bucket_name, more.get("encryption"), more.get("kms_key_id"))


def _refuse_new_object(self: S3Response) -> None:
    """PutObject."""
    named = self.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    _refuse_write(self.backend, self.bucket_name, self.headers.get("x-amz-server-side-encryption"), named)


def _refuse_upload(self: S3Backend, bucket_name: str, *args: Any, **_: Any) -> None:
    """CreateMultipartUpload; its last two arguments are the encryption."""
    _refuse_write(self, bucket_name, *args[-2:])


def _refuse_read(backend: S3Backend, key: FakeKey) -> None:
    bucket = backend.get_bucket(key.bucket_name)
    _refuse_s3(backend.account_id, bucket.region_name, key.kms_key_id if _by_kms(key.encryption) else None)


def _refuse_write(backend: S3Backend, bucket_name: str, encryption: str | None, kms_key_id: str | None) -> None:
    bucket = backend.get_bucket(bucket_name)
    if encryption is None and bucket.encryption:
        default = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]
        encryption, kms_key_id = default["SSEAlgorithm"], kms_key_id or default.get("KMSMasterKeyID")
    _refuse_s3(backend.account_id, bucket.region_name, kms_key_id if _by_kms(encryption) else None)


def _refuse_s3(account_id: str, region: str, kms_key_id: str | None) -> None:
    trouble = trouble_of(account_id, region, kms_key_id)
    if trouble:
        raise S3ClientError(_S3_CODES[trouble.code], trouble.message)


def _by_kms(encryption: str | None) -> bool:
    return (encryption or "").startswith("aws:kms")


def _refuse_table(self: DynamoHandler) -> None:
    _refuse_items(self.dynamodb_backend, {self.body.get("TableName", "")})


def _refuse_tables(self: DynamoHandler) -> None:
    requested = self.body.get("RequestItems") or {}
    in_transaction = [action["TableName"] for item in self.body.get("TransactItems") or () for action in item.values()]
    _refuse_items(self.dynamodb_backend, {*requested, *in_transaction})


def _refuse_statements(self: DynamoHandler) -> None:
    """PartiQL: a table is taken to be meant when its name is in a statement."""
    text = str([self.body.get(name) for name in ("Statement", "Statements", "TransactStatements")])
    _refuse_items(self.dynamodb_backend, {name for name in self.dynamodb_backend.tables if name in text})


def _refuse_items(backend: DynamoDBBackend, names: set[str]) -> None:
    for name in names:
        # DynamoDB takes a table's ARN for its name.
        table = backend.tables.get(name.rpartition("/")[2])
        trouble = trouble_of(table.account_id, table.region_name, _table_key(table)) if table else None
        if trouble:
            raise DynamodbException(
                f"{ERROR_TYPE_PREFIX}AccessDeniedException",
                f"KMS key access denied error: {trouble.message} (Service: AWSKMS; Error Code: {trouble.code})",
            )


def _table_key(table: Table) -> str | None:
    specification = table.sse_specification or {}
    return specification.get("KMSMasterKeyId") if specification.get("Enabled") else None


def _describe(describe: Describe, self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    """DescribeTable, of which an unusable key changes the status and leaves a date."""
    result = describe(self, base_key=base_key)
    trouble = trouble_of(self.account_id, self.region_name, _table_key(self))
    if trouble:
        result[base_key]["TableStatus"] = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
        result[base_key]["SSEDescription"]["InaccessibleEncryptionDateTime"] = trouble.since
    return result


def _refuse_secret(code: str, what: str) -> Callable[..., None]:
    def refuse(self: SecretsManagerBackend, secret_id: str, *_: Any, **__: Any) -> None:
        if not self._is_valid_identifier(secret_id):
            return
        secret = self.secrets[secret_id]
        key = secret.config["KmsKeyId"] if isinstance(secret, ReplicaSecret) else secret.kms_key_id
        trouble = trouble_of(self.account_id, self.region_name, key)
        if trouble:
            raise JsonRESTError(code, f"Secrets Manager can't {what} the protected secret text: {trouble.message}")

    return refuse


def apply() -> None:
    """Put this before moto's own and the other extensions' operations: it has to be the last that is applied."""
    around(Table, "describe", _describe)
    precede(S3Response, "get_object", _refuse_object)
    precede(S3Response, "put_object", _refuse_new_object)
    precede(S3Backend, "copy_object", _refuse_copy)
    precede(S3Backend, "create_multipart_upload", _refuse_upload)
    for operation in _TABLE_OPERATIONS:
        precede(DynamoHandler, operation, _refuse_table)
    for operation in _BATCH_OPERATIONS:
        precede(DynamoHandler, operation, _refuse_tables)
    for operation in _STATEMENT_OPERATIONS:
        precede(DynamoHandler, operation, _refuse_statements)
    precede(SecretsManagerBackend, "get_secret_value", _refuse_secret("DecryptionFailure", "decrypt"))
    for operation in ("put_secret_value", "update_secret"):
        precede(SecretsManagerBackend, operation, _refuse_secret("EncryptionFailure", "encrypt"))
