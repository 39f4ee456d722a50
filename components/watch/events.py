"""EventBridge rules that turn the alerts of patterns.py into messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.policies import Statement, document
from components.watch.patterns import API_CALL, Alert

# A message that could not be delivered is kept as long as a queue keeps any (Amazon SQS MessageRetentionPeriod, 14 days).
UNDELIVERED_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class AlertRulesArgs:
    """Inputs of the rules."""

    alerts: Sequence[Alert]
    topic_arn: pulumi.Input[str]
    queue_name: str
    key_arn: pulumi.Input[str]
    """Key of the topic; the queue of undelivered messages uses it too."""
    account_id: str


class AlertRules(pulumi.ComponentResource):
    """One rule for each alert. What cannot be delivered waits in a queue, since an alert that is lost looks like silence.

    Produces the following resources:
    - `cloudwatch.EventRule` and `cloudwatch.EventTarget` for each alert
    - `sqs.Queue` for undelivered messages, with its `sqs.QueuePolicy`

    Outputs: `queue_arn`.

    AWS limits:
    - API calls are events only where a trail records them in the Region (Amazon EventBridge user guide, "AWS API Call via
      CloudTrail").
    - 300 rules an event bus, 5 targets a rule (Amazon EventBridge quotas).

    Cost: AWS's own events are free; the queue costs nothing while it is empty.
    """

    def __init__(self, name: str, args: AlertRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:watch:AlertRules", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{name}-undelivered",
            name=args.queue_name,
            message_retention_seconds=UNDELIVERED_SECONDS,
            kms_master_key_id=args.key_arn,
            tags={"Name": args.queue_name},
            opts=child,
        )
        policy = aws.sqs.QueuePolicy(
            f"{name}-undelivered",
            queue_url=queue.url,
            policy=document([_eventbridge_sends(queue.arn, args.account_id)]),
            opts=child,
        )
        for alert in args.alerts:
            rule = aws.cloudwatch.EventRule(
                f"{name}-{alert.name}",
                name=f"securecart-{alert.name}",
                description=alert.why,
                event_pattern=json.dumps(alert.pattern()),
                tags={"Name": alert.name},
                opts=child,
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{alert.name}",
                rule=rule.name,
                target_id="alerts",
                arn=args.topic_arn,
                input_transformer=_message(alert),
                dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=queue.arn),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        self.queue_arn: pulumi.Output[str] = queue.arn
        self.register_outputs({"queueArn": self.queue_arn})


def _message(alert: Alert) -> aws.cloudwatch.EventTargetInputTransformerArgs:
    """A text that a person reads on a telephone: what happened, where, by whom. Nothing of the call's content, which may be
    secret."""
    paths = {"account": "$.account", "region": "$.region", "time": "$.time", "what": "$.detail-type"}
    text = f"SecureCart: {alert.name}. {alert.why}. <what> in <region>, account <account>, at <time>."
    if API_CALL in alert.detail_types:
        paths |= {"call": "$.detail.eventName", "who": "$.detail.userIdentity.arn", "error": "$.detail.errorCode"}
        text += " Call <call> by <who>; error code, where it was refused: <error>."
    elif alert.source == "aws.guardduty":
        paths |= {"finding": "$.detail.type", "severity": "$.detail.severity"}
        text += " Finding <finding>, severity <severity>."
    else:
        paths |= {"resource": "$.detail.resourceArn", "state": "$.detail.state", "status": "$.detail.status"}
        text += " Resource <resource>, state <state><status>."
    return aws.cloudwatch.EventTargetInputTransformerArgs(input_paths=paths, input_template=json.dumps(text))


def _eventbridge_sends(queue_arn: pulumi.Input[str], account_id: str) -> Statement:
    return {
        "Sid": "EventBridgeKeepsWhatItCouldNotDeliver",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
