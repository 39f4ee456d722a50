"""SNS topics, their policies and their subscriptions."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.catalog.attributes import Attributes, given, live, tag_changes, to_text
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, document, tag_list, tag_map

_TOPIC: Attributes = {
    "displayName": ("DisplayName", str),
    "kmsMasterKeyId": ("KmsMasterKeyId", str),
    "deliveryPolicy": ("DeliveryPolicy", str),
    "policy": ("Policy", str),
    "signatureVersion": ("SignatureVersion", int),
    "fifoTopic": ("FifoTopic", bool),
    "contentBasedDeduplication": ("ContentBasedDeduplication", bool),
}
_SUBSCRIPTION: Attributes = {
    "rawMessageDelivery": ("RawMessageDelivery", bool),
    "filterPolicyScope": ("FilterPolicyScope", str),
    "filterPolicy": ("FilterPolicy", str),
    "redrivePolicy": ("RedrivePolicy", str),
    "deliveryPolicy": ("DeliveryPolicy", str),
    "subscriptionRoleArn": ("SubscriptionRoleArn", str),
}
# What the official provider leaves behind when a policy is deleted: the account itself may do everything.
_OWNER_ACTIONS = (
    "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
    "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
)  # fmt: skip


class Topic(ResourceType):
    token = "aws:sns/topic:Topic"
    replace_on = frozenset({"name", "namePrefix", "fifoTopic"})
    modelled = frozenset({"name", *_TOPIC})
    kept = frozenset({"policy"})
    defaults: ClassVar = {"fifoTopic": False, "contentBasedDeduplication": False, "signatureVersion": 1}
    documents = frozenset({"policy", "deliveryPolicy"})
    computed = ("arn", "owner")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("sns").create_topic(
            Name=p["name"],
            Attributes={name: value for name, value in given(_TOPIC, p).items() if value != "false"},
            Tags=tag_list(c.all_tags(p)),
        )
        return str(made["TopicArn"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        sns = c.client("sns")
        found = sns.get_topic_attributes(TopicArn=id_)["Attributes"]
        return {
            "arn": found["TopicArn"],
            "name": id_.rpartition(":")[2],
            "owner": found["Owner"],
            **live(_TOPIC, found),
            "tagsAll": tag_map(sns.list_tags_for_resource(ResourceArn=id_)["Tags"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        sns = c.client("sns")
        for key in sorted(changed & set(_TOPIC)):
            name, kind = _TOPIC[key]
            sns.set_topic_attributes(TopicArn=id_, AttributeName=name, AttributeValue=to_text(new.get(key), kind))
        gone, wanted = tag_changes(c, old, new)
        if gone:
            sns.untag_resource(ResourceArn=id_, TagKeys=gone)
        sns.tag_resource(ResourceArn=id_, Tags=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("sns").delete_topic(TopicArn=id_)


class TopicPolicy(ResourceType):
    """A topic always has a policy: deleting it restores that of its owner, as the official provider does."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    replace_on = frozenset({"arn"})
    modelled = frozenset({"arn", "policy"})
    documents = frozenset({"policy"})
    computed = ("owner",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._set(c, p["arn"], p["policy"])
        return str(p["arn"])

    @staticmethod
    def _set(c: Context, topic: str, policy: str) -> None:
        c.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("sns").get_topic_attributes(TopicArn=id_)["Attributes"]
        return {"arn": found["TopicArn"], "owner": found["Owner"], "policy": found["Policy"]}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._set(c, id_, new["policy"])

    def delete(self, c: Context, id_: str, state: Props) -> None:
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": list(_OWNER_ACTIONS),
            "Resource": id_,
            "Condition": {"StringEquals": {"AWS:SourceOwner": c.account_id}},
        }
        self._set(c, id_, document({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}))


class TopicSubscription(ResourceType):
    token = "aws:sns/topicSubscription:TopicSubscription"
    replace_on = frozenset({"topic", "protocol", "endpoint"})
    modelled = frozenset({"topic", "protocol", "endpoint", *_SUBSCRIPTION})
    defaults: ClassVar = {"rawMessageDelivery": False}
    # AWS answers MessageAttributes where a filter names no scope.
    kept = frozenset({"filterPolicyScope"})
    state_only = frozenset({"endpointAutoConfirms", "confirmationTimeoutInMinutes"})
    documents = frozenset({"filterPolicy", "redrivePolicy", "deliveryPolicy"})
    computed = ("arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation")
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        made = c.client("sns").subscribe(
            TopicArn=p["topic"],
            Protocol=p["protocol"],
            Endpoint=p["endpoint"],
            Attributes={name: value for name, value in given(_SUBSCRIPTION, p).items() if value != "false"},
            ReturnSubscriptionArn=True,
        )
        return str(made["SubscriptionArn"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("sns").get_subscription_attributes(SubscriptionArn=id_)["Attributes"]
        return {
            "arn": found["SubscriptionArn"],
            "topic": found["TopicArn"],
            "protocol": found["Protocol"],
            "endpoint": found["Endpoint"],
            "ownerId": found["Owner"],
            "confirmationWasAuthenticated": str(found["ConfirmationWasAuthenticated"]).lower() == "true",
            "pendingConfirmation": str(found["PendingConfirmation"]).lower() == "true",
            **live(_SUBSCRIPTION, found),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        # The scope is judged with the filter, so it goes first.
        for key in [key for key in _SUBSCRIPTION if key in changed]:
            name, kind = _SUBSCRIPTION[key]
            # A filter cannot be taken away; an empty one lets everything through.
            empty = "{}" if key == "filterPolicy" else ""
            value = to_text(new.get(key), kind) or empty
            c.client("sns").set_subscription_attributes(SubscriptionArn=id_, AttributeName=name, AttributeValue=value)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("sns").unsubscribe(SubscriptionArn=id_)
