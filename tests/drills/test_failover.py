"""The drill with the real engine: both stacks deployed, the primary Region lost, failed over, reconciled, failed back."""

from __future__ import annotations

import pytest

from automation.local_disasters import targets
from localcloud.traffic.journal import ACKNOWLEDGED, read_journal
from localcloud.traffic.orders import Orders
from localcloud.traffic.targets import clients_of
from tests.drills.customers import until_acknowledged
from tests.drills.deployed import WHY, Drill
from tests.engine.estate import PRIMARY, SECONDARY

pytestmark = [pytest.mark.engine, pytest.mark.drill, pytest.mark.xdist_group("drill")]


def test_the_estate_is_ready_and_without_approval_nothing_happens(drill: Drill) -> None:
    ready = drill.done("preflight", "--json")
    assert ready["verdict"] == "PASS"
    told = drill.securecart("failover", "--mode", "ungraceful", "--reason", "only asking")
    assert told.code == 2
    assert "nothing was changed: this needs --approve" in told.text
    assert "it can never be a replica again" in told.text
    assert all(one.get("ReadReplicaSourceDBInstanceIdentifier") for one in drill.instances(SECONDARY).values())


def test_the_secondary_region_takes_over_while_the_primary_is_silent(drill: Drill) -> None:
    with drill.traffic() as traffic:
        until_acknowledged(traffic, PRIMARY)
        drill.estate.securecart("local", "outage", PRIMARY)
        document = drill.done("failover", "--mode", "ungraceful", *WHY)
        until_acknowledged(traffic, SECONDARY)
    evidence = document["evidence"]
    counted = drill.counted(evidence["execution"], traffic.journal.path)
    assert counted["database", "orders"]["rtoSeconds"] > 0
    drill.counts["lost orders"] = counted["database", "orders"]["lost"]
    drill.counts["journal"] = traffic.journal.path
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


def test_the_old_region_comes_back_with_the_lost_orders_and_is_fenced(drill: Drill) -> None:
    drill.estate.securecart("local", "heal", PRIMARY)
    run, entries = read_journal(drill.counts["journal"])
    orders = Orders(clients_of(drill.estate.exports), targets(), run.run)
    before = [e.sequence for e in entries if e.store == "orders" and e.region == PRIMARY]
    old, new = (orders.find(region, before).intact for region in (PRIMARY, SECONDARY))
    # What was under way when the Region went is in the old database, and nobody was told so: it is not a lost order.
    acknowledged = {e.sequence for e in entries if e.store == "orders" and e.outcome == ACKNOWLEDGED}
    assert len((old - new) & acknowledged) == drill.counts["lost orders"]
    refused = drill.securecart("failback", "--reason", "only asking")
    assert refused.code == 2
    drill.done("fence", *WHY)
    groups = drill.estate.client("autoscaling", PRIMARY).describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [group["Instances"] for group in groups] == [[]]


def test_an_up_of_prod_does_not_open_the_fence(drill: Drill) -> None:
    """To the engine the fence is drift, which a refresh finds and an update would mend."""
    before = drill.estate.state("prod")
    refused = drill.securecart("up", "--stack", "prod", "--refresh")
    assert refused.code == 5, refused.text[-3000:]
    assert "let writers into the Region that was left while the other one serves" in refused.text
    assert "securecart failback" in refused.text
    assert drill.estate.state("prod") == before
    groups = drill.estate.client("autoscaling", PRIMARY).describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [group["Instances"] for group in groups] == [[]]


def test_failed_back_both_regions_hold_databases_of_the_next_generation(drill: Drill) -> None:
    names = {PRIMARY: "securecart-orders-primary-g2", SECONDARY: "securecart-orders-secondary-g1"}
    with drill.traffic(names) as traffic:
        until_acknowledged(traffic, SECONDARY)
        document = drill.done("failback", *WHY)
        until_acknowledged(traffic, PRIMARY)
    drill.counts["failback"] = (document["evidence"]["execution"], traffic.journal.path)
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
    # The configuration names the new generation by now, so the recorder finds what customers were told.
    for store, one in drill.counted(*drill.counts["failback"]).items():
        assert one["lost"] == 0, f"{store} lost what was acknowledged"
