"""CloudWatch Logs: the key of a log group, which moto takes at creation only."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from localcloud.emulator.extensions.calls import extend, find_key

_create_log_group = LogsBackend.create_log_group


def create_log_group(self: LogsBackend, log_group_name: str, tags: dict[str, str], **kwargs: str) -> LogGroup:
    """CreateLogGroup, refused when the key is not in the group's own Region."""
    _need_key(self, kwargs.get("kmsKeyId"))
    group: LogGroup = _create_log_group(self, log_group_name, tags, **kwargs)
    return group


def associate_kms_key(self: LogsResponse) -> ActionResult:
    """AssociateKmsKey, by the name of the group."""
    group = _group(self)
    _need_key(self.logs_backend, self._get_param("kmsKeyId"))
    group.kms_key_id = self._get_param("kmsKeyId")
    return EmptyResult()


def disassociate_kms_key(self: LogsResponse) -> ActionResult:
    """DisassociateKmsKey: AWS's own encryption from then on."""
    _group(self).kms_key_id = None
    return EmptyResult()


def _group(response: LogsResponse) -> LogGroup:
    name = response._get_param("logGroupName")
    if name not in response.logs_backend.groups:
        raise ResourceNotFoundException
    group: LogGroup = response.logs_backend.groups[name]
    return group


def _need_key(backend: LogsBackend, key: str | None) -> None:
    if key and find_key(backend, key) is None:
        raise InvalidParameterException(
            constraint="The KMS key must exist in this Region", parameter="kmsKeyId", value=key
        )


def apply() -> None:
    """Put the key's operations into moto's CloudWatch Logs."""
    extend(LogsBackend, create_log_group)
    extend(LogsResponse, associate_kms_key, disassociate_kms_key)
