"""Two buckets that replicate, one in each Region, and how tests look at them."""

from __future__ import annotations

import itertools
from typing import Any

from localcloud.emulator import clock
from tests.localcloud.provider_world import ACCOUNT, SECONDARY, Client

LAG_SECONDS = 60.0
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
Rule = dict[str, Any]
_numbers = itertools.count()


class Pair:
    """A bucket in each Region, versioned, with the clients of both Regions."""

    def __init__(self, client: Client) -> None:
        number = next(_numbers)
        self.client = client
        self.east, self.west = client("s3"), client("s3", SECONDARY)
        self.here, self.there = f"near-{number}", f"far-{number}"
        self.east.create_bucket(Bucket=self.here)
        self.west.create_bucket(Bucket=self.there, CreateBucketConfiguration={"LocationConstraint": SECONDARY})
        for side, bucket in self.sides:
            side.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ON)

    @property
    def sides(self) -> tuple[tuple[Any, str], tuple[Any, str]]:
        return (self.east, self.here), (self.west, self.there)

    def rule(self, **more: Any) -> Rule:
        destination = {"Bucket": f"arn:aws:s3:::{self.there}", **more.pop("to", {})}
        rule = {"ID": "all", "Priority": 0, "Filter": {}, "DeleteMarkerReplication": ON, "Destination": destination}
        return {"Status": "Enabled", **rule, **more}

    def replicate(self, *rules: Rule) -> None:
        configuration = {"Role": ROLE, "Rules": list(rules or (self.rule(),))}
        self.east.put_bucket_replication(Bucket=self.here, ReplicationConfiguration=configuration)

    def replicate_both_ways(self, **more: Any) -> None:
        self.replicate(self.rule(**more))
        back = {**self.rule(**more), "Destination": {"Bucket": f"arn:aws:s3:::{self.here}"}}
        self.west.put_bucket_replication(Bucket=self.there, ReplicationConfiguration={"Role": ROLE, "Rules": [back]})

    def put(self, key: str, body: str = "content", **more: Any) -> str:
        return str(self.east.put_object(Bucket=self.here, Key=key, Body=body.encode(), **more)["VersionId"])

    def keys_there(self) -> set[str]:
        return set(contents(self.west, self.there))

    def status_here(self, key: str, **more: Any) -> str | None:
        head = self.east.head_object(Bucket=self.here, Key=key, **more)
        status: str | None = head.get("ReplicationStatus")
        return status


def contents(side: Any, bucket: str) -> dict[str, str]:
    listed = side.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {one["Key"]: body(side, bucket, one["Key"]) for one in listed}


def body(side: Any, bucket: str, key: str, **more: Any) -> str:
    return str(side.get_object(Bucket=bucket, Key=key, **more)["Body"].read().decode())


def versions(side: Any, bucket: str) -> list[tuple[str, str, bool]]:
    """(key, version id, whether it is current), delete markers among them."""
    listed = side.list_object_versions(Bucket=bucket)
    both = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return sorted((one["Key"], one["VersionId"], one["IsLatest"]) for one in both)


def pass_the_lag() -> None:
    clock.advance(LAG_SECONDS)


def tag_set(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
