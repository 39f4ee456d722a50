"""Route 53 records: simple, alias, failover, latency, weighted, geolocation and multivalue."""

from __future__ import annotations

from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some

_TYPES = (
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
    "TLSA", "TXT",
)  # fmt: skip
_GEOLOCATION = {"continent": "ContinentCode", "country": "CountryCode", "subdivision": "SubdivisionCode"}


class Record(ResourceType):
    """Found by zone, name, type and set identifier; the id is made of them as in the official provider."""

    token = "aws:route53/record:Record"
    replace_on = frozenset({"name", "zoneId"})
    modelled = frozenset(
        {
            *replace_on, "type", "records", "ttl", "aliases", "failoverRoutingPolicies", "latencyRoutingPolicies",
            "weightedRoutingPolicies", "geolocationRoutingPolicies", "multivalueAnswerRoutingPolicy", "setIdentifier",
            "healthCheckId",
        }
    )  # fmt: skip
    found_by = frozenset({"type", "setIdentifier"})
    state_only = frozenset({"allowOverwrite"})
    unordered = frozenset({"records"})
    computed = ("fqdn",)
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        action = "UPSERT" if p.get("allowOverwrite") else "CREATE"
        self._change(c, p["zoneId"], (action, self._record(c, p)))
        parts = (p["zoneId"], p["name"].lower().rstrip("."), p["type"], p.get("setIdentifier"))
        return "_".join(filter(None, parts))

    @staticmethod
    def _change(c: Context, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
        batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        c.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})

    @staticmethod
    def _full_name(c: Context, zone: str, name: str) -> str:
        """A name is completed with the zone's, unless it ends with it."""
        apex = str(c.client("route53").get_hosted_zone(Id=zone)["HostedZone"]["Name"]).rstrip(".")
        short = name.lower().rstrip(".")
        return short if short == apex or short.endswith(f".{apex}") else f"{short}.{apex}" if short else apex

    def _record(self, c: Context, p: Props) -> dict[str, Any]:
        first = {key: (p.get(key) or [{}])[0] for key in self.modelled if key.endswith(("Policies", "aliases"))}
        alias, place = first["aliases"], first["geolocationRoutingPolicies"]
        records = [{"Value": _quoted(value, p["type"])} for value in sorted(p.get("records") or [])]
        return {
            "Name": self._full_name(c, p["zoneId"], p["name"]),
            "Type": p["type"],
            **some(
                SetIdentifier=p.get("setIdentifier"),
                HealthCheckId=p.get("healthCheckId"),
                TTL=p.get("ttl"),
                ResourceRecords=records or None,
                Failover=first["failoverRoutingPolicies"].get("type"),
                Region=first["latencyRoutingPolicies"].get("region"),
                Weight=first["weightedRoutingPolicies"].get("weight"),
                MultiValueAnswer=p.get("multivalueAnswerRoutingPolicy") or None,
                GeoLocation={_GEOLOCATION[key]: value for key, value in some(**place).items()} or None,
                AliasTarget={
                    "DNSName": alias["name"],
                    "HostedZoneId": alias["zoneId"],
                    "EvaluateTargetHealth": alias["evaluateTargetHealth"],
                }
                if alias
                else None,
            ),
        }

    def _live(self, c: Context, p: Props) -> dict[str, Any] | None:
        """The record as Route 53 has it, in full."""
        name = self._full_name(c, p["zoneId"], p["name"])
        pages = c.client("route53").get_paginator("list_resource_record_sets").paginate(
            HostedZoneId=p["zoneId"], StartRecordName=name, StartRecordType=p["type"]
        )  # fmt: skip
        for page in pages:
            for record in page["ResourceRecordSets"]:
                if (record["Name"].rstrip("."), record["Type"]) != (name, p["type"]):
                    return None
                if record.get("SetIdentifier") == p.get("setIdentifier"):
                    return dict(record)
        return None

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        key = state if state.get("zoneId") else _parsed(id_)
        live = self._live(c, key)
        if live is None:
            return None
        alias = live.get("AliasTarget")
        place = live.get("GeoLocation") or {}
        return {
            "fqdn": live["Name"].rstrip("."),
            "name": key["name"],
            "zoneId": key["zoneId"],
            "type": live["Type"],
            "records": sorted(_unquoted(item["Value"], live["Type"]) for item in live.get("ResourceRecords") or []),
            "ttl": live.get("TTL"),
            "setIdentifier": live.get("SetIdentifier"),
            "healthCheckId": live.get("HealthCheckId"),
            "multivalueAnswerRoutingPolicy": live.get("MultiValueAnswer"),
            "failoverRoutingPolicies": _one(type=live.get("Failover")),
            "latencyRoutingPolicies": _one(region=live.get("Region")),
            "weightedRoutingPolicies": _one(weight=live.get("Weight")),
            "geolocationRoutingPolicies": _one(**{key: place.get(member) for key, member in _GEOLOCATION.items()}),
            "aliases": [_alias(alias, (state.get("aliases") or [{}])[0])] if alias else [],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        wanted = self._record(c, new)
        if changed & {"type", "setIdentifier"}:
            # Route 53 finds a record by these, so the old one goes and the new one comes in one batch.
            before = self._live(c, old)
            gone = [("DELETE", before)] if before is not None else []
            self._change(c, new["zoneId"], *gone, ("UPSERT" if new.get("allowOverwrite") else "CREATE", wanted))
        else:
            self._change(c, new["zoneId"], ("UPSERT", wanted))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        live = self._live(c, state)
        if live is not None:
            self._change(c, state["zoneId"], ("DELETE", live))


def _one(**values: Any) -> list[Props]:
    """A list of one structure, or none where nothing is set."""
    stated = some(**values)
    return [stated] if stated else []


def _alias(live: dict[str, Any], given: Props) -> Props:
    """The alias, its name as the program wrote it where only dot and case differ."""
    name = live["DNSName"].rstrip(".").lower()
    written = str(given.get("name", ""))
    return {
        "name": written if written.rstrip(".").lower() == name else name,
        "zoneId": live["HostedZoneId"],
        "evaluateTargetHealth": live["EvaluateTargetHealth"],
    }


def _quoted(value: str, kind: str) -> str:
    return f'"{value}"' if kind in ("TXT", "SPF") else value


def _unquoted(value: str, kind: str) -> str:
    return value[1:-1] if kind in ("TXT", "SPF") and value.startswith('"') else value


def _parsed(id_: str) -> Props:
    """zone_name_type, or zone_name_type_set: what the official provider imports by."""
    zone, *parts = id_.split("_")
    at = next((index for index, part in enumerate(parts) if index and part in _TYPES), None)
    if at is None:
        raise ValueError(f"a record is imported as <zone id>_<name>_<type>, or ..._<set identifier>, not as {id_}")
    found = {"zoneId": zone, "name": "_".join(parts[:at]), "type": parts[at]}
    identifier = "_".join(parts[at + 1 :])
    return {**found, "setIdentifier": identifier} if identifier else found
