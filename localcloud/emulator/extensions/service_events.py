"""Events of AWS services on the default bus of a Region, delivered to the targets of the rules that match.

moto delivers to queues, log groups and buses only, and an input template to it is JSON. Here a target can be a topic, a
template can be lines of text, and what cannot be delivered goes to the target's dead-letter queue.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from jsonpath_ng.ext.parser import parse as parse_path
from moto.events.models import Rule, events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.emulator import clock
from localcloud.emulator.extensions.backup_store import Place
from localcloud.emulator.extensions.calls import extend

_send_to_targets = Rule.send_to_targets
_QUOTED_OR_PLACEHOLDER = re.compile(r'(?P<quote>(?<!\\)")|<(?P<name>[A-Za-z0-9_.-]+)>')
_WHOLE_EVENT = "aws.events.event.json"


def publish(place: Place, source: str, detail_type: str, resources: Iterable[str], detail: dict[str, Any]) -> None:
    """Put an event of a service on the Region's default bus."""
    bus = events_backends[place.account_id][place.region].event_buses["default"]
    if not bus.rules:
        return
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": place.account_id,
        "time": iso(clock.now()),
        "region": place.region,
        "resources": list(resources),
        "detail": detail,
    }
    for rule in list(bus.rules.values()):
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern():
            rule.send_to_targets(copy.deepcopy(event))


def send_to_topic(topic_arn: str, message: str, subject: str | None, attributes: Mapping[str, str]) -> None:
    """Publish to a topic, if it is there; whether its policy allows that is not judged."""
    _, _, _, region, account_id, _ = topic_arn.split(":")
    backend = sns_backends[account_id][region]
    if topic_arn in backend.topics:
        typed = {name: {"Type": "String", "Value": value} for name, value in attributes.items() if value}
        backend.publish(message, topic_arn, subject=subject, message_attributes=typed)


def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
    """Deliver a matching event to each target by itself: one that fails keeps no other from its event."""
    if not self.event_pattern.matches_event(original_event):
        return
    for target in self.targets:
        try:
            _deliver(self, target, original_event, transform_input=transform_input)
        except Exception:
            _bury(target, original_event)


def input_of(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """What a target receives (PutTargets: Input, InputPath, InputTransformer; else the event)."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    values = {name: _at(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    return _filled(str(transformer["InputTemplate"]), {_WHOLE_EVENT: event, **values})


def iso(moment: datetime) -> str:
    """A moment as events write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _deliver(rule: Rule, target: dict[str, Any], event: Any, *, transform_input: bool) -> None:
    service = target["Arn"].split(":")[2]
    if service == "sns":
        _, _, _, region, account_id, _ = target["Arn"].split(":")
        sns_backends[account_id][region].publish(input_of(target, event), target["Arn"])
    elif service == "sqs" and "MessageGroupId" not in target.get("SqsParameters", {}):
        _send_to_queue(target["Arn"], input_of(target, event))
    else:
        alone = copy.copy(rule)
        alone.targets = [target]
        _send_to_targets(alone, {"ingestion-time": 0.0, **event}, transform_input)


def _bury(target: Mapping[str, Any], event: Any) -> None:
    queue_arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue_arn:
        _send_to_queue(queue_arn, json.dumps(event))


def _send_to_queue(queue_arn: str, body: str) -> None:
    _, _, _, region, account_id, name = queue_arn.split(":")
    sqs_backends[account_id][region].send_message(name, body)


def _at(path: str, event: Mapping[str, Any]) -> Any:
    found = parse_path(path).find(event)
    return found[0].value if found else None


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Placeholders inside of quotes become text, others JSON; what the event lacks becomes an empty text or null."""
    quoted = False

    def fill(match: re.Match[str]) -> str:
        nonlocal quoted
        if match["quote"]:
            quoted = not quoted
            return '"'
        if match["name"] not in values:
            return match[0]
        value = values[match["name"]]
        if not quoted:
            return json.dumps(value)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value).replace('"', '\\"')

    return _QUOTED_OR_PLACEHOLDER.sub(fill, template)


def apply() -> None:
    """Put this into moto's EventBridge."""
    extend(Rule, send_to_targets)
