"""Replication between buckets when something is in its way: a lost Region, failures, policies, a restart."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.buckets.bucket import ProtectedBucket, ProtectedBucketArgs
from components.settings import BucketStore
from localcloud.emulator import clock, snapshot
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.server import Emulator
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, ROLE_POLICY, SECONDARY
from tests.localcloud.s3_pair import LAG_SECONDS, ON, Pair, body, contents, pass_the_lag
from tests.support.program import registrations

pytestmark = pytest.mark.usefixtures("empty_cloud")


def test_nothing_is_replicated_to_or_from_a_region_that_is_out_and_all_of_it_afterwards(
    emulator: Emulator, pair: Pair
) -> None:
    pair.replicate_both_ways()
    pair.put("carried")
    pass_the_lag()
    pair.put("acknowledged")
    admin(emulator, "outage", region=PRIMARY)
    pass_the_lag()
    pair.west.put_object(Bucket=pair.there, Key="survivor", Body=b"content")
    pass_the_lag()
    assert pair.keys_there() == {"carried", "survivor"}
    assert pair.west.head_object(Bucket=pair.there, Key="survivor")["ReplicationStatus"] == "PENDING"
    admin(emulator, "heal", region=PRIMARY)
    pass_the_lag()
    for side, bucket in pair.sides:
        assert set(contents(side, bucket)) == {"carried", "acknowledged", "survivor"}


def admin(emulator: Emulator, name: str, **asked: Any) -> None:
    url = f"{emulator.endpoint}/_securecart/{name}"
    request = urllib.request.Request(url, json.dumps(asked).encode(), method="POST")  # noqa: S310
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


def test_latency_and_failures_are_metrics_of_a_rule_that_asks_for_them(pair: Pair) -> None:
    pair.replicate(pair.rule(to={"Metrics": {**ON, "EventThreshold": {"Minutes": 15}}}))
    pair.put("invoice")
    pass_the_lag()
    assert pair.keys_there() == {"invoice"}
    now = clock.now()

    def point(name: str, region: str) -> float:
        (found,) = pair.client("cloudwatch", region).get_metric_statistics(
            Namespace="AWS/S3",
            MetricName=name,
            Dimensions=[
                {"Name": "SourceBucket", "Value": pair.here},
                {"Name": "DestinationBucket", "Value": pair.there},
                {"Name": "RuleId", "Value": "all"},
            ],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Maximum"],
        )["Datapoints"]
        return float(found["Maximum"])

    assert point("ReplicationLatency", SECONDARY) == pytest.approx(LAG_SECONDS, abs=1)
    assert point("OperationsFailedReplication", PRIMARY) == 0


def test_a_bucket_is_brought_back_to_a_moment_from_its_versions_also_from_the_replica(pair: Pair) -> None:
    pair.replicate()
    pair.put("changed", "good")
    pair.put("deleted", "good")
    pair.east.copy_object(Bucket=pair.here, Key="copied", CopySource=f"{pair.here}/changed")
    clock.advance(5)
    moment = clock.now()
    clock.advance(5)
    pair.put("changed", "corrupt")
    pair.put("new", "corrupt")
    pair.east.delete_object(Bucket=pair.here, Key="deleted")
    pass_the_lag()
    for side, bucket in pair.sides:
        listed = side.list_object_versions(Bucket=bucket)
        current: dict[str, str] = {}
        for version in sorted(listed["Versions"], key=lambda one: one["LastModified"]):
            if version["LastModified"] <= moment:
                current[version["Key"]] = version["VersionId"]
        for key in set(contents(side, bucket)) - set(current):
            side.delete_object(Bucket=bucket, Key=key)
        for key, version_id in current.items():
            source = {"Bucket": bucket, "Key": key, "VersionId": version_id}
            side.copy_object(Bucket=bucket, Key=key, CopySource=source)
        assert contents(side, bucket) == {"changed": "good", "deleted": "good", "copied": "good"}


def test_the_policy_that_our_buckets_get_lets_loopback_read_and_write(pair: Pair) -> None:
    delivery = {
        "Sid": "Delivery",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{pair.here}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    args = ProtectedBucketArgs(
        bucket_name=pair.here,
        store=BucketStore(),
        key_arn=f"arn:aws:kms:{PRIMARY}:{ACCOUNT}:key/1",
        statements=[delivery],
    )
    (made,) = registrations(lambda: ProtectedBucket("near", args)).of("aws:s3/bucketPolicy:BucketPolicy")
    policy = made.inputs["policy"].replace("arn:aws:s3:::None", f"arn:aws:s3:::{pair.here}")
    assert "aws:SecureTransport" in policy
    pair.east.put_bucket_policy(Bucket=pair.here, Policy=policy)
    pair.put("invoice", "seven")
    assert body(pair.east, pair.here, "invoice") == "seven"
    pair.east.delete_objects(Bucket=pair.here, Delete={"Objects": [{"Key": "invoice"}]})
    assert contents(pair.east, pair.here) == {}


def test_a_denial_for_everybody_still_holds(pair: Pair) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{pair.here}/*"}
    on_tls = {**denied, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    for statement in (denied, on_tls):
        document = json.dumps({**ROLE_POLICY, "Statement": [statement]})
        pair.east.put_bucket_policy(Bucket=pair.here, Policy=document)
        with pytest.raises(ClientError, match="403"):
            pair.put("invoice")


def test_a_snapshot_keeps_statuses_and_what_is_on_its_way(emulator: Emulator, pair: Pair, tmp_path: Path) -> None:
    pair.replicate()
    pair.put("done")
    pass_the_lag()
    assert pair.keys_there() == {"done"}
    pair.put("on its way")
    snapshot.save(tmp_path / "snapshot", emulator.id)
    emulator.reset()
    snapshot.load(tmp_path / "snapshot")
    CARRIER.set_lag(LAG_SECONDS)
    assert (pair.status_here("done"), pair.status_here("on its way")) == ("COMPLETED", "PENDING")
    pass_the_lag()
    assert pair.keys_there() == {"done", "on its way"}
