"""The trail: what it records, that it fits CloudTrail's limits, and the policies that it needs first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.keys import KeyArgs, RegionalKey
from components.settings import limits
from components.watch.trail import AuditTrail, AuditTrailArgs, DataEvents, bucket_statements, key_uses, trail_arn_of
from tests.support.program import Program, registrations

ACCOUNT = "123456789012"
AUDIT = tuple(f"securecart-audit-{ACCOUNT}-{region}" for region in ("us-east-1", "us-west-2"))
TRAIL = trail_arn_of("securecart-prod", "us-east-1", ACCOUNT)
EVENTS = DataEvents(
    bucket_prefix="securecart-",
    table_prefix="securecart-",
    account_id=ACCOUNT,
    regions=("us-east-1", "us-west-2"),
    audit_bucket_names=AUDIT,
)


def trail(events: DataEvents = EVENTS) -> Program:
    args = AuditTrailArgs(
        trail_name="securecart-prod",
        bucket_name=AUDIT[0],
        key_arn=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-data",
        data_events=events,
    )
    return registrations(lambda: AuditTrail("trail", args))


def selected(made: Program) -> dict[str, dict[str, dict[str, Any]]]:
    """Selector name, then field, then what is asked of it."""
    (one,) = made.of("aws:cloudtrail/trail:Trail")
    return {
        selector["name"]: {f["field"]: {k: v for k, v in f.items() if k != "field"} for f in selector["fieldSelectors"]}
        for selector in one.inputs["advancedEventSelectors"]
    }


def test_the_trail_records_every_region_validated_and_encrypted() -> None:
    (one,) = trail().of("aws:cloudtrail/trail:Trail")
    for key in ("isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging"):
        assert one.inputs[key] is True, key
    assert one.inputs["s3BucketName"] == AUDIT[0]
    assert one.inputs["kmsKeyId"].endswith("key/mrk-data")
    assert one.protect


def test_all_management_events_and_writes_to_the_estate_s_stores_are_selected() -> None:
    found = selected(trail())
    assert found["Management events"] == {"eventCategory": {"equals": ["Management"]}}
    assert found["Objects"]["resources.type"] == {"equals": ["AWS::S3::Object"]}
    assert found["Objects"]["readOnly"] == {"equals": ["false"]}
    assert found["Items"]["resources.ARN"] == {
        "startsWiths": [f"arn:aws:dynamodb:{r}:{ACCOUNT}:table/securecart-" for r in ("us-east-1", "us-west-2")]
    }


def test_a_record_of_a_record_is_never_made() -> None:
    """A trail that logs writes to its own bucket writes because it wrote, for ever and billed."""
    arns = selected(trail())["Objects"]["resources.ARN"]
    assert arns["startsWiths"] == ["arn:aws:s3:::securecart-"]
    assert arns["notStartsWiths"] == [f"arn:aws:s3:::{name}/" for name in AUDIT]
    with pytest.raises(ValueError, match="audit_bucket_names is empty"):
        trail(replace(EVENTS, audit_bucket_names=()))


def test_reads_are_recorded_where_asked() -> None:
    assert all("readOnly" not in fields for fields in selected(trail(replace(EVENTS, reads=True))).values())


def test_adopted_stores_are_named_and_nothing_that_only_begins_like_them() -> None:
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/cart"
    found = selected(
        trail(replace(EVENTS, adopted_bucket_arns=("arn:aws:s3:::old-images",), adopted_table_arns=(table,)))
    )
    assert "arn:aws:s3:::old-images/" in found["Objects"]["resources.ARN"]["startsWiths"]
    assert found["Items of adopted tables"]["resources.ARN"] == {"equals": [table]}


def adopting(tables: int) -> DataEvents:
    arns = tuple(f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t{n}" for n in range(tables))
    return replace(EVENTS, adopted_table_arns=arns)


def test_500_values_are_the_most_that_a_trail_has() -> None:
    """CloudTrail PutEventSelectors; the estate's own stores need none of them, however many they are."""
    values = sum(len(v) for fields in selected(trail()).values() for f in fields.values() for v in f.values())
    room = limits.TRAIL_SELECTOR_VALUES - values - 3  # the adopted tables' own selector: category, type, writes
    full = selected(trail(adopting(room)))
    assert sum(len(v) for fields in full.values() for f in fields.values() for v in f.values()) == 500
    with pytest.raises(ValueError, match=r"501 values.*500.*adopt fewer"):
        trail(adopting(room + 1))


def test_the_bucket_lets_this_trail_write_and_no_other() -> None:
    """CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail"."""
    made: list[dict[str, Any]] = []

    def build() -> None:
        made.extend(bucket_statements(f"arn:aws:s3:::{AUDIT[0]}", account_id=ACCOUNT, trail_arns=[TRAIL]))

    registrations(build)
    check, write = made
    assert (check["Action"], check["Resource"]) == (["s3:GetBucketAcl"], f"arn:aws:s3:::{AUDIT[0]}")
    assert write["Action"] == ["s3:PutObject"]
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceArn": [TRAIL], "s3:x-amz-acl": ["bucket-owner-full-control"]}
    }
    for statement in made:
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == [TRAIL]


def test_the_key_serves_this_trail_and_only_for_its_records() -> None:
    """CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"."""
    args = KeyArgs(
        alias="alias/securecart/data",
        description="data",
        account_id=ACCOUNT,
        deletion_window_days=30,
        service_uses=key_uses(account_id=ACCOUNT, trail_arns=[TRAIL]),
    )
    made = registrations(lambda: RegionalKey("data", args))
    (key,) = made.of("aws:kms/key:Key")
    _, encrypt, use = json.loads(key.inputs["policy"])["Statement"]
    assert encrypt["Action"] == ["kms:GenerateDataKey*"]
    assert encrypt["Condition"] == {
        "StringEquals": {"aws:SourceArn": [TRAIL]},
        "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": [f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"]},
    }
    assert use["Action"] == ["kms:DescribeKey", "kms:Decrypt"]
    assert use["Condition"] == {"StringEquals": {"aws:SourceArn": [TRAIL]}}
