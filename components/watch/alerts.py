"""The topic that every alert of a Region goes to, encrypted with a key that only the alerting services use (row 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement, account_root, document
from components.settings.watch import Subscriber

# Services that publish to the topic. Each sends aws:SourceAccount with its calls (Amazon SNS developer guide, "Example cases for
# Amazon SNS access control"; AWS Backup developer guide, "Notification options").
PUBLISHERS = ("backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com")


@dataclass(frozen=True, kw_only=True)
class AlertTopicArgs:
    """Inputs of the topic."""

    topic_name: str
    key_arn: pulumi.Input[str]
    """A key whose policy lets PUBLISHERS use it (components/keys.py `used_by`)."""
    account_id: str
    subscribers: Sequence[Subscriber] = ()


class AlertTopic(pulumi.ComponentResource):
    """Where alerts become messages to people. AWS's own key would refuse every service that alerts, so the key is ours.

    Produces the following resources:
    - `sns.Topic`, `sns.TopicPolicy` (the alerting services of this account, over TLS only)
    - `sns.TopicSubscription` for each subscriber

    Outputs: `arn` (available once the policy is in place).

    AWS limits:
    - A topic with the key alias/aws/sns accepts nothing from CloudWatch, EventBridge or AWS Backup: the key's policy cannot be
      changed (Amazon SNS developer guide, "Enable compatibility between event sources and encrypted topics").
    - An e-mail subscription stays pending until a person confirms it: no program can.

    Cost: $0.50 a million requests; the key $1 a month.
    """

    def __init__(self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:AlertTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-topic",
            name=args.topic_name,
            kms_master_key_id=args.key_arn,
            tags={"Name": args.topic_name},
            opts=child,
        )
        policy = aws.sns.TopicPolicy(
            f"{name}-policy", arn=topic.arn, policy=document(_statements(topic.arn, args.account_id)), opts=child
        )
        for number, subscriber in enumerate(args.subscribers):
            aws.sns.TopicSubscription(
                f"{name}-subscriber-{number}",
                topic=topic.arn,
                protocol=subscriber.protocol,
                endpoint=subscriber.endpoint,
                opts=child,
            )
        self.arn: pulumi.Output[str] = pulumi.Output.all(topic.arn, policy.id).apply(lambda made: str(made[0]))
        self.register_outputs({"arn": self.arn})


def _statements(topic_arn: pulumi.Input[str], account_id: str) -> list[Statement]:
    return [
        {
            "Sid": "TheAccountManagesIt",
            "Effect": "Allow",
            "Principal": {"AWS": account_root(account_id)},
            "Action": ["sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:Subscribe", "sns:Publish"],
            "Resource": topic_arn,
        },
        {
            "Sid": "AlertingServicesPublish",
            "Effect": "Allow",
            "Principal": {"Service": list(PUBLISHERS)},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
