"""Event rules: what happens in the Region becomes a text that a person understands."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Condition, ServiceUse, document, tls_only
from components.settings import limits
from components.watch.patterns import OF_A_CALL, OF_EVERY_EVENT, Alert, alerts

# The longest that SQS keeps a message (Amazon SQS SetQueueAttributes, MessageRetentionPeriod).
KEPT_SECONDS = 14 * 24 * 3600
# EventBridge retries for up to a day by itself (Amazon EventBridge PutTargets, RetryPolicy); an alert that is later
# than an hour is better found in the queue.
RETRIED_SECONDS, RETRIES = 3600, 185


@dataclass(frozen=True, kw_only=True)
class AlertRulesArgs:
    """Inputs of the rules of a Region."""

    prefix: str
    """Begins the names of rules, queue and alarm; at most 45 characters, so that every rule's name fits."""
    topic_arn: pulumi.Input[str]
    account_id: str
    region: str
    finding_severity: int = 4
    """GuardDuty findings alert from this severity on; 4 is medium."""


class AlertRules(pulumi.ComponentResource):
    """Sends what threatens the backups, or shows that they failed, to the alert topic: who, what, where, why it matters.

    An event that cannot be delivered is not lost: it waits in a queue for 14 days, and an alarm says so. The queue is
    encrypted by SQS itself and not with the topic's key, since a broken key is the likeliest reason of the failure.

    Produces the following resources:
    - `cloudwatch.EventRule` and `cloudwatch.EventTarget`, one each a row of `components/watch/patterns.py`.
    - `sqs.Queue` (dead letters, encrypted), `sqs.QueuePolicy`, `cloudwatch.MetricAlarm` on what lies in it.

    Outputs: `dead_letter_queue_arn`, `rule_names`.

    AWS limits:
    - A pattern has at most 4,096 characters, a text at most 8,192, a rule's name at most 64 (EventBridge PutRule and
      PutTargets).
    - API calls arrive only where a trail logs management events; read-only calls never do (EventBridge user guide,
      "AWS service events delivered via AWS CloudTrail").
    - AWS Backup and CloudTrail emit events on a best-effort basis (EventBridge events reference): the copy-age alarm
      is what notices a silence.

    Cost: the queue is billed by request and idle unless delivery fails; rules, queue and alarm are not priced here.
    """

    def __init__(self, name: str, args: AlertRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:events:AlertRules", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        queue, policy = self._dead_letters(name, args)
        self.rule_names: tuple[str, ...] = tuple(
            self._rule(name, args, alert, queue.arn, policy) for alert in alerts(args.finding_severity)
        )
        self.dead_letter_queue_arn: pulumi.Output[str] = queue.arn
        self.register_outputs({"deadLetterQueueArn": self.dead_letter_queue_arn})

    def _rule(
        self,
        name: str,
        args: AlertRulesArgs,
        alert: Alert,
        queue_arn: pulumi.Output[str],
        policy: aws.sqs.QueuePolicy,
    ) -> str:
        rule_name = f"{args.prefix}-{alert.name}"
        if len(rule_name) > limits.EVENT_RULE_NAME_CHARACTERS:
            raise ValueError(
                f"rule name {rule_name} has {len(rule_name)} characters, EventBridge allows"
                f" {limits.EVENT_RULE_NAME_CHARACTERS} (PutRule Name): shorten the prefix"
            )
        rule = aws.cloudwatch.EventRule(
            f"{name}-{alert.name}",
            name=rule_name,
            description=f"{alert.title}. {alert.who}"[: limits.EVENT_RULE_DESCRIPTION_CHARACTERS],
            event_pattern=alert.pattern(),
            state="ENABLED",
            tags={"Name": rule_name},
            opts=self._child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-{alert.name}-topic",
            rule=rule.name,
            target_id="alert-topic",
            arn=args.topic_arn,
            input_transformer=aws.cloudwatch.EventTargetInputTransformerArgs(
                input_paths=dict(paths_of(alert)), input_template=text_of(alert)
            ),
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=queue_arn),
            retry_policy=aws.cloudwatch.EventTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=RETRIED_SECONDS, maximum_retry_attempts=RETRIES
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        return rule_name

    def _dead_letters(self, name: str, args: AlertRulesArgs) -> tuple[aws.sqs.Queue, aws.sqs.QueuePolicy]:
        queue_name = f"{args.prefix}-undelivered"
        queue = aws.sqs.Queue(
            f"{name}-undelivered",
            name=queue_name,
            message_retention_seconds=KEPT_SECONDS,
            sqs_managed_sse_enabled=True,
            tags={"Name": queue_name},
            opts=self._child,
        )
        rules = f"arn:aws:events:{args.region}:{args.account_id}:rule/{args.prefix}-*"
        send = ServiceUse(
            sid="OurRulesLeaveDeadLetters",
            service="events.amazonaws.com",
            actions=("sqs:SendMessage",),
            # Amazon EventBridge user guide, "Using dead-letter queues to process undelivered events".
            conditions=(Condition(operator="ArnLike", key="aws:SourceArn", values=(rules,)),),
        )
        policy = aws.sqs.QueuePolicy(
            f"{name}-undelivered-policy",
            queue_url=queue.url,
            policy=document([send.statement(queue.arn), tls_only(queue.arn, "sqs:*")]),
            opts=self._child,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-undelivered-alarm",
            name=queue_name,
            alarm_description="An alert could not be delivered; it lies in the queue of this name.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue_name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            # A queue that is idle for six hours reports nothing (Amazon SQS developer guide, "Available CloudWatch
            # metrics"): silence is what is hoped for.
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            tags={"Name": queue_name},
            opts=self._child,
        )
        return queue, policy


def paths_of(alert: Alert) -> tuple[tuple[str, str], ...]:
    """Placeholder and JSON path of everything that the text of an alert says about the event."""
    on = (("on", alert.on),) if alert.on else ()
    return OF_EVERY_EVENT + (alert.paths or OF_A_CALL) + on


def text_of(alert: Alert) -> str:
    """The text that is sent: lines of plain words, each a quoted string (EventBridge PutTargets, InputTemplate).

    Names and ARNs only: of a request one identifier at most, since a password or a policy could be next to it.
    """
    facts = [f"{placeholder}: <{placeholder}>" for placeholder, _ in paths_of(alert)]
    lines = [
        f"SecureCart alert: {alert.title}.",
        *facts,
        f"Who would do that: {alert.who}",
        f"Why it matters: {alert.why}",
    ]
    return "\n".join(json.dumps(line) for line in lines)
