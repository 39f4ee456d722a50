"""Objects travel between buckets as their replication configurations say, with what belongs to them."""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Iterator
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
from tests.localcloud.provider_world import ACCOUNT, PRIMARY, ROLE_POLICY, SECONDARY, Client
from tests.support.program import registrations

pytestmark = pytest.mark.usefixtures("empty_cloud")

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


@pytest.fixture
def pair(emulator: Emulator, client: Client) -> Iterator[Pair]:
    CARRIER.set_lag(LAG_SECONDS)
    yield Pair(client)
    emulator.traffic.reset()
    CARRIER.reset()
    clock.reset()


def test_an_object_arrives_after_the_lag_with_all_that_belongs_to_it(pair: Pair) -> None:
    pair.replicate()
    said = {"Metadata": {"order": "7"}, "ContentType": "application/pdf", "Tagging": "kind=invoice"}
    version = pair.put("invoices/7", "seven", **said)
    before = pair.east.head_object(Bucket=pair.here, Key="invoices/7")
    assert (before["ReplicationStatus"], pair.keys_there()) == ("PENDING", set())
    pass_the_lag()
    copy = pair.west.get_object(Bucket=pair.there, Key="invoices/7")
    assert copy["Body"].read() == b"seven"
    for name in ("ETag", "LastModified", "Metadata", "ContentType", "VersionId", "ContentLength"):
        assert copy[name] == before[name], name
    assert (copy["VersionId"], copy["ReplicationStatus"]) == (version, "REPLICA")
    tags = pair.west.get_object_tagging(Bucket=pair.there, Key="invoices/7")["TagSet"]
    assert tags == tag_set(kind="invoice")
    assert pair.status_here("invoices/7") == "COMPLETED"


def test_every_way_to_write_an_object_is_replicated(pair: Pair) -> None:
    pair.replicate()
    pair.put("put")
    pair.east.copy_object(Bucket=pair.here, Key="copied", CopySource=f"{pair.here}/put")
    upload = pair.east.create_multipart_upload(Bucket=pair.here, Key="parts")["UploadId"]
    where = {"Bucket": pair.here, "Key": "parts", "UploadId": upload}
    part = pair.east.upload_part(**where, PartNumber=1, Body=b"content")
    done = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    pair.east.complete_multipart_upload(**where, MultipartUpload=done)
    pass_the_lag()
    assert contents(pair.west, pair.there) == dict.fromkeys(("put", "copied", "parts"), "content")


def test_versions_and_delete_markers_are_the_same_in_both_buckets(pair: Pair) -> None:
    pair.replicate()
    for key in ("kept", "kept", "deleted"):
        pair.put(key)
        clock.advance(1)
    marker = pair.east.delete_object(Bucket=pair.here, Key="deleted")["VersionId"]
    pass_the_lag()
    assert versions(pair.west, pair.there) == versions(pair.east, pair.here)
    assert ("deleted", marker, True) in versions(pair.west, pair.there)
    assert pair.keys_there() == {"kept"}


def test_a_version_deleted_by_its_id_stays_in_the_other_bucket(pair: Pair) -> None:
    pair.replicate()
    version = pair.put("invoice")
    pass_the_lag()
    assert pair.keys_there() == {"invoice"}
    pair.east.delete_object(Bucket=pair.here, Key="invoice", VersionId=version)
    pass_the_lag()
    assert (versions(pair.east, pair.here), pair.keys_there()) == ([], {"invoice"})


def test_delete_markers_stay_where_the_rule_says_so(pair: Pair) -> None:
    pair.replicate(pair.rule(DeleteMarkerReplication=OFF))
    pair.put("invoice")
    pair.east.delete_object(Bucket=pair.here, Key="invoice")
    pass_the_lag()
    assert (contents(pair.east, pair.here), pair.keys_there()) == ({}, {"invoice"})


def test_only_what_a_rule_of_the_configuration_reaches_is_replicated(pair: Pair) -> None:
    pair.put("before the configuration")
    tagged = {"And": {"Prefix": "logs/", "Tags": tag_set(keep="yes", kind="audit")}}
    pair.replicate(
        pair.rule(Filter={"Prefix": "invoices/"}),
        pair.rule(ID="tag", Priority=1, Filter={"Tag": tag_set(keep="yes")[0]}, DeleteMarkerReplication=OFF),
        pair.rule(ID="and", Priority=2, Filter=tagged, DeleteMarkerReplication=OFF),
        pair.rule(ID="off", Priority=3, Filter={"Prefix": "off/"}, Status="Disabled"),
    )
    pair.put("invoices/1")
    pair.put("other/1", Tagging="keep=yes")
    pair.put("logs/1", Tagging="kind=audit")
    pair.put("off/1")
    assert [pair.status_here(key) for key in ("invoices/1", "other/1", "logs/1")] == ["PENDING", "PENDING", None]
    pass_the_lag()
    assert pair.keys_there() == {"invoices/1", "other/1"}
    assert pair.status_here("off/1") is None


