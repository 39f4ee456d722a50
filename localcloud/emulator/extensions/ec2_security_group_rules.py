"""Security group rules: descriptions of every kind of rule, and all the changes that ModifySecurityGroupRules makes."""

from __future__ import annotations

import inspect
from typing import Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from localcloud.emulator.extensions.calls import extend

_ALL_PROTOCOLS = "-1"

_init = SecurityGroupRule.__init__
_SIGNATURE = inspect.signature(_init)
_modify_security_group_rules = SecurityGroupBackend.modify_security_group_rules


def init(self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
    """As moto's, but a description is kept for groups and prefix lists too, and is no part of what the rule allows."""
    given = _SIGNATURE.bind(self, *args, **kwargs).arguments
    carriers = [given.get(name) or {} for name in ("ip_range", "source_group", "prefix_list_id")]
    if given.get("source_group"):
        given["source_group"] = {name: value for name, value in given["source_group"].items() if name != "Description"}
    _init(**given)
    self.kept_description = next((carrier["Description"] for carrier in carriers if carrier.get("Description")), None)


def description(self: SecurityGroupRule) -> str | None:
    """The description that the rule was made with, or changed to."""
    kept: str | None = self.kept_description
    return kept


def modify_security_group_rules(self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    """ModifySecurityGroupRules, also for all protocols, other groups and other prefix lists."""
    group = self.get_security_group_by_name_or_id(group_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_id)
    for rule_id, asked in rules.items():
        rule = group.get_rule(rule_id)
        if rule is not None and asked.get("IpProtocol") == _ALL_PROTOCOLS:
            # moto asks for ports, which a rule for all protocols has not.
            _modify_security_group_rules(self, group_id, {rule_id: {**asked, "FromPort": -1, "ToPort": -1}})
            rule.from_port = rule.to_port = None
        else:
            _modify_security_group_rules(self, group_id, {rule_id: asked})
        rule.kept_description = asked.get("Description")
        if asked.get("CidrIpv6"):
            rule.ip_range["CidrIpv6"] = asked["CidrIpv6"]
        if asked.get("PrefixListId"):
            rule.prefix_list_id = asked["PrefixListId"]
        if asked.get("ReferencedGroupId"):
            source = {"GroupId": asked["ReferencedGroupId"]}
            (rule.source_group,) = self._add_source_group([source], group.vpc_id)


def apply() -> None:
    """Put this into moto's EC2."""
    SecurityGroupRule.__init__ = init
    SecurityGroupRule.description = property(description)
    SecurityGroupRule.kept_description = None
    extend(SecurityGroupBackend, modify_security_group_rules)
