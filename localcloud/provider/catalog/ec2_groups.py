"""EC2 security groups and their rules, each rule a resource of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_map


def _groups(c: Context, **filters: str) -> list[dict[str, Any]]:
    wanted = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return list(c.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"])


def _revoke_everything(c: Context, group: dict[str, Any]) -> None:
    ec2 = c.client("ec2")
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])


class SecurityGroup(ResourceType):
    """Rules are resources of their own; inline `ingress` and `egress` are not modelled."""

    token = "aws:ec2/securityGroup:SecurityGroup"
    replace_on = frozenset({"name", "description", "vpcId"})
    modelled = frozenset({"name", "description", "vpcId"})
    kept = frozenset({"vpcId"})
    defaults: ClassVar = {"description": "Managed by Pulumi"}
    state_only = frozenset({"revokeRulesOnDelete"})
    computed = ("arn", "ownerId")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_security_group(
            GroupName=p["name"],
            Description=p.get("description", "Managed by Pulumi"),
            **some(VpcId=p.get("vpcId")),
            TagSpecifications=specification(c, "security-group", p),
        )
        return str(made["GroupId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        # Like the official provider: AWS's allow-all egress rule goes, what is wanted is stated.
        _revoke_everything(c, _groups(c, group_id=id_)[0])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = _groups(c, group_id=id_)
        if not found:
            return None
        return {
            "arn": ec2_arn(c, "security-group", id_),
            "name": found[0]["GroupName"],
            "description": found[0]["Description"],
            "vpcId": found[0].get("VpcId"),
            "ownerId": c.account_id,
            "tagsAll": tag_map(found[0].get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").delete_security_group(GroupId=id_)


class DefaultSecurityGroup(ResourceType):
    """Adopts the VPC's default group and strips it: rules in it are not modelled, and rules.py refuses them.

    Deleting forgets it, since AWS never deletes it before its VPC.
    """

    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    replace_on = frozenset({"vpcId"})
    modelled = frozenset({"vpcId", "ingress", "egress"})
    state_only = frozenset({"revokeRulesOnDelete"})
    computed = ("arn", "name", "description", "ownerId")

    def create(self, c: Context, p: Props) -> str:
        return str(_groups(c, vpc_id=p["vpcId"], group_name="default")[0]["GroupId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        _revoke_everything(c, _groups(c, group_id=id_)[0])
        set_tags(c, id_, {"tagsAll": {}}, p)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = _groups(c, group_id=id_)
        if not found:
            return None
        group = found[0]
        return {
            "arn": ec2_arn(c, "security-group", id_),
            "vpcId": group.get("VpcId"),
            "name": group["GroupName"],
            "description": group["Description"],
            "ingress": [str(rule) for rule in group["IpPermissions"]],
            "egress": [str(rule) for rule in group["IpPermissionsEgress"]],
            "ownerId": c.account_id,
            "tagsAll": tag_map(group.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        _revoke_everything(c, _groups(c, group_id=id_)[0])
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        return None


class _GroupRule(ResourceType):
    """One rule; any change but of its tags makes a new one."""

    replace_on = frozenset(
        {
            "securityGroupId",
            "ipProtocol",
            "fromPort",
            "toPort",
            "cidrIpv4",
            "cidrIpv6",
            "prefixListId",
            "referencedSecurityGroupId",
            "description",
        }
    )
    modelled = replace_on
    computed = ("arn", "securityGroupRuleId")
    egress = False

    def create(self, c: Context, p: Props) -> str:
        about = some(Description=p.get("description"))
        permission: dict[str, Any] = some(
            IpProtocol=p["ipProtocol"], FromPort=p.get("fromPort"), ToPort=p.get("toPort")
        )
        if p.get("cidrIpv4"):
            permission["IpRanges"] = [{"CidrIp": p["cidrIpv4"], **about}]
        if p.get("cidrIpv6"):
            permission["Ipv6Ranges"] = [{"CidrIpv6": p["cidrIpv6"], **about}]
        if p.get("prefixListId"):
            permission["PrefixListIds"] = [{"PrefixListId": p["prefixListId"], **about}]
        if p.get("referencedSecurityGroupId"):
            permission["UserIdGroupPairs"] = [{"GroupId": p["referencedSecurityGroupId"], **about}]
        ec2 = c.client("ec2")
        authorize = ec2.authorize_security_group_egress if self.egress else ec2.authorize_security_group_ingress
        made = authorize(
            GroupId=p["securityGroupId"],
            IpPermissions=[permission],
            TagSpecifications=specification(c, "security-group-rule", p),
        )
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[id_])["SecurityGroupRules"]
        if not found:
            return None
        rule = found[0]
        return {
            "arn": ec2_arn(c, "security-group-rule", id_),
            "securityGroupRuleId": id_,
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "fromPort": rule.get("FromPort"),
            "toPort": rule.get("ToPort"),
            "cidrIpv4": rule.get("CidrIpv4"),
            "cidrIpv6": rule.get("CidrIpv6"),
            "prefixListId": rule.get("PrefixListId"),
            "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
            "description": rule.get("Description"),
            "tagsAll": tag_map(rule.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        ec2 = c.client("ec2")
        revoke = ec2.revoke_security_group_egress if self.egress else ec2.revoke_security_group_ingress
        revoke(GroupId=state["securityGroupId"], SecurityGroupRuleIds=[id_])


class SecurityGroupIngressRule(_GroupRule):
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


class SecurityGroupEgressRule(_GroupRule):
    token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    egress = True
