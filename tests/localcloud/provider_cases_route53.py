"""Provider cases of Route 53: a zone, a health check and a failover record; the other kinds are in test_provider_route53."""

from __future__ import annotations

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import Case, Client, World, tagged


def zone(world: World) -> tuple[str, str]:
    """(id, name) of a public zone of its own."""
    name = f"{world.name()}.example.com"
    made = world.client("route53").create_hosted_zone(Name=name, CallerReference=name)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2], name


def _record(world: World) -> Props:
    zone_id, name = zone(world)
    return {
        "zoneId": zone_id,
        "name": f"shop.{name}",
        "type": "A",
        "setIdentifier": "primary",
        "failoverRoutingPolicies": [{"type": "PRIMARY"}],
        "healthCheckId": "11111111-2222-3333-4444-555555555555",
        "records": ["192.0.2.1"],
        "ttl": 60,
    }


def _redirected(client: Client, _: str, inputs: Props) -> None:
    route53 = client("route53")
    (live,) = [
        record
        for record in route53.list_resource_record_sets(HostedZoneId=inputs["zoneId"])["ResourceRecordSets"]
        if record.get("SetIdentifier") == "primary"
    ]
    change = {"Action": "UPSERT", "ResourceRecordSet": {**live, "ResourceRecords": [{"Value": "203.0.113.9"}]}}
    route53.change_resource_record_sets(HostedZoneId=inputs["zoneId"], ChangeBatch={"Changes": [change]})


CASES: dict[str, Case] = {
    "aws:route53/healthCheck:HealthCheck": Case(
        lambda _: {
            "type": "HTTPS",
            "fqdn": "shop.example.com",
            "port": 443,
            "resourcePath": "/health",
            "requestInterval": 10,
            "failureThreshold": 2,
            "measureLatency": True,
            "regions": ["us-west-2", "us-east-1", "eu-west-1"],
            "tags": {"a": "1"},
        },
        lambda _: {"invertHealthcheck": True, "resourcePath": None, "failureThreshold": 5},
        {"requestInterval": 30},
        lambda client, id_, _: client("route53").update_health_check(HealthCheckId=id_, Disabled=True),
        "disabled",
    ),
    "aws:route53/record:Record": Case(
        _record,
        lambda _: {"records": ["192.0.2.2"], "ttl": 30},
        {"name": "other"},
        _redirected,
        "records",
    ),
    "aws:route53/zone:Zone": Case(
        lambda w: {"name": f"{w.name()}.example.com", "comment": "the shop", "enableAcceleratedRecovery": True},
        tagged(a="1"),
        {"name": "other.example.com"},
        lambda client, id_, _: client("route53").update_hosted_zone_comment(Id=id_, Comment="stranger"),
        "comment",
    ),
}
