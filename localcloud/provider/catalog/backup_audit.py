"""AWS Backup Audit Manager: frameworks of controls, and the plans of their reports."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.backup import live_tags, set_tags
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api


class Framework(ResourceType):
    token = "aws:backup/framework:Framework"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "description", "controls"})
    unordered = frozenset({"controls"})
    computed = ("arn", "creationTime", "deploymentStatus", "status")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_framework(
            FrameworkName=p["name"],
            FrameworkControls=self._controls(c, p),
            FrameworkTags=c.all_tags(p),
            **some(FrameworkDescription=p.get("description")),
        )
        return str(p["name"])

    @staticmethod
    def _controls(c: Context, p: Props) -> list[dict[str, Any]]:
        shape = c.client("backup").meta.service_model.shape_for("ControlScope")
        return [
            {
                "ControlName": control["name"],
                **some(
                    ControlInputParameters=[
                        some(ParameterName=item.get("name"), ParameterValue=item.get("value"))
                        for item in control.get("inputParameters") or []
                    ]
                    or None,
                    ControlScope=to_api(control["scope"], shape) if control.get("scope") else None,
                ),
            }
            for control in p["controls"]
        ]

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("backup").describe_framework(FrameworkName=id_)
        return {
            "arn": live["FrameworkArn"],
            "name": live["FrameworkName"],
            "description": live.get("FrameworkDescription") or None,
            "controls": [self._live_control(control, state) for control in live["FrameworkControls"]],
            "creationTime": str(live["CreationTime"]),
            "deploymentStatus": live["DeploymentStatus"],
            "status": live["FrameworkStatus"],
            "tagsAll": live_tags(c, live["FrameworkArn"]),
        }

    def _live_control(self, control: dict[str, Any], state: Props) -> Props:
        kind = schema()[self.token]["members"]["controls"]["list"]["members"]["scope"]
        given = {item.get("name"): item for item in state.get("controls") or []}.get(control["ControlName"], {})
        parameters = [
            some(name=item.get("ParameterName"), value=item.get("ParameterValue"))
            for item in control.get("ControlInputParameters") or []
        ]
        scope = control.get("ControlScope")
        return {
            "name": control["ControlName"],
            **some(
                inputParameters=parameters or None,
                scope=from_api(scope, kind, given.get("scope"), {}) if scope else None,
            ),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & self.modelled:
            c.client("backup").update_framework(
                FrameworkName=id_,
                FrameworkControls=self._controls(c, new),
                FrameworkDescription=new.get("description") or "",
            )
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_framework(FrameworkName=id_)


# What AWS fills in where a report plan says nothing (API reference, ReportDeliveryChannel).
_CHANNEL_DEFAULTS = {"formats": ["CSV"]}


class ReportPlan(ResourceType):
    token = "aws:backup/reportPlan:ReportPlan"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "description", "reportDeliveryChannel", "reportSetting"})
    member_defaults: ClassVar = {"reportDeliveryChannel": _CHANNEL_DEFAULTS}
    computed = ("arn", "creationTime", "deploymentStatus")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("backup").create_report_plan(
            ReportPlanName=p["name"], ReportPlanTags=c.all_tags(p), **self._document(c, p)
        )
        return str(p["name"])

    @staticmethod
    def _document(c: Context, p: Props) -> dict[str, Any]:
        shapes = c.client("backup").meta.service_model
        return {
            "ReportDeliveryChannel": to_api(p["reportDeliveryChannel"], shapes.shape_for("ReportDeliveryChannel")),
            "ReportSetting": to_api(p["reportSetting"], shapes.shape_for("ReportSetting")),
            # AWS keeps what it is not told.
            "ReportPlanDescription": p.get("description") or "",
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("backup").describe_report_plan(ReportPlanName=id_)["ReportPlan"]
        kinds = schema()[self.token]["members"]
        return {
            "arn": live["ReportPlanArn"],
            "name": live["ReportPlanName"],
            "description": live.get("ReportPlanDescription") or None,
            "reportDeliveryChannel": from_api(
                live["ReportDeliveryChannel"],
                kinds["reportDeliveryChannel"],
                state.get("reportDeliveryChannel"),
                _CHANNEL_DEFAULTS,
            ),
            "reportSetting": from_api(live["ReportSetting"], kinds["reportSetting"], state.get("reportSetting"), {}),
            "creationTime": str(live["CreationTime"]),
            "deploymentStatus": live["DeploymentStatus"],
            "tagsAll": live_tags(c, live["ReportPlanArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & self.modelled:
            c.client("backup").update_report_plan(ReportPlanName=id_, **self._document(c, new))
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("backup").delete_report_plan(ReportPlanName=id_)
