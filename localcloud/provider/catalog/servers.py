"""EC2 launch templates and Auto Scaling groups."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_map
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

# Inputs of a template -> member of RequestLaunchTemplateData, where the names differ by more than their case.
_DATA = (
    "imageId",
    "instanceType",
    "iamInstanceProfile",
    "metadataOptions",
    "monitoring",
    "blockDeviceMappings",
    "tagSpecifications",
)


class LaunchTemplate(ResourceType):
    """What the program uses of RequestLaunchTemplateData; every other member is refused by name. Each change is a version."""

    token = "aws:ec2/launchTemplate:LaunchTemplate"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset({"name", "vpcSecurityGroupIds", *_DATA})
    state_only = frozenset({"updateDefaultVersion"})
    unordered = frozenset({"vpcSecurityGroupIds", "tagSpecifications"})
    computed = ("arn", "defaultVersion", "latestVersion")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_launch_template(
            LaunchTemplateName=p["name"],
            LaunchTemplateData=self._data(c, p),
            TagSpecifications=specification(c, "launch-template", p),
        )
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    @staticmethod
    def _data(c: Context, p: Props) -> dict[str, Any]:
        shape = c.client("ec2").meta.service_model.shape_for("RequestLaunchTemplateData")
        given = {key: p[key] for key in _DATA if p.get(key) is not None}
        data: dict[str, Any] = to_api(_typed(given), shape)
        return data | some(SecurityGroupIds=p.get("vpcSecurityGroupIds"))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        ec2 = c.client("ec2")
        template = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"][0]
        latest = ec2.describe_launch_template_versions(LaunchTemplateId=id_, Versions=["$Latest"])
        data = latest["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        kinds = schema()[self.token]["members"]
        found: Props = {}
        for key in _DATA:
            member = key[0].upper() + key[1:]
            value = _spoken(data[member]) if key == "blockDeviceMappings" and data.get(member) else data.get(member)
            if key == "tagSpecifications":
                # The emulator keeps the template's own tags among those of what it starts.
                value = [tags for tags in value or [] if tags["ResourceType"] != "launch-template"]
            if value not in (None, [], {}):
                found[key] = from_api(value, kinds[key], state.get(key), {})
        return {
            **found,
            "arn": ec2_arn(c, "launch-template", id_),
            "name": template["LaunchTemplateName"],
            "vpcSecurityGroupIds": sorted(data.get("SecurityGroupIds") or []) or None,
            "defaultVersion": template["DefaultVersionNumber"],
            "latestVersion": template["LatestVersionNumber"],
            "tagsAll": tag_map(template.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        ec2 = c.client("ec2")
        if changed & {*_DATA, "vpcSecurityGroupIds"}:
            made = ec2.create_launch_template_version(LaunchTemplateId=id_, LaunchTemplateData=self._data(c, new))
            if new.get("updateDefaultVersion"):
                version = str(made["LaunchTemplateVersion"]["VersionNumber"])
                ec2.modify_launch_template(LaunchTemplateId=id_, DefaultVersion=version)
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_launch_template(LaunchTemplateId=id_)


def _typed(given: Props) -> Props:
    """The provider says booleans of a block device as text."""
    mappings = [
        {**mapping, "ebs": {key: _boolean(value) for key, value in mapping["ebs"].items()}}
        if isinstance(mapping.get("ebs"), dict)
        else mapping
        for mapping in given.get("blockDeviceMappings") or []
    ]
    return given | ({"blockDeviceMappings": mappings} if mappings else {})


def _spoken(mappings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same the other way round."""
    return [
        {**one, "Ebs": {k: str(v).lower() if isinstance(v, bool) else v for k, v in one["Ebs"].items()}}
        if isinstance(one.get("Ebs"), dict)
        else one
        for one in mappings
    ]


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class Group(ResourceType):
    """Auto Scaling groups of one launch template; fleets of mixed instances and warm pools are refused by name."""

    token = "aws:autoscaling/group:Group"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset(
        {
            "name",
            "minSize",
            "maxSize",
            "desiredCapacity",
            "vpcZoneIdentifiers",
            "launchTemplate",
            "targetGroupArns",
            "healthCheckType",
            "healthCheckGracePeriod",
            "enabledMetrics",
            "tags",
        }
    )
    # What the official provider does with it, a rolling replacement of the servers, has no counterpart here.
    state_only = frozenset({"forceDelete", "instanceRefresh", "waitForCapacityTimeout"})
    unordered = frozenset({"vpcZoneIdentifiers", "targetGroupArns", "enabledMetrics", "tags"})
    kept = frozenset({"desiredCapacity", "healthCheckType"})
    defaults: ClassVar = {"healthCheckGracePeriod": 300}
    computed = ("arn",)
    name_property = "name"
    # The group's `tags` are a list of structures of its own, and the provider's default tags do not reach it.
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=p["name"],
            **self._said(p),
            **some(TargetGroupARNs=p.get("targetGroupArns"), Tags=self._tags(p) or None),
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("enabledMetrics"):
            self._measure(c, id_, p["enabledMetrics"])

    @staticmethod
    def _measure(c: Context, id_: str, names: list[str]) -> None:
        c.client("autoscaling").enable_metrics_collection(
            AutoScalingGroupName=id_, Metrics=names, Granularity="1Minute"
        )

    @staticmethod
    def _said(p: Props) -> dict[str, Any]:
        template = p["launchTemplate"]
        return {
            "MinSize": int(p["minSize"]),
            "MaxSize": int(p["maxSize"]),
            "VPCZoneIdentifier": ",".join(p.get("vpcZoneIdentifiers") or []),
            "LaunchTemplate": some(
                LaunchTemplateId=template.get("id"),
                LaunchTemplateName=template.get("name"),
                Version=template.get("version"),
            ),
            **some(
                DesiredCapacity=None if p.get("desiredCapacity") is None else int(p["desiredCapacity"]),
                HealthCheckType=p.get("healthCheckType"),
                HealthCheckGracePeriod=int(p.get("healthCheckGracePeriod") or 300),
            ),
        }

    @staticmethod
    def _tags(p: Props) -> list[dict[str, Any]]:
        return [
            {
                "ResourceId": p["name"],
                "ResourceType": "auto-scaling-group",
                "Key": tag["key"],
                "Value": tag["value"],
                "PropagateAtLaunch": tag["propagateAtLaunch"],
            }
            for tag in p.get("tags") or []
        ]

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[id_])["AutoScalingGroups"]
        if not found:
            return None
        group = found[0]
        template = group.get("LaunchTemplate") or {}
        given = state.get("launchTemplate") or {}
        return {
            "arn": group["AutoScalingGroupARN"],
            "name": group["AutoScalingGroupName"],
            "minSize": group["MinSize"],
            "maxSize": group["MaxSize"],
            "desiredCapacity": group["DesiredCapacity"],
            "vpcZoneIdentifiers": sorted(filter(None, group.get("VPCZoneIdentifier", "").split(","))),
            "launchTemplate": {
                key: template[member]
                for key, member in (("id", "LaunchTemplateId"), ("name", "LaunchTemplateName"), ("version", "Version"))
                if template.get(member) and (key in given or (key == "id" and not given))
            },
            "targetGroupArns": sorted(group.get("TargetGroupARNs") or []) or None,
            "healthCheckType": group.get("HealthCheckType"),
            "healthCheckGracePeriod": group.get("HealthCheckGracePeriod"),
            "enabledMetrics": sorted(metric["Metric"] for metric in group.get("EnabledMetrics") or []) or None,
            "tags": [
                {"key": tag["Key"], "value": tag["Value"], "propagateAtLaunch": bool(tag.get("PropagateAtLaunch"))}
                for tag in group.get("Tags") or []
            ],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        scaling = c.client("autoscaling")
        scaling.update_auto_scaling_group(AutoScalingGroupName=id_, **self._said(new))
        before, after = set(old.get("targetGroupArns") or []), set(new.get("targetGroupArns") or [])
        if gone := sorted(before - after):
            scaling.detach_load_balancer_target_groups(AutoScalingGroupName=id_, TargetGroupARNs=gone)
        if added := sorted(after - before):
            scaling.attach_load_balancer_target_groups(AutoScalingGroupName=id_, TargetGroupARNs=added)
        if "enabledMetrics" in changed:
            scaling.disable_metrics_collection(AutoScalingGroupName=id_)
            self.finish(c, id_, new)
        if "tags" in changed:
            kept = {tag["key"] for tag in new.get("tags") or []}
            if gone_tags := [tag for tag in self._tags({**old, "name": id_}) if tag["Key"] not in kept]:
                scaling.delete_tags(Tags=gone_tags)
            if wanted := self._tags({**new, "name": id_}):
                scaling.create_or_update_tags(Tags=wanted)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        scaling = c.client("autoscaling")
        # As the official provider does: the servers go first.
        scaling.update_auto_scaling_group(AutoScalingGroupName=id_, MinSize=0, MaxSize=0, DesiredCapacity=0)
        scaling.delete_auto_scaling_group(AutoScalingGroupName=id_, ForceDelete=True)
