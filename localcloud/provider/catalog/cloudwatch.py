"""CloudWatch alarms, dashboards and log groups."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

# Input property -> parameter of PutMetricAlarm, which is also the member of MetricAlarm.
_ALARM = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
_QUERY = {"id": "Id", "expression": "Expression", "label": "Label", "period": "Period", "returnData": "ReturnData"}


class MetricAlarm(ResourceType):
    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "dimensions", "metricQueries", *_ALARM})
    not_modelled = frozenset({"metricQueries.accountId"})
    kept = frozenset({"evaluateLowSampleCountPercentiles"})
    defaults: ClassVar = {"actionsEnabled": True, "treatMissingData": "missing"}
    member_defaults: ClassVar = {"metricQueries": {"returnData": False}}
    unordered = frozenset({"alarmActions", "okActions", "insufficientDataActions", "metricQueries"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        self._put(c, p, Tags=tag_list(c.all_tags(p)))
        return str(p["name"])

    def _put(self, c: Context, p: Props, **more: Any) -> None:
        stated = {**self.defaults, **some(**p)}
        c.client("cloudwatch").put_metric_alarm(
            AlarmName=p["name"],
            **{member: stated[key] for key, member in _ALARM.items() if key in stated},
            **some(
                Dimensions=tag_list(p["dimensions"], "Name") if p.get("dimensions") else None,
                Metrics=[_query(item) for item in p.get("metricQueries") or []] or None,
            ),
            **more,
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        cloudwatch = c.client("cloudwatch")
        found = cloudwatch.describe_alarms(AlarmNames=[id_])["MetricAlarms"][0]
        return {
            "arn": found["AlarmArn"],
            "name": found["AlarmName"],
            **{key: found.get(member) for key, member in _ALARM.items()},
            "dimensions": tag_map(found.get("Dimensions"), "Name") or None,
            "metricQueries": [_live_query(item) for item in found.get("Metrics") or []],
            "tagsAll": tag_map(cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        cloudwatch = c.client("cloudwatch")
        if changed - {"tags", "tagsAll"}:
            self._put(c, new)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            cloudwatch.untag_resource(ResourceARN=old["arn"], TagKeys=gone)
        cloudwatch.tag_resource(ResourceARN=old["arn"], Tags=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("cloudwatch").delete_alarms(AlarmNames=[id_])


def _query(p: Props) -> dict[str, Any]:
    metric = p.get("metric")
    stat = None
    if metric:
        what = some(Namespace=metric.get("namespace"), MetricName=metric["metricName"])
        if metric.get("dimensions"):
            what["Dimensions"] = tag_list(metric["dimensions"], "Name")
        stat = {"Metric": what, **some(Period=metric["period"], Stat=metric["stat"], Unit=metric.get("unit"))}
    return {
        **{member: p[key] for key, member in _QUERY.items() if p.get(key) is not None},
        **some(MetricStat=stat),
        "ReturnData": bool(p.get("returnData")),
    }


def _live_query(found: dict[str, Any]) -> Props:
    shown: Props = {key: found[member] for key, member in _QUERY.items() if found.get(member) not in (None, "", False)}
    if stat := found.get("MetricStat"):
        metric = stat["Metric"]
        shown["metric"] = some(
            namespace=metric.get("Namespace"),
            metricName=metric["MetricName"],
            dimensions=tag_map(metric.get("Dimensions"), "Name") or None,
            period=stat["Period"],
            stat=stat["Stat"],
            unit=stat.get("Unit"),
        )
    return shown


class Dashboard(ResourceType):
    token = "aws:cloudwatch/dashboard:Dashboard"
    replace_on = frozenset({"dashboardName"})
    modelled = frozenset({"dashboardName", "dashboardBody"})
    documents = frozenset({"dashboardBody"})
    computed = ("dashboardArn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("cloudwatch").put_dashboard(DashboardName=p["dashboardName"], DashboardBody=p["dashboardBody"])
        return str(p["dashboardName"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("cloudwatch").get_dashboard(DashboardName=id_)
        return {
            "dashboardArn": found["DashboardArn"],
            "dashboardName": found["DashboardName"],
            "dashboardBody": found["DashboardBody"],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("cloudwatch").delete_dashboards(DashboardNames=[id_])


class LogGroup(ResourceType):
    token = "aws:cloudwatch/logGroup:LogGroup"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset({"name", "kmsKeyId", "retentionInDays"})
    # 0 is for ever.
    defaults: ClassVar = {"retentionInDays": 0}
    state_only = frozenset({"skipDestroy"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        # CreateLogGroup takes at least one tag, or no tags at all.
        c.client("logs").create_log_group(
            logGroupName=p["name"], **some(tags=c.all_tags(p) or None, kmsKeyId=p.get("kmsKeyId"))
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("retentionInDays"):
            c.client("logs").put_retention_policy(logGroupName=id_, retentionInDays=p["retentionInDays"])

    @staticmethod
    def _arn(c: Context, name: str) -> str:
        return f"arn:aws:logs:{c.region}:{c.account_id}:log-group:{name}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        logs = c.client("logs")
        listed = logs.describe_log_groups(logGroupNamePrefix=id_)["logGroups"]
        found = next((group for group in listed if group["logGroupName"] == id_), None)
        return found and {
            "arn": self._arn(c, id_),
            "name": found["logGroupName"],
            "kmsKeyId": found.get("kmsKeyId"),
            "retentionInDays": found.get("retentionInDays", 0),
            "tagsAll": logs.list_tags_for_resource(resourceArn=self._arn(c, id_)).get("tags", {}),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        logs = c.client("logs")
        if "retentionInDays" in changed and new.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=id_, retentionInDays=new["retentionInDays"])
        elif "retentionInDays" in changed:
            logs.delete_retention_policy(logGroupName=id_)
        if "kmsKeyId" in changed and new.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=id_, kmsKeyId=new["kmsKeyId"])
        elif "kmsKeyId" in changed:
            logs.disassociate_kms_key(logGroupName=id_)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            logs.untag_resource(resourceArn=self._arn(c, id_), tagKeys=gone)
        if wanted:
            logs.tag_resource(resourceArn=self._arn(c, id_), tags=wanted)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        if not state.get("skipDestroy"):
            c.client("logs").delete_log_group(logGroupName=id_)
