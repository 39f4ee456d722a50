"""AWS Backup restore testing: plans, and the selections of what a plan restores."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.backup import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

# What AWS fills in where a plan says nothing (API reference, RestoreTestingRecoveryPointSelection).
_POINT_DEFAULTS = {"selectionWindowDays": 30}


class RestoreTestingPlan(ResourceType):
    token = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
    replace_on = frozenset({"name"})
    modelled = frozenset(
        {"name", "recoveryPointSelection", "scheduleExpression", "scheduleExpressionTimezone", "startWindowHours"}
    )
    kept = frozenset({"scheduleExpressionTimezone", "startWindowHours"})
    member_defaults: ClassVar = {"recoveryPointSelection": _POINT_DEFAULTS}
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        document = {"RestoreTestingPlanName": p["name"], **self._document(c, p)}
        c.client("backup").create_restore_testing_plan(RestoreTestingPlan=document, Tags=c.all_tags(p))
        return str(p["name"])

    @staticmethod
    def _document(c: Context, p: Props) -> dict[str, Any]:
        shape = c.client("backup").meta.service_model.shape_for("RestoreTestingRecoveryPointSelection")
        return {
            "RecoveryPointSelection": to_api(p["recoveryPointSelection"], shape),
            "ScheduleExpression": p["scheduleExpression"],
            **some(
                ScheduleExpressionTimezone=p.get("scheduleExpressionTimezone"),
                StartWindowHours=p.get("startWindowHours"),
            ),
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("backup").get_restore_testing_plan(RestoreTestingPlanName=id_)["RestoreTestingPlan"]
        return {
            "arn": live["RestoreTestingPlanArn"],
            "name": id_,
            "recoveryPointSelection": from_api(
                live["RecoveryPointSelection"],
                schema()[self.token]["members"]["recoveryPointSelection"],
                state.get("recoveryPointSelection"),
                _POINT_DEFAULTS,
            ),
            "scheduleExpression": live["ScheduleExpression"],
            "scheduleExpressionTimezone": live.get("ScheduleExpressionTimezone"),
            "startWindowHours": live.get("StartWindowHours"),
            "tagsAll": live_tags(c, live["RestoreTestingPlanArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & self.modelled:
            c.client("backup").update_restore_testing_plan(
                RestoreTestingPlanName=id_, RestoreTestingPlan=self._document(c, new)
            )
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_restore_testing_plan(RestoreTestingPlanName=id_)


class RestoreTestingSelection(ResourceType):
    """The id is `selection:plan`, which is also what the official provider imports by."""

    token = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
    replace_on = frozenset({"name", "protectedResourceType", "restoreTestingPlanName"})
    modelled = frozenset(
        {
            "name", "restoreTestingPlanName", "iamRoleArn", "protectedResourceArns", "protectedResourceConditions",
            "protectedResourceType", "restoreMetadataOverrides", "validationWindowHours",
        }
    )  # fmt: skip
    kept = frozenset({"protectedResourceArns", "restoreMetadataOverrides", "validationWindowHours"})
    unordered = frozenset({"protectedResourceArns"})
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_restore_testing_selection(
            RestoreTestingPlanName=p["restoreTestingPlanName"],
            RestoreTestingSelection={
                "RestoreTestingSelectionName": p["name"],
                "ProtectedResourceType": p["protectedResourceType"],
                **self._changeable(c, p),
            },
        )
        return f"{p['name']}:{p['restoreTestingPlanName']}"

    def inputs_of(self, live: Props) -> Props:
        """AWS puts the wildcard beside conditions, and the official provider takes only one of the two."""
        inputs = super().inputs_of(live)
        left_out = {"protectedResourceArns"} if inputs.get("protectedResourceConditions") else set()
        return {key: value for key, value in inputs.items() if key not in left_out}

    @staticmethod
    def _changeable(c: Context, p: Props) -> dict[str, Any]:
        shape = c.client("backup").meta.service_model.shape_for("ProtectedResourceConditions")
        return {
            "IamRoleArn": p["iamRoleArn"],
            "ProtectedResourceConditions": to_api(p.get("protectedResourceConditions") or {}, shape),
            **some(
                ProtectedResourceArns=p.get("protectedResourceArns"),
                RestoreMetadataOverrides=p.get("restoreMetadataOverrides"),
                ValidationWindowHours=p.get("validationWindowHours"),
            ),
        }

    @staticmethod
    def _names(id_: str) -> dict[str, str]:
        selection, _, plan = id_.partition(":")
        return {"RestoreTestingPlanName": plan, "RestoreTestingSelectionName": selection}

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        names = self._names(id_)
        live = c.client("backup").get_restore_testing_selection(**names)["RestoreTestingSelection"]
        return {
            "name": names["RestoreTestingSelectionName"],
            "restoreTestingPlanName": names["RestoreTestingPlanName"],
            "iamRoleArn": live["IamRoleArn"],
            "protectedResourceType": live["ProtectedResourceType"],
            "protectedResourceArns": sorted(live.get("ProtectedResourceArns") or []),
            "protectedResourceConditions": from_api(
                live.get("ProtectedResourceConditions") or {},
                schema()[self.token]["members"]["protectedResourceConditions"],
                state.get("protectedResourceConditions"),
                {},
            ),
            "restoreMetadataOverrides": live.get("RestoreMetadataOverrides") or {},
            "validationWindowHours": live.get("ValidationWindowHours"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        c.client("backup").update_restore_testing_selection(
            **self._names(id_), RestoreTestingSelection=self._changeable(c, new)
        )

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_restore_testing_selection(**self._names(id_))
