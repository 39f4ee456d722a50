"""Stores that were in the account before: taken into the state as they are, then protected in place, never made anew.

An estate of its own, whose legacy stores hold something that a replacement would lose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.estate import ORGANIZATION_PROJECT, PRIMARY, REPO, Estate, Finished, configure, copy_project

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("adopted")]

PROD = f"{ORGANIZATION_PROJECT}/prod"
DATABASE, TABLE, BUCKET = "legacy-orders", "LegacyOrderHistory", "legacy.invoices"
ITEM = {"orderId": {"S": "1"}, "changedAt": {"S": "2019-05-01"}}


@dataclass
class Adoption:
    """The account with its legacy stores, and the project that names them."""

    estate: Estate
    project: Path
    volumes: tuple[str, ...]
    before: dict[str, Any] = field(default_factory=dict)
    violations: list[tuple[str, str]] = field(default_factory=list)
    """(rule, resource) of each, as the first preview tells them."""

    def up(self, *options: str) -> Finished:
        return self.estate.pulumi(
            "up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", PROD, "--policy-pack", str(REPO / "policy"), *options,
            cwd=self.project,
        )  # fmt: skip

    def seen(self) -> dict[str, Any]:
        """What identifies each legacy store and must never change, as AWS tells it."""
        rds, table = (self.estate.client(service, PRIMARY) for service in ("rds", "dynamodb"))
        database = rds.describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"][0]
        described = table.describe_table(TableName=TABLE)["Table"]
        body = self.estate.client("s3", PRIMARY).get_object(Bucket=BUCKET, Key="2019/0001.pdf")["Body"].read()
        found = self.estate.client("ec2", PRIMARY).describe_volumes(VolumeIds=list(self.volumes))["Volumes"]
        return {
            "database": (database["DbiResourceId"], database["MasterUsername"], database["KmsKeyId"]),
            "table": (described["CreationDateTime"], table.scan(TableName=TABLE)["Items"]),
            "bucket": body,
            "volumes": sorted((volume["VolumeId"], str(volume["CreateTime"])) for volume in found),
        }


def make_legacy_stores(estate: Estate) -> tuple[str, ...]:
    """What somebody once made by hand: encrypted, and hardly protected. Returns the ids of the volumes."""
    key = estate.client("kms", PRIMARY).create_key(Description="the legacy stores' own")["KeyMetadata"]["Arn"]
    estate.client("rds", PRIMARY).create_db_instance(
        DBInstanceIdentifier=DATABASE, DBInstanceClass="db.t3.large", Engine="postgres", EngineVersion="16.6",
        AllocatedStorage=100, MasterUsername="legacy_admin", MasterUserPassword="owner-keeps-this", StorageType="gp3",
        StorageEncrypted=True, KmsKeyId=key, BackupRetentionPeriod=1, DBName="legacy", Port=5432,
    )  # fmt: skip
    tables = estate.client("dynamodb", PRIMARY)
    tables.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "orderId", "KeyType": "HASH"},
            {"AttributeName": "changedAt", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "orderId", "AttributeType": "S"},
            {"AttributeName": "changedAt", "AttributeType": "S"},
        ],
    )  # fmt: skip
    tables.put_item(TableName=TABLE, Item=ITEM)
    buckets = estate.client("s3", PRIMARY)
    buckets.create_bucket(Bucket=BUCKET)
    buckets.put_object(Bucket=BUCKET, Key="2019/0001.pdf", Body=b"invoice of 2019")
    volumes = estate.client("ec2", PRIMARY)
    return tuple(
        volumes.create_volume(
            AvailabilityZone=f"{PRIMARY}{zone}", Size=100, VolumeType="gp3", Encrypted=True, KmsKeyId=key
        )["VolumeId"]
        for zone in "abc"
    )


@pytest.fixture(scope="module")
def adoption(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adoption]:
    estate = Estate(tmp_path_factory.mktemp("adopted") / "root")
    project = copy_project(tmp_path_factory.mktemp("adopted-project") / "project")
    started = estate.securecart("local", "start")
    assert started.code == 0, started.text
    try:
        made = estate.pulumi("stack", "init", PROD, cwd=project)
        assert made.code == 0, made.text
        volumes = make_legacy_stores(estate)
        shipped = yaml.safe_load((project / "Pulumi.yaml").read_text())["config"]
        names = {
            ("databases", "orders"): DATABASE,
            ("tables", "order-history"): TABLE,
            ("buckets", "invoices"): BUCKET,
            ("volumes", "backend"): list(volumes),
        }
        changed = {}
        for (kind, store), existing in names.items():
            stores = shipped[f"securecart:{kind}"]["value"]
            changed[kind] = stores | {store: stores[store] | {"existing": existing}}
        configure(project, changed)
        it = Adoption(estate, project, volumes)
        it.before = it.seen()
        yield it
    finally:
        estate.securecart("down")


def test_the_pack_says_what_is_not_protected_yet(adoption: Adoption) -> None:
    """Before anything is imported or changed; of the legacy stores only, all at once, and in time to waive it."""
    shown = adoption.estate.pulumi(
        "preview", "--stack", PROD, "--policy-pack", str(REPO / "policy"), cwd=adoption.project
    )
    assert shown.code != 0
    found = set(re.findall(r"\[mandatory\].*?  (\S+)  \(\S+: (\S+)\)", shown.text))
    assert {
        ("rds-backup-retention", "orders-instance"),
        ("rds-deletion-protection", "orders-instance"),
        ("rds-multi-az", "orders-instance"),
        ("dynamodb-pitr", "order-history-table"),
        ("s3-replication", "invoices-bucket"),
    } <= found
    assert {resource for _, resource in found} <= {"orders-instance", "order-history-table", "invoices-bucket"}
    assert adoption.seen() == adoption.before
    adoption.violations = sorted(found)


@pytest.fixture
def waived(adoption: Adoption) -> Path:
    """What README says to write for the one update in which a store is not protected yet."""
    assert adoption.violations, "the test before this one collects them"
    file = adoption.project / "adoption.json"
    until = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
    about = {"reason": "adopted as it is; the next update protects it", "owner": "platform", "expires": until}
    waivers = [{"rule": rule, "resource": resource, **about} for rule, resource in adoption.violations]
    file.write_text(json.dumps({"waivers": {"waivers": waivers}}))
    return file


def test_the_first_update_takes_them_as_they_are(adoption: Adoption, waived: Path) -> None:
    first = adoption.up("--policy-pack-config", str(waived))
    assert first.code == 0, first.text[-6000:]
    assert adoption.seen() == adoption.before
    imported = {r["id"] for r in adoption.estate.state("prod") if r.get("importID") or r.get("id") in adoption.volumes}
    assert {DATABASE, TABLE, BUCKET, *adoption.volumes} <= imported
    table = adoption.estate.client("dynamodb", PRIMARY).describe_continuous_backups(TableName=TABLE)
    recovery = table["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED", "as it was"


def test_the_second_update_protects_them_in_place(adoption: Adoption) -> None:
    second = adoption.up()
    assert second.code == 0, second.text[-6000:]
    assert adoption.seen() == adoption.before
    estate = adoption.estate
    database = estate.client("rds", PRIMARY).describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"][0]
    assert database["MultiAZ"]
    assert database["DeletionProtection"]
    assert database["BackupRetentionPeriod"] == 14
    recovery = estate.client("dynamodb", PRIMARY).describe_continuous_backups(TableName=TABLE)
    window = recovery["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert window["PointInTimeRecoveryStatus"] == "ENABLED"
    assert estate.client("s3", PRIMARY).get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    tags = estate.client("ec2", PRIMARY).describe_volumes(VolumeIds=list(adoption.volumes))["Volumes"]
    assert all({"Key": "store", "Value": "backend"} in volume["Tags"] for volume in tags)


def test_the_third_has_nothing_to_do(adoption: Adoption) -> None:
    shown = adoption.estate.pulumi(
        "preview", "--expect-no-changes", "--stack", PROD, "--policy-pack", str(REPO / "policy"), cwd=adoption.project
    )
    assert shown.code == 0, shown.text[-6000:]