def test_of_two_rules_for_a_bucket_the_higher_priority_decides(pair: Pair) -> None:
    pair.replicate(
        pair.rule(to={"StorageClass": "STANDARD_IA"}),
        pair.rule(ID="high", Priority=5, Filter={"Prefix": "invoices/"}, to={"StorageClass": "GLACIER_IR"}),
    )
    pair.put("invoices/1")
    pair.put("other/1")
    pass_the_lag()
    listed = pair.west.list_objects_v2(Bucket=pair.there)["Contents"]
    assert {one["Key"]: one["StorageClass"] for one in listed} == {"invoices/1": "GLACIER_IR", "other/1": "STANDARD_IA"}


def keys(client: Client) -> tuple[str, str]:
    return tuple(client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (PRIMARY, SECONDARY))


def kms(key: str) -> dict[str, str]:
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}


def test_objects_under_a_key_of_kms_need_the_selection_and_come_under_the_replica_key(pair: Pair) -> None:
    here, there = keys(pair.client)
    pair.replicate()
    pair.put("without selection", **kms(here))
    assert pair.status_here("without selection") is None
    selected = {"SseKmsEncryptedObjects": ON}
    pair.replicate(
        pair.rule(SourceSelectionCriteria=selected, to={"EncryptionConfiguration": {"ReplicaKmsKeyID": there}})
    )
    pair.put("secret", **kms(here))
    pair.put("plain")
    pass_the_lag()
    assert pair.keys_there() == {"secret", "plain"}
    copy = pair.west.head_object(Bucket=pair.there, Key="secret")
    assert (copy["ServerSideEncryption"], copy["SSEKMSKeyId"]) == ("aws:kms", there)
    assert "SSEKMSKeyId" not in pair.west.head_object(Bucket=pair.there, Key="plain")


def test_a_key_that_cannot_be_used_makes_the_replication_fail_for_good(pair: Pair) -> None:
    here, there = keys(pair.client)
    selection = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": ON}}
    pair.replicate(pair.rule(**selection, to={"EncryptionConfiguration": {"ReplicaKmsKeyID": there}}))
    pair.client("kms", SECONDARY).disable_key(KeyId=there)
    pair.put("secret", **kms(here))
    pass_the_lag()
    assert (pair.status_here("secret"), pair.keys_there()) == ("FAILED", set())
    pair.client("kms", SECONDARY).enable_key(KeyId=there)
    pass_the_lag()
    assert pair.keys_there() == set(), "only Batch Replication tries again"


def test_both_ways_make_no_loop_and_the_later_write_is_current_in_both(pair: Pair) -> None:
    pair.replicate_both_ways()
    first = pair.put("invoice", "here")
    clock.advance(1)
    second = pair.west.put_object(Bucket=pair.there, Key="invoice", Body=b"there")["VersionId"]
    for _ in range(3):
        pass_the_lag()
        for side, bucket in pair.sides:
            assert body(side, bucket, "invoice") == "there"
            assert versions(side, bucket) == sorted([("invoice", first, False), ("invoice", second, True)])
    assert pair.west.head_object(Bucket=pair.there, Key="invoice", VersionId=first)["ReplicationStatus"] == "REPLICA"
    assert pair.status_here("invoice", VersionId=second) == "REPLICA"
    assert pair.status_here("invoice", VersionId=first) == "COMPLETED"
    assert CARRIER.waiting("s3") == []


@pytest.mark.parametrize("synchronised", [True, False])
def test_tags_of_an_object_travel_and_those_of_a_replica_where_the_rules_say_so(pair: Pair, synchronised: bool) -> None:
    criteria = {"SourceSelectionCriteria": {"ReplicaModifications": ON}} if synchronised else {}
    pair.replicate_both_ways(**criteria)
    pair.put("invoice", Tagging="state=new")
    pass_the_lag()
    assert pair.keys_there() == {"invoice"}

    def tags() -> list[str]:
        return [
            side.get_object_tagging(Bucket=bucket, Key="invoice")["TagSet"][0]["Value"] for side, bucket in pair.sides
        ]

    pair.east.put_object_tagging(Bucket=pair.here, Key="invoice", Tagging={"TagSet": tag_set(state="paid")})
    assert tags() == ["paid", "new"]
    pass_the_lag()
    assert tags() == ["paid", "paid"]
    pair.west.put_object_tagging(Bucket=pair.there, Key="invoice", Tagging={"TagSet": tag_set(state="sent")})
    for _ in range(2):
        pass_the_lag()
        assert tags() == (["sent", "sent"] if synchronised else ["paid", "sent"])


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
