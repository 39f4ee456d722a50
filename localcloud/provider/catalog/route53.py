"""Route 53: hosted zones and health checks. The service has no Regions."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

DESCRIPTION = "Managed by Pulumi"


def live_tags(c: Context, kind: str, id_: str) -> dict[str, str]:
    found = c.client("route53").list_tags_for_resource(ResourceType=kind, ResourceId=id_)
    return tag_map(found["ResourceTagSet"]["Tags"])


def set_tags(c: Context, kind: str, id_: str, old: Props, new: Props) -> None:
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    gone = [key for key in before if key not in after]
    if gone or after:
        c.client("route53").change_tags_for_resource(
            ResourceType=kind,
            ResourceId=id_,
            **some(AddTags=tag_list(after) or None, RemoveTagKeys=gone or None),
        )


class Zone(ResourceType):
    token = "aws:route53/zone:Zone"
    replace_on = frozenset({"name", "delegationSetId"})
    modelled = frozenset({"name", "comment", "enableAcceleratedRecovery", "vpcs"})
    unordered = frozenset({"vpcs"})
    kept = frozenset({"enableAcceleratedRecovery"})
    defaults: ClassVar = {"comment": DESCRIPTION}
    state_only = frozenset({"forceDestroy"})
    computed = ("arn", "zoneId", "nameServers", "primaryNameServer")
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        vpcs = self._vpcs(c, p)
        made = c.client("route53").create_hosted_zone(
            Name=p["name"],
            CallerReference=str(uuid.uuid4()),
            HostedZoneConfig={"Comment": p.get("comment", DESCRIPTION), "PrivateZone": bool(vpcs)},
            **some(VPC=vpcs[0] if vpcs else None),
        )
        return str(made["HostedZone"]["Id"]).rpartition("/")[2]

    def finish(self, c: Context, id_: str, p: Props) -> None:
        for vpc in self._vpcs(c, p)[1:]:
            c.client("route53").associate_vpc_with_hosted_zone(HostedZoneId=id_, VPC=vpc)
        if p.get("enableAcceleratedRecovery"):
            self._accelerate(c, id_, True)
        set_tags(c, "hostedzone", id_, {}, p)

    @staticmethod
    def _vpcs(c: Context, p: Props) -> list[dict[str, str]]:
        return [{"VPCId": vpc["vpcId"], "VPCRegion": vpc.get("vpcRegion") or c.region} for vpc in p.get("vpcs") or []]

    @staticmethod
    def _accelerate(c: Context, id_: str, enabled: bool) -> None:
        c.client("route53").update_hosted_zone_features(HostedZoneId=id_, EnableAcceleratedRecovery=enabled)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        found = c.client("route53").get_hosted_zone(Id=id_)
        zone = found["HostedZone"]
        servers = (found.get("DelegationSet") or {}).get("NameServers") or []
        given = {vpc["vpcId"]: vpc for vpc in state.get("vpcs") or []}
        status = (zone.get("Features") or {}).get("AcceleratedRecoveryStatus")
        return {
            "arn": f"arn:aws:route53:::hostedzone/{id_}",
            "zoneId": id_,
            "name": zone["Name"].rstrip("."),
            "comment": zone["Config"].get("Comment", ""),
            "enableAcceleratedRecovery": status == "ENABLED",
            "vpcs": [
                {"vpcId": vpc["VPCId"]}
                if "vpcRegion" not in given.get(vpc["VPCId"], {"vpcRegion": ""})
                else {"vpcId": vpc["VPCId"], "vpcRegion": vpc["VPCRegion"]}
                for vpc in found.get("VPCs") or []
            ],
            "nameServers": sorted(servers),
            "primaryNameServer": servers[0] if servers else None,
            "tagsAll": live_tags(c, "hostedzone", id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        route53 = c.client("route53")
        if "comment" in changed:
            route53.update_hosted_zone_comment(Id=id_, Comment=new.get("comment", DESCRIPTION))
        if "enableAcceleratedRecovery" in changed:
            self._accelerate(c, id_, bool(new.get("enableAcceleratedRecovery")))
        before, after = self._vpcs(c, old), self._vpcs(c, new)
        # A private zone is never without a VPC.
        for vpc in [vpc for vpc in after if vpc not in before]:
            route53.associate_vpc_with_hosted_zone(HostedZoneId=id_, VPC=vpc)
        for vpc in [vpc for vpc in before if vpc not in after]:
            route53.disassociate_vpc_from_hosted_zone(HostedZoneId=id_, VPC=vpc)
        set_tags(c, "hostedzone", id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        route53 = c.client("route53")
        if state.get("forceDestroy"):
            pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=id_)
            records = [record for page in pages for record in page["ResourceRecordSets"]]
            own = [record for record in records if record["Type"] not in ("NS", "SOA")]
            if own:
                changes = [{"Action": "DELETE", "ResourceRecordSet": record} for record in own]
                route53.change_resource_record_sets(HostedZoneId=id_, ChangeBatch={"Changes": changes})
        route53.delete_hosted_zone(Id=id_)


# Input -> member of HealthCheckConfig.
_CHECK = {
    "childHealthThreshold": "HealthThreshold",
    "childHealthchecks": "ChildHealthChecks",
    "disabled": "Disabled",
    "enableSni": "EnableSNI",
    "failureThreshold": "FailureThreshold",
    "fqdn": "FullyQualifiedDomainName",
    "insufficientDataHealthStatus": "InsufficientDataHealthStatus",
    "invertHealthcheck": "Inverted",
    "ipAddress": "IPAddress",
    "port": "Port",
    "regions": "Regions",
    "resourcePath": "ResourcePath",
    "searchString": "SearchString",
}
_CHECK_FIXED = {
    "measureLatency": "MeasureLatency",
    "requestInterval": "RequestInterval",
    "routingControlArn": "RoutingControlArn",
    "type": "Type",
}
_ALARM = ("cloudwatchAlarmName", "cloudwatchAlarmRegion")
# What UpdateHealthCheck can only take away by name (ResetElements).
_RESETTABLE = frozenset({"fqdn", "regions", "resourcePath", "childHealthchecks"})


class HealthCheck(ResourceType):
    token = "aws:route53/healthCheck:HealthCheck"
    replace_on = frozenset({*_CHECK_FIXED, "referenceName"})
    modelled = frozenset({*_CHECK, *_CHECK_FIXED, *_ALARM})
    kept = frozenset({"enableSni", "failureThreshold", "insufficientDataHealthStatus", "port"})
    defaults: ClassVar = {"disabled": False, "invertHealthcheck": False, "measureLatency": False}
    unordered = frozenset({"childHealthchecks", "regions"})
    state_only = frozenset({"referenceName", "triggers"})
    # A change of triggers asks for an update, so that Route 53 reads a changed alarm again.
    sent = frozenset({"triggers"})
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        reference = "-".join(filter(None, (p.get("referenceName"), uuid.uuid4().hex)))
        members = {**_CHECK, **_CHECK_FIXED}
        config = {member: p[key] for key, member in members.items() if p.get(key) is not None}
        made = c.client("route53").create_health_check(
            CallerReference=reference, HealthCheckConfig={**config, **self._alarm(p)}
        )
        return str(made["HealthCheck"]["Id"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        set_tags(c, "healthcheck", id_, {}, p)

    @staticmethod
    def _alarm(p: Props) -> dict[str, Any]:
        if not p.get("cloudwatchAlarmName"):
            return {}
        return {"AlarmIdentifier": {"Name": p["cloudwatchAlarmName"], "Region": p["cloudwatchAlarmRegion"]}}

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        config = c.client("route53").get_health_check(HealthCheckId=id_)["HealthCheck"]["HealthCheckConfig"]
        alarm = config.get("AlarmIdentifier") or {}
        return {
            "arn": f"arn:aws:route53:::healthcheck/{id_}",
            **{key: config.get(member) for key, member in {**_CHECK, **_CHECK_FIXED}.items()},
            "cloudwatchAlarmName": alarm.get("Name"),
            "cloudwatchAlarmRegion": alarm.get("Region"),
            "tagsAll": live_tags(c, "healthcheck", id_),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        members = {member: new[key] for key, member in _CHECK.items() if key in changed and new.get(key) is not None}
        removed = [_CHECK[key] for key in sorted(changed & _RESETTABLE) if new.get(key) is None]
        off = {_CHECK[key]: False for key in changed & {"disabled", "invertHealthcheck"} if new.get(key) is None}
        alarm = self._alarm(new) if changed & {*_ALARM, "triggers"} else {}
        if members or removed or off or alarm:
            c.client("route53").update_health_check(
                HealthCheckId=id_, **members, **off, **alarm, **some(ResetElements=removed or None)
            )
        set_tags(c, "healthcheck", id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("route53").delete_health_check(HealthCheckId=id_)
