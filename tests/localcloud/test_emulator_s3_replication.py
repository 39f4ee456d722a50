"""Objects travel between buckets as their replication configurations say, with what belongs to them."""

from __future__ import annotations

import pytest

from localcloud.emulator import clock
from localcloud.emulator.carrying import CARRIER
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client
from tests.localcloud.s3_pair import OFF, ON, Pair, body, contents, pass_the_lag, tag_set, versions

pytestmark = pytest.mark.usefixtures("empty_cloud")


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
