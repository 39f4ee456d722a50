"""EC2 launch templates: every change of the content is a new version."""

from __future__ import annotations

from typing import Any

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_map
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api

# Input property -> member of RequestLaunchTemplateData.
_DATA = {
    "blockDeviceMappings": "BlockDeviceMappings",
    "creditSpecification": "CreditSpecification",
    "disableApiStop": "DisableApiStop",
    "disableApiTermination": "DisableApiTermination",
    "ebsOptimized": "EbsOptimized",
    "iamInstanceProfile": "IamInstanceProfile",
    "imageId": "ImageId",
    "instanceInitiatedShutdownBehavior": "InstanceInitiatedShutdownBehavior",
    "instanceType": "InstanceType",
    "keyName": "KeyName",
    "metadataOptions": "MetadataOptions",
    "monitoring": "Monitoring",
    "tagSpecifications": "TagSpecifications",
    "userData": "UserData",
    "vpcSecurityGroupIds": "SecurityGroupIds",
}
_VERSIONED = frozenset({"description", *_DATA})


class LaunchTemplate(ResourceType):
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset({"name", "defaultVersion", *_VERSIONED})
    kept = frozenset({"defaultVersion"})
    state_only = frozenset({"updateDefaultVersion"})
    unordered = frozenset({"vpcSecurityGroupIds"})
    computed = ("arn", "latestVersion")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_launch_template(
            LaunchTemplateName=p["name"],
            LaunchTemplateData=self._data(c, p),
            **some(VersionDescription=p.get("description")),
            TagSpecifications=specification(c, "launch-template", p),
        )
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    @staticmethod
    def _data(c: Context, p: Props) -> dict[str, Any]:
        members = c.client("ec2").meta.service_model.shape_for("RequestLaunchTemplateData").members
        return {member: to_api(p[key], members[member]) for key, member in _DATA.items() if p.get(key) is not None}

    def renewed_by(self, changed: frozenset[str]) -> frozenset[str]:
        return frozenset({"latestVersion", "defaultVersion"}) if changed & _VERSIONED else frozenset()

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        ec2 = c.client("ec2")
        template = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"][0]
        latest = template["LatestVersionNumber"]
        versions = ec2.describe_launch_template_versions(LaunchTemplateId=id_, Versions=[str(latest)])
        (version,) = versions["LaunchTemplateVersions"]
        data, members = version["LaunchTemplateData"], schema()[self.token]["members"]
        return {
            "arn": ec2_arn(c, "launch-template", id_),
            "name": template["LaunchTemplateName"],
            "latestVersion": latest,
            "defaultVersion": template["DefaultVersionNumber"],
            "description": version.get("VersionDescription"),
            **{
                key: from_api(data[member], members[key], state.get(key), {})
                for key, member in _DATA.items()
                if data.get(member) is not None
            },
            "tagsAll": tag_map(template.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        ec2 = c.client("ec2")
        default = new.get("defaultVersion") if "defaultVersion" in changed else None
        if changed & _VERSIONED:
            made = ec2.create_launch_template_version(
                LaunchTemplateId=id_,
                LaunchTemplateData=self._data(c, new),
                **some(VersionDescription=new.get("description")),
            )
            if new.get("updateDefaultVersion"):
                default = made["LaunchTemplateVersion"]["VersionNumber"]
        if default:
            ec2.modify_launch_template(LaunchTemplateId=id_, DefaultVersion=str(default))
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_launch_template(LaunchTemplateId=id_)
