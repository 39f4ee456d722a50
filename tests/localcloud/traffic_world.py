"""What customers' traffic needs to be there: load balancers, records, health checks with switches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.localcloud.provider_world import Client

PRIMARY, SECONDARY = "us-east-1", "us-west-2"
ZONE, RECORD = "securecart.example", "shop.securecart.example"
NAMESPACE = "SecureCart/Recovery"
SIDES = {PRIMARY: "Primary", SECONDARY: "Secondary"}


@dataclass
class Front:
    """What leads customers to a Region."""

    zone_id: str = ""
    balancers: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)

    def record(self, region: str, failover: str) -> dict[str, Any]:
        return {
            "Name": RECORD,
            "Type": "A",
            "SetIdentifier": failover.lower(),
            "Failover": failover,
            "HealthCheckId": self.checks[region],
            "AliasTarget": {"HostedZoneId": "Z1", "DNSName": self.balancers[region], "EvaluateTargetHealth": True},
        }


def front(client: Client) -> Front:
    """As components/recovery makes it: failover records, each with a check of the endpoint and of a switch."""
    made = Front(client("route53").create_hosted_zone(Name=ZONE, CallerReference="1")["HostedZone"]["Id"])
    for region in (PRIMARY, SECONDARY):
        made.balancers[region] = load_balancer(client, region)
        made.checks[region] = health(client, region, made.balancers[region])
    records = [made.record(PRIMARY, "PRIMARY"), made.record(SECONDARY, "SECONDARY")]
    changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]
    client("route53").change_resource_record_sets(HostedZoneId=made.zone_id, ChangeBatch={"Changes": changes})
    return made


def load_balancer(client: Client, region: str) -> str:
    """Its DNS name."""
    ec2 = client("ec2", region)
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = [found["SubnetId"] for found in ec2.describe_subnets(Filters=default)["Subnets"][:2]]
    made = client("elbv2", region).create_load_balancer(Name="shop", Subnets=subnets)
    return str(made["LoadBalancers"][0]["DNSName"])


def health(client: Client, region: str, endpoint: str) -> str:
    """The id of the calculated check."""
    side = SIDES[region]
    alarm = {
        "AlarmName": f"{side}-out",
        "Namespace": NAMESPACE,
        "MetricName": f"{side}OutOfService",
        "Statistic": "Maximum",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1,
        "Period": 60,
        "EvaluationPeriods": 1,
        "TreatMissingData": "ignore",
    }
    client("cloudwatch", SECONDARY).put_metric_alarm(**alarm)
    endpoint_check = {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": endpoint,
        "Port": 443,
        "RequestInterval": 10,
        "FailureThreshold": 3,
    }
    switch_check = {
        "Type": "CLOUDWATCH_METRIC",
        "AlarmIdentifier": {"Region": SECONDARY, "Name": f"{side}-out"},
        "InsufficientDataHealthStatus": "LastKnownStatus",
    }
    children = [_check(client, f"{side}-{config['Type']}", config) for config in (endpoint_check, switch_check)]
    together = {"Type": "CALCULATED", "ChildHealthChecks": children, "HealthThreshold": len(children)}
    return _check(client, f"{side}-all", together)


def _check(client: Client, reference: str, config: dict[str, Any]) -> str:
    made = client("route53").create_health_check(CallerReference=reference, HealthCheckConfig=config)
    return str(made["HealthCheck"]["Id"])
