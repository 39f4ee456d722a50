"""Alerts: one encrypted topic a Region, to which the watching services publish and people subscribe."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.keys import KeyArgs, RegionalKey
from components.policies import Condition, ServiceUse, Statement, account_root, document, tls_only
from components.settings.watch import Subscriber

# What a publisher needs of the key of an encrypted topic (Amazon SNS developer guide, "Enable compatibility between
# event sources from AWS services and encrypted topics").
KEY_ACTIONS = ("kms:GenerateDataKey*", "kms:Decrypt")
# What the topic's owner may do, through IAM (the default policy of a topic, without Publish to everyone).
OWNER_ACTIONS = (
    "sns:GetTopicAttributes",
    "sns:SetTopicAttributes",
    "sns:AddPermission",
    "sns:RemovePermission",
    "sns:DeleteTopic",
    "sns:Subscribe",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
)


@dataclass(frozen=True, kw_only=True)
class AlertTopicArgs:
    """Inputs of a topic."""

    topic_name: str
    key_alias: str
    account_id: str
    region: str
    key_deletion_window_days: int
    subscribers: tuple[Subscriber, ...] = ()
    """Each gets every alert; none by default."""
    administrator_roles: tuple[str, ...] = ()
    """Roles that may disable or delete the topic's key; empty leaves that to IAM."""
    ephemeral: bool = False


class AlertTopic(pulumi.ComponentResource):
    """The way an alert leaves a Region: encrypted with a key of its own, open to the watching services alone.

    The key is no vault's and no store's, so that whoever takes those away is still reported.

    Produces the following resources:
    - `kms.Key` and `kms.Alias` (through `RegionalKey`), `sns.Topic`, `sns.TopicPolicy`.
    - `sns.TopicSubscription`, one a subscriber.

    Outputs: `arn` (available once the policy lets the services publish), `key_arn`.

    AWS limits:
    - A subscription by e-mail, and one by HTTPS whose endpoint does not confirm by itself, delivers nothing until
      its owner confirms it: a human act that no deployment can do (Amazon SNS Subscribe, "pending confirmation").
    - EventBridge sends neither `aws:SourceAccount` nor `aws:SourceArn` when it uses the key: a condition would drop
      every event in silence (Amazon SNS developer guide, "Enable compatibility between event sources from AWS
      services and encrypted topics"). The key encrypts nothing but this topic.
    - A topic delivers to a queue in its account only if the queue's own policy allows it; that queue is the
      subscriber's (Amazon SNS developer guide, "Fanout to Amazon SQS queues").

    Cost: the key, $1 a month; publishing and delivery are not priced here.
    """

    def __init__(self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:alerts:AlertTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic_arn = topic_arn_of(args.topic_name, args.region, args.account_id)
        key = RegionalKey(
            f"{name}-key",
            KeyArgs(
                alias=args.key_alias,
                description="SecureCart alerts: encrypts the alert topic of this Region, nothing else",
                account_id=args.account_id,
                deletion_window_days=args.key_deletion_window_days,
                administrator_roles=args.administrator_roles,
                service_uses=_key_uses(args, topic_arn),
                ephemeral=args.ephemeral,
            ),
            child,
        )
        topic = aws.sns.Topic(
            f"{name}-topic",
            name=args.topic_name,
            display_name="SecureCart alerts",
            kms_master_key_id=key.arn,
            # Signed with SHA-256; version 1 is SHA-1 (Amazon SNS SetTopicAttributes, SignatureVersion).
            signature_version=2,
            tags={"Name": args.topic_name},
            opts=child,
        )
        policy = aws.sns.TopicPolicy(
            f"{name}-policy", arn=topic.arn, policy=document(_topic_statements(args, topic_arn)), opts=child
        )
        for subscriber in args.subscribers:
            self._subscribe(name, topic, subscriber)
        self.arn: pulumi.Output[str] = pulumi.Output.all(topic.arn, policy.id).apply(lambda made: str(made[0]))
        self.key_arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})

    def _subscribe(self, name: str, topic: aws.sns.Topic, subscriber: Subscriber) -> None:
        aws.sns.TopicSubscription(
            f"{name}-{subscription_name(subscriber)}",
            topic=topic.arn,
            protocol=subscriber.protocol.value,
            endpoint=subscriber.endpoint,
            opts=pulumi.ResourceOptions(parent=self),
        )


def subscription_name(subscriber: Subscriber) -> str:
    """By endpoint, not by place in the list: taking one out must not replace its neighbours.

    Hashed, since a webhook's URL is as good as a password and resource names are printed.
    """
    return f"{subscriber.protocol}-{hashlib.sha256(subscriber.endpoint.encode()).hexdigest()[:10]}"


def topic_arn_of(topic_name: str, region: str, account_id: str) -> str:
    """The ARN that a topic will have; its key and its policy name it before it exists."""
    return f"arn:aws:sns:{region}:{account_id}:{topic_name}"


def _of_this_account(args: AlertTopicArgs, source_arn: str) -> tuple[Condition, ...]:
    return (
        Condition(operator="StringEquals", key="aws:SourceAccount", values=(args.account_id,)),
        Condition(operator="ArnLike", key="aws:SourceArn", values=(source_arn,)),
    )


def _alarms(args: AlertTopicArgs) -> str:
    return f"arn:aws:cloudwatch:{args.region}:{args.account_id}:alarm:*"


def _key_uses(args: AlertTopicArgs, topic_arn: str) -> tuple[ServiceUse, ...]:
    """Only CloudWatch and SNS are documented to send the confused-deputy keys to KMS."""
    return (
        ServiceUse(
            sid="AlarmsPublish",
            service="cloudwatch.amazonaws.com",
            actions=KEY_ACTIONS,
            conditions=_of_this_account(args, _alarms(args)),
        ),
        ServiceUse(sid="EventRulesPublish", service="events.amazonaws.com", actions=KEY_ACTIONS),
        ServiceUse(sid="BackupVaultsPublish", service="backup.amazonaws.com", actions=KEY_ACTIONS),
        ServiceUse(
            sid="TheTopicDelivers",
            service="sns.amazonaws.com",
            actions=KEY_ACTIONS,
            conditions=_of_this_account(args, topic_arn),
        ),
    )


def _topic_statements(args: AlertTopicArgs, topic_arn: str) -> list[Statement]:
    """EventBridge and AWS Backup publish without a documented source condition: see the key's uses."""
    owner: Statement = {
        "Sid": "TheAccountDecidesThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": account_root(args.account_id)},
        "Action": list(OWNER_ACTIONS),
        "Resource": topic_arn,
    }
    publish = ("sns:Publish",)
    services = (
        ServiceUse(
            sid="AlarmsPublish",
            service="cloudwatch.amazonaws.com",
            actions=publish,
            conditions=_of_this_account(args, _alarms(args)),
        ),
        ServiceUse(sid="EventRulesPublish", service="events.amazonaws.com", actions=publish),
        ServiceUse(sid="BackupVaultsPublish", service="backup.amazonaws.com", actions=publish),
    )
    return [owner, *(use.statement(topic_arn) for use in services), tls_only(topic_arn, "sns:Publish")]
