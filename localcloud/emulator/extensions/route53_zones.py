"""Route 53 hosted zones: accelerated recovery, and changes of records as a whole or not at all.

moto accepts a second CREATE of a record, and a DELETE by set identifier takes every record of the zone that has it.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.route53.exceptions import DnsNameInvalidForZone
from moto.route53.models import FakeZone, RecordSet, Route53Backend
from moto.route53.responses import Route53
from moto.route53.urls import url_paths
from moto.route53.utils import validate_domain_name

from localcloud.emulator.extensions.calls import Refusal, extend

_POLICIES = ("Failover", "Region", "Weight", "GeoLocation", "MultiValueAnswer")

Document = dict[str, Any]
Key = tuple[str, str, str | None]

_delete_hosted_zone = Route53Backend.delete_hosted_zone


def update_hosted_zone_features(self: Route53) -> ActionResult:
    """UpdateHostedZoneFeatures, done at once; private zones have no accelerated recovery."""
    zone = self.backend.get_hosted_zone(self._get_param("HostedZoneId"))
    if zone.private_zone:
        raise Refusal("InvalidInput", f"Zone {zone.resource_id} is private: it has no accelerated recovery")
    zone.accelerated = bool(self._get_bool_param("EnableAcceleratedRecovery", False))
    return EmptyResult()


def features(self: FakeZone) -> dict[str, Any]:
    """HostedZoneFeatures."""
    return {"AcceleratedRecoveryStatus": "ENABLED" if self.accelerated else "DISABLED"}


def delete_hosted_zone(self: Route53Backend, id_: str) -> FakeZone | None:
    """DeleteHostedZone, with the tags of the zone."""
    zone: FakeZone | None = _delete_hosted_zone(self, id_)
    if zone is not None:
        self.resource_tags.pop(zone.resource_id, None)
    return zone


def change_resource_record_sets(self: Route53Backend, zoneid: str, change_list: list[Document]) -> None:
    """ChangeResourceRecordSets: either every change of the batch or none."""
    zone = self.get_hosted_zone(zoneid)
    records = {_key_of(record): record for record in zone.rrsets}
    for change in change_list:
        document = _document(zone, change["ResourceRecordSet"])
        key: Key = (document["Name"], document["Type"], document.get("SetIdentifier"))
        action = change["Action"]
        if action == "DELETE":
            _check_deletion(records.get(key), document)
            del records[key]
            continue
        if action == "CREATE" and key in records:
            raise _invalid(f"Tried to create resource record set {_shown(key)} but it already exists")
        _check_record(document)
        record = RecordSet(dict(document))
        record.document = document
        records[key] = record
    _check_policies(list(records.values()))
    zone.rrsets = list(records.values())


def _key_of(record: RecordSet) -> Key:
    name = record.name if record.name.endswith(".") else f"{record.name}."
    return name, str(record.type), record.set_identifier


def _document(zone: FakeZone, asked: Document) -> Document:
    """The record as it was asked for, under its full name in lower case, its values as a list of texts."""
    validate_domain_name(asked["Name"], code="InvalidChangeBatch")
    name = asked["Name"].lower().rstrip(".") + "."
    apex = zone.name.rstrip(".") + "."
    if name != apex and not name.endswith(f".{apex}"):
        raise DnsNameInvalidForZone(name=asked["Name"], zone_name=zone.name)
    document = {key: value for key, value in asked.items() if value is not None}
    if "ResourceRecords" in document:
        document["ResourceRecords"] = [item["Value"] for item in document["ResourceRecords"]]
    return {**document, "Name": name}


def _check_record(document: Document) -> None:
    name = document["Name"]
    plain = "TTL" in document and bool(document.get("ResourceRecords"))
    if plain == ("AliasTarget" in document):
        raise _invalid(f"{name} needs exactly one of AliasTarget, and TTL with ResourceRecords")
    policies = [policy for policy in _POLICIES if document.get(policy) is not None]
    if len(policies) > 1:
        raise _invalid(f"{name} has more than one routing policy: {', '.join(policies)}")
    if bool(policies) != bool(document.get("SetIdentifier")):
        raise _invalid(f"{name}: a routing policy and a SetIdentifier go together")


def _check_deletion(record: RecordSet | None, document: Document) -> None:
    shown = _shown((document["Name"], document["Type"], document.get("SetIdentifier")))
    if record is None:
        raise _invalid(f"Tried to delete resource record set {shown} but it was not found")
    if document["Type"] == "SOA" or (document["Type"] == "NS" and record.document is None):
        raise _invalid(f"A HostedZone must contain its SOA and NS record set: {shown}")
    if record.document != document:
        raise _invalid(f"Tried to delete {shown} but the values provided do not match the current values")


def _check_policies(records: list[RecordSet]) -> None:
    """Records of one name and type have the same policy, and one primary and one secondary at most."""
    seen: dict[tuple[str, str], str] = {}
    roles = set()
    for record in records:
        document = record.document or {}
        policy = next((policy for policy in _POLICIES if document.get(policy) is not None), "simple")
        name, kind, _ = _key_of(record)
        if seen.setdefault((name, kind), policy) != policy:
            raise _invalid(f"{name} {kind} cannot have records of policy {policy} beside others")
        role = (name, kind, document.get("Failover"))
        if policy == "Failover" and role in roles:
            raise _invalid(f"{name} {kind} has a {document['Failover']} record already")
        roles.add(role)


def _shown(key: Key) -> str:
    name, kind, identifier = key
    return f"[name='{name}', type='{kind}'" + (f", set-identifier='{identifier}']" if identifier else "]")


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidChangeBatch", message)


def apply() -> None:
    """Put this into moto's Route 53."""
    url_paths[r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)/features$"] = Route53.dispatch
    FakeZone.accelerated = False
    FakeZone.features = property(features)
    RecordSet.document = None
    extend(Route53, update_hosted_zone_features)
    extend(Route53Backend, change_resource_record_sets, delete_hosted_zone)
