"""SQS queues and their policies. The id of both is the queue's URL."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.catalog.attributes import Attributes, given, live, tag_changes, to_text
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType

_QUEUE: Attributes = {
    "delaySeconds": ("DelaySeconds", int),
    "maxMessageSize": ("MaximumMessageSize", int),
    "messageRetentionSeconds": ("MessageRetentionPeriod", int),
    "receiveWaitTimeSeconds": ("ReceiveMessageWaitTimeSeconds", int),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", int),
    "kmsMasterKeyId": ("KmsMasterKeyId", str),
    "kmsDataKeyReusePeriodSeconds": ("KmsDataKeyReusePeriodSeconds", int),
    "sqsManagedSseEnabled": ("SqsManagedSseEnabled", bool),
    "redrivePolicy": ("RedrivePolicy", str),
    "policy": ("Policy", str),
    "fifoQueue": ("FifoQueue", bool),
    "contentBasedDeduplication": ("ContentBasedDeduplication", bool),
    "deduplicationScope": ("DeduplicationScope", str),
    "fifoThroughputLimit": ("FifoThroughputLimit", str),
}


class Queue(ResourceType):
    token = "aws:sqs/queue:Queue"
    replace_on = frozenset({"name", "namePrefix", "fifoQueue"})
    modelled = frozenset({"name", *_QUEUE})
    kept = frozenset(
        {
            "maxMessageSize", "kmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled", "policy", "redrivePolicy",
            "deduplicationScope", "fifoThroughputLimit",
        }
    )  # fmt: skip
    defaults: ClassVar = {
        "delaySeconds": 0,
        "messageRetentionSeconds": 345_600,
        "receiveWaitTimeSeconds": 0,
        "visibilityTimeoutSeconds": 30,
        "fifoQueue": False,
        "contentBasedDeduplication": False,
    }
    documents = frozenset({"policy", "redrivePolicy"})
    computed = ("arn", "url")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("sqs").create_queue(QueueName=p["name"], Attributes=given(_QUEUE, p), tags=c.all_tags(p))
        return str(made["QueueUrl"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        sqs = c.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=id_, AttributeNames=["All"])["Attributes"]
        return {
            "arn": found["QueueArn"],
            "url": id_,
            "name": id_.rpartition("/")[2],
            **live(_QUEUE, found),
            "tagsAll": sqs.list_queue_tags(QueueUrl=id_).get("Tags", {}),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        sqs = c.client("sqs")
        if attributes := self._attributes(new, changed):
            sqs.set_queue_attributes(QueueUrl=id_, Attributes=attributes)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            sqs.untag_queue(QueueUrl=id_, TagKeys=gone)
        sqs.tag_queue(QueueUrl=id_, Tags=wanted)

    def _attributes(self, new: Props, changed: frozenset[str]) -> dict[str, str]:
        values = {key: new.get(key, self.defaults.get(key)) for key in changed & set(_QUEUE)}
        return {_QUEUE[key][0]: to_text(value, _QUEUE[key][1]) for key, value in values.items()}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("sqs").delete_queue(QueueUrl=id_)


class QueuePolicy(ResourceType):
    token = "aws:sqs/queuePolicy:QueuePolicy"
    replace_on = frozenset({"queueUrl"})
    modelled = frozenset({"queueUrl", "policy"})
    documents = frozenset({"policy"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._set(c, p["queueUrl"], p["policy"])
        return str(p["queueUrl"])

    @staticmethod
    def _set(c: Context, url: str, policy: str) -> None:
        c.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("sqs").get_queue_attributes(QueueUrl=id_, AttributeNames=["Policy"]).get("Attributes", {})
        return {"queueUrl": id_, "policy": found["Policy"]} if found.get("Policy") else None

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._set(c, id_, new["policy"])

    def delete(self, c: Context, id_: str, state: Props) -> None:
        self._set(c, id_, "")
