"""EventBridge rules on a bus, and the targets that a rule sends its events to."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

DEFAULT_BUS = "default"


def _bus(p: Props) -> str:
    return str(p.get("eventBusName") or DEFAULT_BUS)


class EventRule(ResourceType):
    """The id is the name, after `<bus>/` on a bus of one's own."""

    token = "aws:cloudwatch/eventRule:EventRule"
    replace_on = frozenset({"name", "namePrefix", "eventBusName"})
    modelled = frozenset(
        {"name", "eventBusName", "description", "eventPattern", "scheduleExpression", "roleArn", "state"}
    )
    defaults: ClassVar = {"eventBusName": DEFAULT_BUS, "state": "ENABLED"}
    state_only = frozenset({"forceDestroy"})
    documents = frozenset({"eventPattern"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        self._put(c, p, Tags=tag_list(c.all_tags(p)))
        return str(p["name"]) if _bus(p) == DEFAULT_BUS else f"{_bus(p)}/{p['name']}"

    @staticmethod
    def _put(c: Context, p: Props, **more: Any) -> None:
        c.client("events").put_rule(
            Name=p["name"],
            EventBusName=_bus(p),
            State=p.get("state", "ENABLED"),
            **some(
                Description=p.get("description"),
                EventPattern=p.get("eventPattern"),
                ScheduleExpression=p.get("scheduleExpression"),
                RoleArn=p.get("roleArn"),
            ),
            **more,
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        bus, _, name = id_.rpartition("/")
        events = c.client("events")
        found = events.describe_rule(Name=name, EventBusName=bus or DEFAULT_BUS)
        return {
            "arn": found["Arn"],
            "name": found["Name"],
            "eventBusName": found.get("EventBusName", DEFAULT_BUS),
            "description": found.get("Description"),
            "eventPattern": found.get("EventPattern"),
            "scheduleExpression": found.get("ScheduleExpression"),
            "roleArn": found.get("RoleArn"),
            "state": found["State"],
            "tagsAll": tag_map(events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        events = c.client("events")
        if changed - {"tags", "tagsAll"}:
            self._put(c, new)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            events.untag_resource(ResourceARN=old["arn"], TagKeys=gone)
        events.tag_resource(ResourceARN=old["arn"], Tags=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        bus, _, name = id_.rpartition("/")
        c.client("events").delete_rule(Name=name, EventBusName=bus or DEFAULT_BUS)


# Input property -> member of the Target shape.
_TARGET = {
    "arn": "Arn",
    "roleArn": "RoleArn",
    "input": "Input",
    "inputPath": "InputPath",
    "inputTransformer": "InputTransformer",
    "deadLetterConfig": "DeadLetterConfig",
    "retryPolicy": "RetryPolicy",
    "sqsTarget": "SqsParameters",
}
# What AWS does where a target says nothing (API reference, RetryPolicy).
_RETRIES = {"maximumEventAgeInSeconds": 86_400, "maximumRetryAttempts": 185}


class EventTarget(ResourceType):
    """The id is `<rule>-<target id>`, as for the official provider; an import names `<rule>/<target id>`."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    replace_on = frozenset({"rule", "eventBusName", "targetId"})
    modelled = frozenset({"rule", "eventBusName", "targetId", *_TARGET})
    defaults: ClassVar = {"eventBusName": DEFAULT_BUS}
    member_defaults: ClassVar = {"retryPolicy": _RETRIES}
    state_only = frozenset({"forceDestroy"})
    name_property = "targetId"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._put(c, p)
        bus = [] if _bus(p) == DEFAULT_BUS else [_bus(p)]
        return "-".join([*bus, p["rule"], p["targetId"]])

    @staticmethod
    def _put(c: Context, p: Props) -> None:
        events = c.client("events")
        members = events.meta.service_model.shape_for("Target").members
        target = {member: _sent(p[key], members[member]) for key, member in _TARGET.items() if p.get(key) is not None}
        answer = events.put_targets(Rule=p["rule"], EventBusName=_bus(p), Targets=[{"Id": p["targetId"], **target}])
        for failed in answer["FailedEntries"]:
            raise ValueError(f"target {failed['TargetId']}: {failed['ErrorCode']}: {failed['ErrorMessage']}")

    @staticmethod
    def _names(id_: str, state: Props) -> tuple[str, str, str]:
        """(bus, rule, target id): the dashes of an id do not say where a name ends, so an import has slashes."""
        if state.get("rule"):
            return _bus(state), state["rule"], state["targetId"]
        *bus, rule, target = id_.split("/")
        return "/".join(bus) or DEFAULT_BUS, rule, target

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        bus, rule, target = self._names(id_, state)
        listed = c.client("events").list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
        found = next((item for item in listed if item["Id"] == target), None)
        if found is None:
            return None
        members = schema()[self.token]["members"]
        shown = {
            key: _shown(found[member], members[key], state.get(key))
            for key, member in _TARGET.items()
            if member in found
        }
        return {"rule": rule, "eventBusName": bus, "targetId": target, **shown}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._put(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        bus, rule, target = self._names(id_, state)
        c.client("events").remove_targets(Rule=rule, EventBusName=bus, Ids=[target])


def _sent(value: Any, shape: Any) -> Any:
    # The API calls the paths of a transformer a map.
    if isinstance(value, dict) and "inputTemplate" in value:
        return some(InputTemplate=value["inputTemplate"], InputPathsMap=value.get("inputPaths"))
    return to_api(value, shape)


def _shown(value: Any, kind: Any, like: Any) -> Any:
    if isinstance(value, dict) and "InputTemplate" in value:
        return some(inputTemplate=value["InputTemplate"], inputPaths=value.get("InputPathsMap"))
    return from_api(value, kind, like, _RETRIES)
