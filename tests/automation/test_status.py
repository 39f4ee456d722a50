"""Status says what AWS answers, and UNKNOWN where it does not answer: never zero, never "off"."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from automation import commands
from automation.recovery.aws import Aws
from automation.recovery.checks import Verdict
from automation.recovery.estate import load_estate
from automation.recovery.world import World
from automation.render import Display, status_table
from automation.stacks import Workspace
from automation.standing import EVERY_VERSION, Standing, Standings
from automation.status import UNKNOWN, Store, StoreStatus, read, stores
from automation.targets import Target
from tests.support.program import REPO


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


NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
ESTATE = load_estate(REPO)


class Backups(Answers):
    """AWS Backup's answers for every store: points of these ages, and whether the vault is locked."""

    def __init__(self, *ages_seconds: float, locked: bool | None = True) -> None:
        points = [{"CreationDate": NOW - timedelta(seconds=age), "Status": "COMPLETED"} for age in ages_seconds]
        answers: dict[str, Any] = {"list_recovery_points_by_resource": {"RecoveryPoints": points}}
        super().__init__(answers if locked is None else {**answers, "describe_backup_vault": {"Locked": locked}})


def no_aws(service: str, region: str, _: object) -> Any:
    raise OSError(f"{service} in {region} does not answer")


def standing(kind: str, facts: dict[str, Any], backups: Answers, *, lag: float | None = None) -> Standing:
    """Of the first store of a kind in the Region that serves."""
    side = ESTATE.active
    ids = {"database": side.databases, "table": ESTATE.tables, "bucket": side.buckets, "volume": {"v": "vol-1"}}
    name, identifier = next(iter(ids[kind].items()))
    standings = Standings(World(estate=ESTATE, aws=Aws(no_aws), now=lambda: NOW), lambda _service, _region: backups)
    standings._lags = {(kind, name): lag}
    return standings.of(StoreStatus(Store("prod", kind, name, identifier, side.region), facts))


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat()


def test_the_newest_recovery_point_counts_whoever_made_it() -> None:
    found = standing("database", {"lastRestorableTime": ago(120), "replicas": []}, Backups(30, 500))
    assert (found.age_seconds, found.lag_seconds, found.verdict) == (30.0, None, Verdict.PASS)


def test_a_recovery_point_older_than_the_rpo_fails() -> None:
    found = standing("database", {"lastRestorableTime": ago(ESTATE.rpo_seconds + 1), "replicas": []}, Backups())
    assert found.rpo_seconds == ESTATE.rpo_seconds
    assert found.verdict is Verdict.FAIL


def test_a_lag_that_nobody_measured_is_unknown_and_so_is_the_verdict() -> None:
    found = standing("database", {"lastRestorableTime": ago(5), "replicas": ["there"]}, Backups(), lag=None)
    assert (found.lag_seconds, found.verdict) == (UNKNOWN, Verdict.UNKNOWN)
    assert found.document()["lagSeconds"] == UNKNOWN


def test_a_copy_that_is_too_far_behind_fails_however_new_the_backup() -> None:
    found = standing("table", {"lastRestorableTime": ago(5), "replicaRegions": ["there"]}, Backups(), lag=1e6)
    assert found.verdict is Verdict.FAIL


def test_a_versioned_bucket_keeps_every_version() -> None:
    facts = {"versioning": "Enabled", "replicatesTo": ["there"]}
    found = standing("bucket", facts, Backups(), lag=1.0)
    assert (found.last_recovery_point, found.age_seconds, found.verdict) == (EVERY_VERSION, 0.0, Verdict.PASS)


@pytest.mark.parametrize(("locked", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL), (None, Verdict.UNKNOWN)])
def test_without_its_lock_a_vault_is_no_protection(locked: bool | None, verdict: Verdict) -> None:
    assert standing("volume", {"lastSnapshot": ago(5)}, Backups(locked=locked)).verdict is verdict


def test_where_nothing_answers_everything_is_unknown_and_nothing_is_zero() -> None:
    store = Store("prod", "database", "orders", ESTATE.active.databases["orders"], ESTATE.active.region)
    standings = Standings(World(estate=ESTATE, aws=Aws(no_aws), now=lambda: NOW), lambda _s, _r: Answers({}))
    said = standings.of(read(store, lambda _s, _r: Answers({}))).document()
    assert {
        said[name] for name in ("lastRecoveryPoint", "recoveryPointAgeSeconds", "lagSeconds", "locked", "verdict")
    } == {UNKNOWN}


def test_a_copy_is_shown_and_not_judged() -> None:
    standings = Standings(World(estate=ESTATE, aws=Aws(no_aws), now=lambda: NOW), lambda _s, _r: Backups(10))
    copy = Store("dr", "database", "orders", ESTATE.passive.databases["orders"], ESTATE.passive.region)
    found = standings.of(StoreStatus(copy, {"replicas": []}))
    assert (found.age_seconds, found.verdict) == (10.0, None)


def test_the_table_shows_age_against_rpo_lag_lock_and_verdict() -> None:
    one = StoreStatus(Store("prod", "table", "order-history", "t", "us-east-1"), {})
    rows = [
        (one, Standing(last_recovery_point=NOW, age_seconds=7.0, rpo_seconds=60.0, locked=False, verdict=Verdict.FAIL))
    ]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(status_table(rows))
    shown = console.export_text()
    for told in ("7 s ago", "RPO 60 s", "no copy", "NOT locked", "FAIL"):
        assert told in shown


def test_a_watched_status_reads_again_until_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each reading is a reading of the cloud; Ctrl-C ends it well, the last table stays."""
    names = iter(("one", "two", "three"))
    slept: list[float] = []

    def reading(*_: Any) -> list[tuple[StoreStatus, Standing]]:
        found = read(Store("prod", "database", next(names), "db", "us-east-1"), lambda *_: Answers({}))
        return [(found, Standing())]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(commands, "_statuses", reading)
    monkeypatch.setattr(commands.time, "sleep", sleep)
    shown = io.StringIO()
    result = commands.Result("status", Target.LOCAL, Display(Console(file=shown)))
    workspace = Workspace(directory=REPO, variables={})
    commands._watch_status(result, workspace, ["prod"], 2.0)
    assert "until Ctrl-C" in shown.getvalue()
    assert slept == [2.0, 2.0, 2.0]
    assert "three" in capsys.readouterr().out
