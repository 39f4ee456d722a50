"""The functions (data sources) that the local cloud provides, by token."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context


def availability_zones(c: Context, args: Props) -> Props:
    filters = [{"Name": item["name"], "Values": item["values"]} for item in args.get("filters") or []]
    if args.get("state"):
        filters.append({"Name": "state", "Values": [args["state"]]})
    zones = c.client("ec2").describe_availability_zones(Filters=filters)["AvailabilityZones"]
    zones.sort(key=lambda zone: str(zone["ZoneName"]))
    return {
        "id": c.region,
        "region": c.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName") or c.region for zone in zones}),
    }


def caller_identity(c: Context, _: Props) -> Props:
    identity = c.client("sts").get_caller_identity()
    return {
        "id": identity["Account"],
        "accountId": identity["Account"],
        "arn": identity["Arn"],
        "userId": identity["UserId"],
    }


def database_instance(c: Context, args: Props) -> Props:
    found = c.client("rds").describe_db_instances(DBInstanceIdentifier=args["dbInstanceIdentifier"])["DBInstances"][0]
    endpoint = found.get("Endpoint") or {}
    return {
        "id": found["DBInstanceIdentifier"],
        "region": c.region,
        "dbInstanceIdentifier": found["DBInstanceIdentifier"],
        "dbInstanceArn": found["DBInstanceArn"],
        "dbInstanceClass": found["DBInstanceClass"],
        "engine": found["Engine"],
        "engineVersion": found.get("EngineVersion", ""),
        "address": endpoint.get("Address", ""),
        "port": endpoint.get("Port", 0),
        "replicateSourceDb": found.get("ReadReplicaSourceDBInstanceIdentifier", ""),
        "resourceId": found.get("DbiResourceId", ""),
    }


# Input -> member of GetRandomPassword.
_PASSWORD = {
    "excludeCharacters": "ExcludeCharacters",
    "excludeLowercase": "ExcludeLowercase",
    "excludeNumbers": "ExcludeNumbers",
    "excludePunctuation": "ExcludePunctuation",
    "excludeUppercase": "ExcludeUppercase",
    "includeSpace": "IncludeSpace",
    "passwordLength": "PasswordLength",
    "requireEachIncludedType": "RequireEachIncludedType",
}


def random_password(c: Context, args: Props) -> Props:
    wanted = {member: args[key] for key, member in _PASSWORD.items() if args.get(key) is not None}
    password = c.client("secretsmanager").get_random_password(**wanted)["RandomPassword"]
    return {"id": c.region, "region": c.region, "randomPassword": password}


def route53_health_checks(c: Context, args: Props) -> Props:
    """The health checks that a Region switch plan vends for the records of its steps."""
    pages = c.client("arc-region-switch").get_paginator("list_route53_health_checks").paginate(arn=args["planArn"])
    found = [check for page in pages for check in page["healthChecks"]]
    return {"id": args["planArn"], "planArn": args["planArn"], "region": c.region, "healthChecks": found}


FUNCTIONS: dict[str, Callable[[Context, Props], Props]] = {
    "aws:arcregionswitch/getRoute53HealthChecks:getRoute53HealthChecks": route53_health_checks,
    "aws:index/getAvailabilityZones:getAvailabilityZones": availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:rds/getInstance:getInstance": database_instance,
    "aws:secretsmanager/getRandomPassword:getRandomPassword": random_password,
}
SECRET_RESULTS = frozenset({"randomPassword"})
