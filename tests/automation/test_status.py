"""Status says what AWS answers, and UNKNOWN where it does not answer: never zero, never "off"."""

from __future__ import annotations

from typing import Any

import pytest

from automation.status import UNKNOWN, Store, read, stores


class Answers:
    """A client whose every call answers from a table, or fails where the table has nothing."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._table = table

    def __getattr__(self, call: str) -> Any:
        def answer(**_arguments: Any) -> Any:
            if call not in self._table:
                raise PermissionError(call)
            return self._table[call]

        return answer


@pytest.mark.parametrize("kind", ["database", "table", "bucket", "volume", "vault"])
def test_every_fact_of_a_store_that_cannot_be_read_is_unknown(kind: str) -> None:
    status = read(Store("prod", kind, "orders", "orders", "us-east-1"), lambda _service, _region: Answers({}))
    assert status.facts
    assert set(status.facts.values()) == {UNKNOWN}


def test_a_volume_without_a_snapshot_has_no_known_last_snapshot() -> None:
    answers = Answers({"describe_volumes": {"Volumes": [{"Encrypted": True}]}, "describe_snapshots": {"Snapshots": []}})
    status = read(Store("prod", "volume", "backend", "vol-1", "us-east-1"), lambda _service, _region: answers)
    assert status.facts == {"encrypted": True, "lastSnapshot": UNKNOWN}


def test_a_bucket_replicates_only_by_its_enabled_rules() -> None:
    rules = [
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::there"}},
        {"Status": "Disabled", "Destination": {"Bucket": "arn:aws:s3:::nowhere"}},
    ]
    answers = Answers(
        {"get_bucket_replication": {"ReplicationConfiguration": {"Rules": rules}}, "get_bucket_versioning": {}}
    )
    facts = read(Store("prod", "bucket", "invoices", "b", "us-east-1"), lambda _service, _region: answers).facts
    assert facts == {"versioning": "Disabled", "encryption": UNKNOWN, "replicatesTo": ["there"]}


def test_a_store_is_asked_about_in_the_region_of_its_arn() -> None:
    state = [
        {
            "type": "aws:rds/instance:Instance",
            "urn": "urn:pulumi:dr::securecart::aws:rds/instance:Instance::orders",
            "id": "db-ABC",
            "outputs": {"arn": "arn:aws:rds:us-west-2:123456789012:db:orders", "identifier": "orders"},
        },
        {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dr::securecart::pulumi:pulumi:Stack::securecart-dr"},
    ]
    assert stores("dr", state, "us-east-1") == [Store("dr", "database", "orders", "orders", "us-west-2")]
