"""CloudTrail trails."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

# Input property -> parameter of CreateTrail and UpdateTrail.
_TRAIL = {
    "s3BucketName": "S3BucketName",
    "s3KeyPrefix": "S3KeyPrefix",
    "snsTopicName": "SnsTopicName",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "enableLogFileValidation": "EnableLogFileValidation",
    "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
    "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "kmsKeyId": "KmsKeyId",
    "isOrganizationTrail": "IsOrganizationTrail",
}
# Where the answer's member has another name.
_ANSWERED = {"enableLogFileValidation": "LogFileValidationEnabled"}
# What a trail records that no selector narrows.
_ALL_MANAGEMENT_EVENTS = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


class Trail(ResourceType):
    """The id is the ARN, as for the official provider. Basic event selectors are refused: advanced ones say the same."""

    token = "aws:cloudtrail/trail:Trail"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "enableLogging", "advancedEventSelectors", *_TRAIL})
    defaults: ClassVar = {
        "enableLogging": True,
        "includeGlobalServiceEvents": True,
        "isMultiRegionTrail": False,
        "enableLogFileValidation": False,
        "isOrganizationTrail": False,
    }
    computed = ("arn", "homeRegion", "snsTopicArn")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("cloudtrail").create_trail(
            Name=p["name"],
            **{member: p[key] for key, member in _TRAIL.items() if p.get(key) is not None},
            TagsList=tag_list(c.all_tags(p)),
        )
        return str(made["TrailARN"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("enableLogging", True):
            c.client("cloudtrail").start_logging(Name=id_)
        if p.get("advancedEventSelectors"):
            self._select(c, id_, p)

    @staticmethod
    def _select(c: Context, id_: str, p: Props) -> None:
        cloudtrail = c.client("cloudtrail")
        shape = cloudtrail.meta.service_model.shape_for("AdvancedEventSelectors")
        if selectors := p.get("advancedEventSelectors"):
            cloudtrail.put_event_selectors(TrailName=id_, AdvancedEventSelectors=to_api(selectors, shape))
        else:
            cloudtrail.put_event_selectors(TrailName=id_, EventSelectors=_ALL_MANAGEMENT_EVENTS)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        cloudtrail = c.client("cloudtrail")
        found = cloudtrail.get_trail(Name=id_)["Trail"]
        (tags,) = cloudtrail.list_tags(ResourceIdList=[id_])["ResourceTagList"]
        return {
            "arn": found["TrailARN"],
            "name": found["Name"],
            "homeRegion": found.get("HomeRegion") or id_.split(":")[3],
            "snsTopicArn": found.get("SnsTopicARN"),
            "enableLogging": cloudtrail.get_trail_status(Name=id_)["IsLogging"],
            **{key: found.get(_ANSWERED.get(key, member)) for key, member in _TRAIL.items()},
            "kmsKeyId": found.get("KmsKeyId") or None,
            "advancedEventSelectors": self._selectors(cloudtrail.get_event_selectors(TrailName=id_), state),
            "tagsAll": tag_map(tags["TagsList"]),
        }

    def _selectors(self, found: dict[str, Any], state: Props) -> Any:
        kind = schema()[self.token]["members"]["advancedEventSelectors"]
        return from_api(found.get("AdvancedEventSelectors") or [], kind, state.get("advancedEventSelectors"), {})

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        cloudtrail = c.client("cloudtrail")
        if changed & set(_TRAIL):
            stated = {**self.defaults, **some(**new)}
            cleared = {_TRAIL[key]: "" for key in changed & set(_TRAIL) if key not in stated}
            cloudtrail.update_trail(
                Name=id_, **{member: stated[key] for key, member in _TRAIL.items() if key in stated}, **cleared
            )
        if "enableLogging" in changed:
            on = new.get("enableLogging", True)
            (cloudtrail.start_logging if on else cloudtrail.stop_logging)(Name=id_)
        if "advancedEventSelectors" in changed:
            self._select(c, id_, new)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            cloudtrail.remove_tags(
                ResourceId=id_, TagsList=[{"Key": key, "Value": old["tagsAll"][key]} for key in gone]
            )
        if wanted:
            cloudtrail.add_tags(ResourceId=id_, TagsList=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("cloudtrail").delete_trail(Name=id_.rpartition("/")[2])
