"""SQS: a queue is encrypted by one key. moto says SQS's own even where the queue has a KMS key."""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue

from localcloud.emulator.extensions.calls import extend

_plain_set_attributes = Queue._set_attributes


def _set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    """CreateQueue and SetQueueAttributes: a KMS key switches SQS's own encryption off."""
    if attributes.get("KmsMasterKeyId"):
        attributes = {**attributes, "SqsManagedSseEnabled": "false"}
    _plain_set_attributes(self, attributes, now)


def apply() -> None:
    """Put the choice into moto's queues."""
    extend(Queue, _set_attributes)
