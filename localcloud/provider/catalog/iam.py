"""IAM roles and their policies. IAM is global: the Region of the provider plays no part."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, document, some, tag_list, tag_map


class Role(ResourceType):
    token = "aws:iam/role:Role"
    replace_on = frozenset({"name", "namePrefix", "path"})
    modelled = frozenset(
        {"name", "path", "assumeRolePolicy", "description", "maxSessionDuration", "permissionsBoundary"}
    )
    state_only = frozenset({"forceDetachPolicies"})
    documents = frozenset({"assumeRolePolicy"})
    defaults: ClassVar = {"path": "/", "maxSessionDuration": 3600}
    computed = ("arn", "createDate", "uniqueId")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("iam").create_role(
            RoleName=p["name"],
            AssumeRolePolicyDocument=p["assumeRolePolicy"],
            Tags=tag_list(c.all_tags(p)),
            **some(
                Path=p.get("path"),
                Description=p.get("description"),
                MaxSessionDuration=p.get("maxSessionDuration"),
                PermissionsBoundary=p.get("permissionsBoundary"),
            ),
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        role = c.client("iam").get_role(RoleName=id_)["Role"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "path": role["Path"],
            "uniqueId": role["RoleId"],
            "createDate": str(role["CreateDate"]),
            "assumeRolePolicy": document(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description"),
            "maxSessionDuration": role.get("MaxSessionDuration"),
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "tagsAll": tag_map(role.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        iam = c.client("iam")
        if "assumeRolePolicy" in changed:
            iam.update_assume_role_policy(RoleName=id_, PolicyDocument=new["assumeRolePolicy"])
        if changed & {"description", "maxSessionDuration"}:
            iam.update_role(
                RoleName=id_,
                Description=new.get("description") or "",
                MaxSessionDuration=new.get("maxSessionDuration", self.defaults["maxSessionDuration"]),
            )
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            iam.untag_role(RoleName=id_, TagKeys=gone)
        iam.tag_role(RoleName=id_, Tags=tag_list(after))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("iam").delete_role(RoleName=id_)


class RolePolicy(ResourceType):
    token = "aws:iam/rolePolicy:RolePolicy"
    replace_on = frozenset({"name", "namePrefix", "role"})
    modelled = frozenset({"name", "role", "policy"})
    documents = frozenset({"policy"})
    name_property = "name"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("iam").put_role_policy(RoleName=p["role"], PolicyName=p["name"], PolicyDocument=p["policy"])
        return f"{p['role']}:{p['name']}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        role, name = id_.split(":", 1)
        found = c.client("iam").get_role_policy(RoleName=role, PolicyName=name)
        return {"name": name, "role": role, "policy": document(found["PolicyDocument"])}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.create(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        role, name = id_.split(":", 1)
        c.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


class RolePolicyAttachment(ResourceType):
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    replace_on = frozenset({"role", "policyArn"})
    modelled = replace_on
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("iam").attach_role_policy(RoleName=p["role"], PolicyArn=p["policyArn"])
        return f"{p['role']}/{p['policyArn']}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        role, arn = id_.split("/", 1)
        attached = c.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return {"role": role, "policyArn": arn} if any(a["PolicyArn"] == arn for a in attached) else None

    def delete(self, c: Context, id_: str, state: Props) -> None:
        role, arn = id_.split("/", 1)
        c.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)
