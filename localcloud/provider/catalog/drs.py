"""Elastic Disaster Recovery: the replication configuration template."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

# Input -> member, where the names differ by more than case.
_MEMBERS = {
    "associateDefaultSecurityGroup": "associateDefaultSecurityGroup",
    "autoReplicateNewDisks": "autoReplicateNewDisks",
    "bandwidthThrottling": "bandwidthThrottling",
    "createPublicIp": "createPublicIP",
    "dataPlaneRouting": "dataPlaneRouting",
    "defaultLargeStagingDiskType": "defaultLargeStagingDiskType",
    "ebsEncryption": "ebsEncryption",
    "ebsEncryptionKeyArn": "ebsEncryptionKeyArn",
    "replicationServerInstanceType": "replicationServerInstanceType",
    "replicationServersSecurityGroupsIds": "replicationServersSecurityGroupsIDs",
    "stagingAreaSubnetId": "stagingAreaSubnetId",
    "stagingAreaTags": "stagingAreaTags",
    "useDedicatedReplicationServer": "useDedicatedReplicationServer",
}
_RULE = {
    "enabled": "enabled",
    "interval": "interval",
    "retentionDuration": "retentionDuration",
    "ruleId": "ruleID",
    "units": "units",
}


class ReplicationConfigurationTemplate(ResourceType):
    token = "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate"
    modelled = frozenset({*_MEMBERS, "pitPolicies"})
    kept = frozenset({"autoReplicateNewDisks"})
    member_defaults: ClassVar = {"pitPolicies": {"enabled": True}}
    state_only = frozenset({"timeouts"})
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        made = c.client("drs").create_replication_configuration_template(**self._members(p), tags=c.all_tags(p))
        return str(made["replicationConfigurationTemplateID"])

    @staticmethod
    def _members(p: Props) -> dict[str, Any]:
        rules = [{_RULE[key]: value for key, value in some(**rule).items()} for rule in p["pitPolicies"]]
        return {
            **{member: p[key] for key, member in _MEMBERS.items() if p.get(key) is not None},
            "pitPolicy": rules,
        }

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("drs").describe_replication_configuration_templates(replicationConfigurationTemplateIDs=[id_])
        live = found["items"][0]
        return {
            "arn": live["arn"],
            **{key: live.get(member) for key, member in _MEMBERS.items()},
            "pitPolicies": [
                some(**{key: rule.get(member) for key, member in _RULE.items()}) for rule in live["pitPolicy"]
            ],
            "tagsAll": live.get("tags") or {},
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        drs = c.client("drs")
        if changed & self.modelled:
            drs.update_replication_configuration_template(replicationConfigurationTemplateID=id_, **self._members(new))
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            drs.untag_resource(resourceArn=old["arn"], tagKeys=gone)
        if after:
            drs.tag_resource(resourceArn=old["arn"], tags=after)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("drs").delete_replication_configuration_template(replicationConfigurationTemplateID=id_)
