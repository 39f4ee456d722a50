"""IAM instance profiles, and the roles that a service makes for itself."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.catalog.attributes import tag_changes
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map


class InstanceProfile(ResourceType):
    token = "aws:iam/instanceProfile:InstanceProfile"
    replace_on = frozenset({"name", "namePrefix", "path"})
    modelled = frozenset({"name", "path", "role"})
    defaults: ClassVar = {"path": "/"}
    computed = ("arn", "createDate", "uniqueId")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("iam").create_instance_profile(
            InstanceProfileName=p["name"], **some(Path=p.get("path")), Tags=tag_list(c.all_tags(p))
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("role"):
            c.client("iam").add_role_to_instance_profile(InstanceProfileName=id_, RoleName=p["role"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        profile = c.client("iam").get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]
        return {
            "arn": profile["Arn"],
            "name": profile["InstanceProfileName"],
            "path": profile["Path"],
            "role": next((role["RoleName"] for role in profile["Roles"]), None),
            "createDate": str(profile["CreateDate"]),
            "uniqueId": profile["InstanceProfileId"],
            "tagsAll": tag_map(profile.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        iam = c.client("iam")
        if "role" in changed:
            if old.get("role"):
                iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=old["role"])
            self.finish(c, id_, new)
        gone, wanted = tag_changes(c, old, new)
        if gone:
            iam.untag_instance_profile(InstanceProfileName=id_, TagKeys=gone)
        iam.tag_instance_profile(InstanceProfileName=id_, Tags=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        iam = c.client("iam")
        for role in iam.get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=role["RoleName"])
        iam.delete_instance_profile(InstanceProfileName=id_)


class ServiceLinkedRole(ResourceType):
    """The id is the ARN, which names the service: `role/aws-service-role/<service>/<name>`."""

    token = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
    exclusive = True
    replace_on = frozenset({"awsServiceName", "customSuffix"})
    modelled = frozenset({"awsServiceName", "customSuffix", "description"})
    computed = ("arn", "createDate", "name", "path", "uniqueId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("iam").create_service_linked_role(
            AWSServiceName=p["awsServiceName"],
            **some(CustomSuffix=p.get("customSuffix"), Description=p.get("description")),
        )
        return str(made["Role"]["Arn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if tags := c.all_tags(p):
            c.client("iam").tag_role(RoleName=_role(id_), Tags=tag_list(tags))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        role = c.client("iam").get_role(RoleName=_role(id_))["Role"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "path": role["Path"],
            "uniqueId": role["RoleId"],
            "createDate": str(role["CreateDate"]),
            "awsServiceName": role["Path"].strip("/").split("/")[1],
            "customSuffix": role["RoleName"].partition("_")[2] or None,
            "description": role.get("Description") or None,
            "tagsAll": tag_map(role.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        iam = c.client("iam")
        if "description" in changed:
            iam.update_role_description(RoleName=_role(id_), Description=new.get("description") or "")
        gone, wanted = tag_changes(c, old, new)
        if gone:
            iam.untag_role(RoleName=_role(id_), TagKeys=gone)
        iam.tag_role(RoleName=_role(id_), Tags=tag_list(wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("iam").delete_service_linked_role(RoleName=_role(id_))


def _role(arn: str) -> str:
    return arn.rpartition("/")[2]
