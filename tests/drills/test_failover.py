"""The drill with the real engine: both stacks deployed, the primary Region lost, failed over, reconciled, failed back.

A checkout of its own, because reconcile writes the settings that a team would commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.estate import PRIMARY, SECONDARY, Estate, Finished, copy_checkout

pytestmark = [pytest.mark.engine, pytest.mark.drill, pytest.mark.xdist_group("drill")]

WHY = ("--reason", "the monthly drill", "--approve", "--json")


@dataclass(frozen=True)
class Drill:
    """A deployed estate and the checkout that operates it."""

    estate: Estate
    checkout: Path

    def securecart(self, *arguments: str) -> Finished:
        return self.estate.securecart(*arguments, checkout=self.checkout)

    def done(self, *arguments: str) -> dict[str, Any]:
        """Runs a command that must end well; its JSON document."""
        finished = self.securecart(*arguments)
        assert finished.code == 0, finished.text[-6000:]
        return dict(finished.json())

    def setting(self, file: str, key: str) -> Any:
        value = yaml.safe_load((self.checkout / file).read_text())["config"][f"securecart:{key}"]
        return value["value"] if isinstance(value, dict) else value

    def instances(self, region: str) -> dict[str, dict[str, Any]]:
        found = self.estate.client("rds", region).describe_db_instances()["DBInstances"]
        return {one["DBInstanceIdentifier"]: one for one in found}

    def kept(self, name: str) -> list[Any]:
        """Files of that name beside the journals in the secondary Region's bucket."""
        s3 = self.estate.client("s3", SECONDARY)
        bucket = f"securecart-audit-123456789012-{SECONDARY}"
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="recovery/").get("Contents", [])
        keys = [one["Key"] for one in listed if one["Key"].endswith(name)]
        return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in sorted(keys)]


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    estate = Estate(tmp_path_factory.mktemp("drill") / "root")
    checkout = copy_checkout(tmp_path_factory.mktemp("drill-checkout") / "repository")
    try:
        made = Drill(estate, checkout)
        made.done("up", "--json")
        yield made
    finally:
        estate.securecart("down")


def test_the_estate_is_ready_and_without_approval_nothing_happens(drill: Drill) -> None:
    ready = drill.done("preflight", "--json")
    assert ready["verdict"] == "PASS"
    told = drill.securecart("failover", "--mode", "ungraceful", "--reason", "only asking")
    assert told.code == 2
    assert "nothing was changed: this needs --approve" in told.text
    assert "it can never be a replica again" in told.text
    assert all(one.get("ReadReplicaSourceDBInstanceIdentifier") for one in drill.instances(SECONDARY).values())


def test_the_secondary_region_takes_over_while_the_primary_is_silent(drill: Drill) -> None:
    drill.estate.securecart("local", "outage", PRIMARY)
    document = drill.done("failover", "--mode", "ungraceful", *WHY)
    evidence = document["evidence"]
    assert evidence["finished"]
    assert len(evidence["warnings"]) == 4, "split brain is said for servers, network and both databases"
    assert not any(one.get("ReadReplicaSourceDBInstanceIdentifier") for one in drill.instances(SECONDARY).values())
    (kept,) = drill.kept("evidence.json")
    assert kept["execution"] == evidence["execution"]
    for service in evidence["services"]:
        assert service["rto"]["verdict"] == "PASS"
    assert drill.done("verify", "--json")["verdict"] == "PASS"


def test_an_up_before_the_reconciliation_is_refused_with_the_command_to_run(drill: Drill) -> None:
    refused = drill.securecart("up", "--stack", "dr")
    assert refused.code == 5, refused.text[-3000:]
    assert "securecart reconcile" in refused.text


def test_reconciled_a_preview_changes_nothing_without_the_primary_region(drill: Drill) -> None:
    document = drill.done("reconcile", *WHY)
    assert drill.setting("Pulumi.yaml", "databaseRole") == "promoted"
    assert drill.setting("Pulumi.yaml", "activeRegion") == "secondary"
    assert drill.setting("Pulumi.dr.yaml", "links") == "frozen"
    (preview,) = drill.kept("preview-dr.json")
    assert preview["changed"] is False
    assert document["settings"] == preview["settings"]
    again = drill.securecart("preview", "--stack", "dr", "--expect-no-changes")
    assert again.code == 0, again.text[-4000:]


def test_the_old_region_comes_back_and_is_fenced(drill: Drill) -> None:
    drill.estate.securecart("local", "heal", PRIMARY)
    refused = drill.securecart("failback", "--reason", "only asking")
    assert refused.code == 2
    drill.done("fence", *WHY)
    groups = drill.estate.client("autoscaling", PRIMARY).describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [group["Instances"] for group in groups] == [[]]


def test_failed_back_both_regions_hold_databases_of_the_next_generation(drill: Drill) -> None:
    document = drill.done("failback", *WHY)
    assert document["evidence"]["verdict"] in ("PASS", "UNKNOWN")
    databases = {one["store"]: one for one in document["evidence"]["services"] if one["kind"] == "database"}
    assert {one["rpo"]["seconds"] for one in databases.values()} == {0}
    assert set(drill.instances(PRIMARY)) == {"securecart-orders-primary-g2", "securecart-payments-primary-g2"}
    for name, one in drill.instances(SECONDARY).items():
        source = one["ReadReplicaSourceDBInstanceIdentifier"]
        assert source.endswith(name.replace("secondary", "primary"))
    for region, side in ((PRIMARY, "primary"), (SECONDARY, "secondary")):
        snapshots = drill.estate.client("rds", region).describe_db_snapshots()["DBSnapshots"]
        names = {one["DBSnapshotIdentifier"] for one in snapshots}
        assert {f"securecart-{store}-{side}-g1-before-failback" for store in ("orders", "payments")} <= names


def test_reconciled_again_both_stacks_are_as_they_were_shipped_but_for_the_generation(drill: Drill) -> None:
    drill.done("reconcile", *WHY)
    assert drill.setting("Pulumi.yaml", "databaseRole") == "replica"
    assert drill.setting("Pulumi.yaml", "activeRegion") == "primary"
    assert drill.setting("Pulumi.dr.yaml", "links") == "enabled"
    assert {store["generation"] for store in drill.setting("Pulumi.yaml", "databases").values()} == {2}
    again = drill.securecart("preview", "--expect-no-changes")
    assert again.code == 0, again.text[-4000:]
    assert drill.done("verify", "--json")["verdict"] == "PASS"
