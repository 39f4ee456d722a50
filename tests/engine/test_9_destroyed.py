"""Last: a protected estate refuses to go; one that is made ephemeral on purpose leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Deployed
from tests.engine.estate import ORGANIZATION_PROJECT, REPO, SECURECART, Estate, copy_project, run
from tests.policy.lifted import EPHEMERAL_BREAKS, relaxed

pytestmark = pytest.mark.engine


def test_destroy_says_what_it_deletes_and_refuses_protected_stores(estate: Estate) -> None:
    without_flag = estate.securecart("down", "--destroy")
    assert without_flag.code == 2, without_flag.text
    before = estate.inventory()
    refused = estate.securecart("down", "--destroy", "--yes")
    assert refused.code == 5, refused.text
    assert estate.inventory() == before


def test_an_ephemeral_estate_is_reported_by_the_pack_and_destroyed_to_the_last_resource(
    deployed: Deployed, estate: Estate, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project", ephemeral="true")
    pack = str(REPO / "policy")
    relaxed_file = tmp_path / "relaxed.json"
    relaxed_file.write_text(json.dumps(relaxed(EPHEMERAL_BREAKS)))

    blocked = estate.pulumi("preview", "--stack", f"{ORGANIZATION_PROJECT}/prod", "--policy-pack", pack, cwd=project)
    assert blocked.code != 0
    assert all(rule in blocked.text for rule in EPHEMERAL_BREAKS)

    for stack in ("prod", "dr"):
        lifted = estate.pulumi(
            "up", "--yes", "--stack", f"{ORGANIZATION_PROJECT}/{stack}",
            "--policy-pack", pack, "--policy-pack-config", str(relaxed_file), cwd=project,
        )  # fmt: skip
        assert lifted.code == 0, lifted.text[-6000:]
    for stack in ("dr", "prod"):
        destroyed = estate.pulumi("destroy", "--yes", "--stack", f"{ORGANIZATION_PROJECT}/{stack}", cwd=project)
        assert destroyed.code == 0, destroyed.text[-6000:]
        assert estate.state(stack) == []
    # The account's own, made with its first report and kept on purpose (components/protection/reports_role.py).
    kept = {"global": {"iam": {"role": ["AWSServiceRoleForBackupReports"]}}}
    assert deployed.inventory_before == {}
    assert estate.inventory() == kept


def test_the_generated_roles_know_every_call_of_a_destruction(estate: Estate) -> None:
    # Since the last start; what the tests themselves asked of it lists and reads.
    unknown = set(estate.unrecorded_calls("deploy")) & set(estate.unrecorded_calls("retire"))
    assert [call for call in sorted(unknown) if not call.split(":")[1].startswith(("List", "Get"))] == []


def test_down_leaves_no_process(estate: Estate) -> None:
    down = run([str(SECURECART), "down"], estate.environment, REPO)
    assert down.code == 0, down.text
    status = run(["pgrep", "-f", str(estate.root)], estate.environment, REPO)
    assert status.stdout == ""
