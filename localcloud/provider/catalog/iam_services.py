"""IAM: what EC2 servers and AWS services themselves work with."""

from __future__ import annotations

from typing import ClassVar

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
            InstanceProfileName=p["name"], Tags=tag_list(c.all_tags(p)), **some(Path=p.get("path"))
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("role"):
            c.client("iam").add_role_to_instance_profile(InstanceProfileName=id_, RoleName=p["role"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        profile = c.client("iam").get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]
        roles = [role["RoleName"] for role in profile["Roles"]]
        return {
            "arn": profile["Arn"],
            "name": profile["InstanceProfileName"],
            "path": profile["Path"],
            "role": roles[0] if roles else None,
            "uniqueId": profile["InstanceProfileId"],
            "createDate": str(profile["CreateDate"]),
            "tagsAll": tag_map(profile.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        iam = c.client("iam")
        if "role" in changed:
            if old.get("role"):
                iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=old["role"])
            if new.get("role"):
                iam.add_role_to_instance_profile(InstanceProfileName=id_, RoleName=new["role"])
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            iam.untag_instance_profile(InstanceProfileName=id_, TagKeys=gone)
        if after:
            iam.tag_instance_profile(InstanceProfileName=id_, Tags=tag_list(after))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        iam = c.client("iam")
        for role in iam.get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=role["RoleName"])
        iam.delete_instance_profile(InstanceProfileName=id_)


class ServiceLinkedRole(ResourceType):
    token = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
    replace_on = frozenset({"awsServiceName", "customSuffix"})
    modelled = frozenset({"awsServiceName", "description"})
    computed = ("arn", "createDate", "name", "path", "uniqueId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("iam").create_service_linked_role(
            AWSServiceName=p["awsServiceName"], **some(Description=p.get("description"))
        )
        return str(made["Role"]["Arn"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if tags := c.all_tags(p):
            c.client("iam").tag_role(RoleName=id_.rsplit("/", 1)[1], Tags=tag_list(tags))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        role = c.client("iam").get_role(RoleName=id_.rsplit("/", 1)[1])["Role"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "path": role["Path"],
            "awsServiceName": role["Path"].strip("/").rsplit("/", 1)[1],
            "description": role.get("Description") or None,
            "createDate": str(role["CreateDate"]),
            "uniqueId": role["RoleId"],
            "tagsAll": tag_map(role.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        iam, name = c.client("iam"), id_.rsplit("/", 1)[1]
        if "description" in changed:
            iam.update_role(RoleName=name, Description=new.get("description") or "")
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            iam.untag_role(RoleName=name, TagKeys=gone)
        if after:
            iam.tag_role(RoleName=name, Tags=tag_list(after))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("iam").delete_service_linked_role(RoleName=id_.rsplit("/", 1)[1])
