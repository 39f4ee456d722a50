"""GuardDuty: the Region's detector, and what it protects."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some


class Detector(ResourceType):
    """`datasources` is refused: AWS calls it deprecated, and features say the same."""

    token = "aws:guardduty/detector:Detector"
    exclusive = True
    modelled = frozenset({"enable", "findingPublishingFrequency"})
    kept = frozenset({"findingPublishingFrequency"})
    defaults: ClassVar = {"enable": True}
    computed = ("arn", "accountId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("guardduty").create_detector(
            Enable=p.get("enable", True),
            **some(FindingPublishingFrequency=p.get("findingPublishingFrequency")),
            Tags=c.all_tags(p),
        )
        return str(made["DetectorId"])

    @staticmethod
    def _exists(c: Context, id_: str) -> bool:
        # A detector that is not there is a bad request to GuardDuty, like any other.
        return id_ in c.client("guardduty").list_detectors()["DetectorIds"]

    @staticmethod
    def _arn(c: Context, id_: str) -> str:
        return f"arn:aws:guardduty:{c.region}:{c.account_id}:detector/{id_}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        if not self._exists(c, id_):
            return None
        found = c.client("guardduty").get_detector(DetectorId=id_)
        return {
            "arn": self._arn(c, id_),
            "accountId": c.account_id,
            "enable": found["Status"] == "ENABLED",
            "findingPublishingFrequency": found["FindingPublishingFrequency"],
            "tagsAll": found.get("Tags", {}),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        guardduty = c.client("guardduty")
        if changed & self.modelled:
            guardduty.update_detector(
                DetectorId=id_,
                Enable=new.get("enable", True),
                **some(FindingPublishingFrequency=new.get("findingPublishingFrequency")),
            )
        gone, wanted = tag_changes(c, old, new)
        if gone:
            guardduty.untag_resource(ResourceArn=self._arn(c, id_), TagKeys=gone)
        if wanted:
            guardduty.tag_resource(ResourceArn=self._arn(c, id_), Tags=wanted)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        if self._exists(c, id_):
            c.client("guardduty").delete_detector(DetectorId=id_)


class DetectorFeature(ResourceType):
    """A feature belongs to its detector: deleting it leaves it as it is, as the official provider does."""

    token = "aws:guardduty/detectorFeature:DetectorFeature"
    replace_on = frozenset({"detectorId", "name"})
    modelled = frozenset({"detectorId", "name", "status", "additionalConfigurations"})
    kept = frozenset({"additionalConfigurations"})
    unordered = frozenset({"additionalConfigurations"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._set(c, p)
        return f"{p['detectorId']}/{p['name']}"

    @staticmethod
    def _set(c: Context, p: Props) -> None:
        more = [{"Name": item["name"], "Status": item["status"]} for item in p.get("additionalConfigurations") or []]
        feature = {"Name": p["name"], "Status": p["status"], **some(AdditionalConfiguration=more or None)}
        c.client("guardduty").update_detector(DetectorId=p["detectorId"], Features=[feature])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        detector, _, name = id_.partition("/")
        guardduty = c.client("guardduty")
        if detector not in guardduty.list_detectors()["DetectorIds"]:
            return None
        features = guardduty.get_detector(DetectorId=detector)["Features"]
        found = next((feature for feature in features if feature["Name"] == name), None)
        return found and {
            "detectorId": detector,
            "name": name,
            "status": found["Status"],
            "additionalConfigurations": _additional(found, state),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._set(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        """Nothing to do: see the class."""


def _additional(found: dict[str, Any], state: Props) -> list[Props]:
    """Those that the program names, or all in an import: AWS lists every one that the feature has."""
    named = {item["name"] for item in state.get("additionalConfigurations") or []}
    return [
        {"name": item["Name"], "status": item["Status"]}
        for item in found.get("AdditionalConfiguration") or []
        if not named or item["Name"] in named
    ]
