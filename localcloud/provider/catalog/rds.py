"""RDS subnet groups and parameter groups."""

from __future__ import annotations

from typing import ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map


def live_tags(c: Context, arn: str) -> dict[str, str]:
    return tag_map(c.client("rds").list_tags_for_resource(ResourceName=arn)["TagList"])


def set_tags(c: Context, arn: str, old: Props, new: Props) -> None:
    rds = c.client("rds")
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=gone)
    if after:
        rds.add_tags_to_resource(ResourceName=arn, Tags=tag_list(after))


class SubnetGroup(ResourceType):
    token = "aws:rds/subnetGroup:SubnetGroup"
    replace_on = frozenset({"name"})
    modelled = frozenset({"name", "description", "subnetIds"})
    defaults: ClassVar = {"description": "Managed by Pulumi"}
    unordered = frozenset({"subnetIds"})
    computed = ("arn", "vpcId", "supportedNetworkTypes")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("rds").create_db_subnet_group(
            DBSubnetGroupName=p["name"],
            DBSubnetGroupDescription=p.get("description", "Managed by Pulumi"),
            SubnetIds=p["subnetIds"],
            Tags=tag_list(c.all_tags(p)),
        )
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        group = c.client("rds").describe_db_subnet_groups(DBSubnetGroupName=id_)["DBSubnetGroups"][0]
        return {
            "arn": group["DBSubnetGroupArn"],
            "name": group["DBSubnetGroupName"],
            "description": group["DBSubnetGroupDescription"],
            "subnetIds": sorted(s["SubnetIdentifier"] for s in group["Subnets"]),
            "vpcId": group.get("VpcId"),
            "tagsAll": live_tags(c, group["DBSubnetGroupArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & {"subnetIds", "description"}:
            c.client("rds").modify_db_subnet_group(
                DBSubnetGroupName=id_,
                SubnetIds=new["subnetIds"],
                **some(DBSubnetGroupDescription=new.get("description")),
            )
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("rds").delete_db_subnet_group(DBSubnetGroupName=id_)


class ParameterGroup(ResourceType):
    token = "aws:rds/parameterGroup:ParameterGroup"
    replace_on = frozenset({"name", "family", "description"})
    modelled = frozenset({"name", "family", "description", "parameters"})
    defaults: ClassVar = {"description": "Managed by Pulumi"}
    state_only = frozenset({"skipDestroy"})
    unordered = frozenset({"parameters"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        c.client("rds").create_db_parameter_group(
            DBParameterGroupName=p["name"],
            DBParameterGroupFamily=p["family"],
            Description=p.get("description", "Managed by Pulumi"),
            Tags=tag_list(c.all_tags(p)),
        )
        return str(p["name"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._set(c, id_, p)

    def _set(self, c: Context, name: str, p: Props) -> None:
        wanted = [
            {
                "ParameterName": item["name"],
                "ParameterValue": item["value"],
                "ApplyMethod": item.get("applyMethod", "immediate"),
            }
            for item in p.get("parameters") or []
        ]
        if wanted:
            c.client("rds").modify_db_parameter_group(DBParameterGroupName=name, Parameters=wanted)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        rds = c.client("rds")
        group = rds.describe_db_parameter_groups(DBParameterGroupName=id_)["DBParameterGroups"][0]
        set_by_user = rds.describe_db_parameters(DBParameterGroupName=id_, Source="user")["Parameters"]
        return {
            "arn": group["DBParameterGroupArn"],
            "name": group["DBParameterGroupName"],
            "family": group["DBParameterGroupFamily"],
            "description": group["Description"],
            "parameters": [
                {
                    "name": item["ParameterName"],
                    "value": item.get("ParameterValue"),
                    "applyMethod": item.get("ApplyMethod", "immediate"),
                }
                for item in sorted(set_by_user, key=lambda item: str(item["ParameterName"]))
            ],
            "tagsAll": live_tags(c, group["DBParameterGroupArn"]),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        kept = {item["name"] for item in new.get("parameters") or []}
        gone = [item for item in old.get("parameters") or [] if item["name"] not in kept]
        if gone:
            c.client("rds").reset_db_parameter_group(
                DBParameterGroupName=id_,
                Parameters=[
                    {"ParameterName": item["name"], "ApplyMethod": item.get("applyMethod", "immediate")}
                    for item in gone
                ],
            )
        self._set(c, id_, new)
        set_tags(c, old["arn"], old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("rds").delete_db_parameter_group(DBParameterGroupName=id_)
