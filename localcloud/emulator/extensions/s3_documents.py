"""S3 bucket configurations that are read back exactly as they were put: replication and lifecycle. moto keeps a part.

Both are kept in the shape of the API reference, as botocore's model of the service reads the request.
"""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.exceptions import NoSuchLifecycleConfiguration, ReplicationConfigurationNotFoundError, S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from localcloud.emulator.extensions.calls import extend
from localcloud.emulator.extensions.refused_s3 import check_lifecycle, check_replication

_DEFAULT_TRANSITION_MINIMUM = "all_storage_classes_128K"

_bucket_response_put = S3Response._bucket_response_put
_put_bucket_versioning = S3Backend.put_bucket_versioning


def bucket_response_put(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """Requests that change a bucket: the two documents are kept here, all else is moto's."""
    if "replication" in querystring:
        document = _parse(self, request, bucket_name, "PutBucketReplication")["ReplicationConfiguration"]
        check_replication(bucket_name, document)
        _check_replication(self.backend, bucket_name, document)
        answer = _bucket_response_put(self, request, bucket_name, querystring)
        self.backend.get_bucket(bucket_name).replication = _with_ids(document)
        return answer
    asked: dict[str, Any] = {}
    if "lifecycle" in querystring:
        asked = _parse(self, request, bucket_name, "PutBucketLifecycleConfiguration")
        check_lifecycle(asked["LifecycleConfiguration"])
    answer = _bucket_response_put(self, request, bucket_name, querystring)
    if asked:
        self.backend.get_bucket(bucket_name).lifecycle_document = {
            **_with_ids(asked["LifecycleConfiguration"]),
            "TransitionDefaultMinimumObjectSize": asked.get(
                "TransitionDefaultMinimumObjectSize", _DEFAULT_TRANSITION_MINIMUM
            ),
        }
    return answer


def get_bucket_replication(self: S3Response) -> Any:
    """GetBucketReplication."""
    self.data["Action"] = "GetBucketReplication"
    document = self.backend.get_bucket_replication(self.bucket_name)
    if not document:
        raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
    return self.serialized(ActionResult({"ReplicationConfiguration": document}))


def get_bucket_lifecycle(self: S3Response) -> Any:
    """GetBucketLifecycleConfiguration."""
    self.data["Action"] = "GetBucketLifecycleConfiguration"
    bucket = self.backend.get_bucket(self.bucket_name)
    if not bucket.rules:  # moto's own, which its delete empties
        raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
    return self.serialized(ActionResult(bucket.lifecycle_document))


def put_bucket_versioning(self: S3Backend, bucket_name: str, status: str) -> None:
    """PutBucketVersioning, which cannot suspend the versioning that replication or Object Lock stands on."""
    if status == "Suspended" and self.get_bucket(bucket_name).object_lock_enabled:
        raise S3ClientError(
            "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
        )
    if status == "Suspended" and getattr(self.get_bucket(bucket_name), "replication", None):
        raise S3ClientError(
            "InvalidBucketState",
            "A replication configuration is present on this bucket, so the versioning state cannot be changed.",
        )
    _put_bucket_versioning(self, bucket_name, status)


def _parse(response: S3Response, request: Any, bucket_name: str, operation: str) -> dict[str, Any]:
    parser = PROTOCOL_PARSERS["rest-xml"](get_service_model("s3").operation_model(operation))
    parsed: dict[str, Any] = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": response.raw_body,
            "url_path": request.path,
            "url_params": {"Bucket": bucket_name},
        }
    )
    return parsed


def _with_ids(document: dict[str, Any]) -> dict[str, Any]:
    rules = [{"ID": uuid.uuid4().hex, **rule} for rule in document.get("Rules", [])]
    return {**document, "Rules": rules}


def _check_replication(backend: S3Backend, bucket_name: str, document: dict[str, Any]) -> None:
    if not backend.get_bucket(bucket_name).is_versioned:
        return  # moto refuses it
    for rule in document["Rules"]:
        destination = rule["Destination"]
        target = backend.buckets.get(destination["Bucket"].rpartition(":")[2])
        if target is None:
            _refuse("Destination bucket must exist.")
        if not target.is_versioned:
            _refuse("Destination bucket must have versioning enabled.")
        kms = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {})
        key = destination.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
        if kms.get("Status") == "Enabled" and not key:
            _refuse("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.")
        if "Filter" in rule:
            _check_second_version(rule)


def _check_second_version(rule: dict[str, Any]) -> None:
    markers = rule.get("DeleteMarkerReplication")
    if markers is None:
        _refuse("DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration.")
    if "Priority" not in rule:
        _refuse("Priority must be specified for this version of Cross Region Replication configuration.")
    by_tag = "Tag" in rule["Filter"] or rule["Filter"].get("And", {}).get("Tags")
    if by_tag and markers.get("Status") == "Enabled":
        _refuse("Delete marker replication is not supported if any Tag filter is specified.")


def _refuse(message: str) -> NoReturn:
    raise S3ClientError("InvalidRequest", message)


def apply() -> None:
    """Put this into moto's S3."""
    S3Response._bucket_response_put = bucket_response_put
    extend(S3Response, get_bucket_replication, get_bucket_lifecycle)
    extend(S3Backend, put_bucket_versioning)
