"""An `up` of either stack between a failover and its reconciliation: RDS is asked, and the update refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from automation import cli, commands
from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.guards import INSTANCE
from automation.recovery import roles
from automation.stacks import Workspace
from localcloud.emulator.server import Emulator
from tests.drills.conftest import KEYS
from tests.drills.small_estate import SmallEstate

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("up-while-dr-serves")]


@pytest.fixture
def workspace(small: SmallEstate, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workspace:
    """dr's state names the databases of the secondary Region."""
    known: list[dict[str, Any]] = [
        {"type": INSTANCE, "outputs": {"identifier": name}} for name in small.estate.secondary.databases.values()
    ]
    monkeypatch.setattr(roles.stacks, "resources", lambda _, stack: known if stack == "dr" else [])
    monkeypatch.setattr(roles, "ASK_SECONDS", 3.0)
    keys = {name.upper(): value for name, value in KEYS.items()}
    return Workspace(directory=tmp_path, variables={"AWS_ENDPOINT_URL": emulator.endpoint, **keys})


def test_nothing_is_deployed_until_the_failover_is_recorded(small: SmallEstate, workspace: Workspace) -> None:
    roles.refuse_wrong_role(workspace, tolerates_silence=True)
    secondary = small.estate.secondary
    for name in secondary.databases.values():
        small.client("rds", secondary.region).promote_read_replica(DBInstanceIdentifier=name)
    with pytest.raises(SecurecartError, match=r"databaseRole says replica, but .* is a database of its own") as refused:
        roles.refuse_wrong_role(workspace, tolerates_silence=True)
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "securecart reconcile" in refused.value.fix


def test_a_silent_secondary_region_serves_nobody_and_lets_the_primary_deploy(
    small: SmallEstate, workspace: Workspace, emulator: Emulator
) -> None:
    emulator.traffic.take_out(small.estate.secondary.region)
    roles.refuse_wrong_role(workspace, tolerates_silence=True)
    with pytest.raises(SecurecartError, match="whether it serves cannot be known from here") as refused:
        roles.refuse_wrong_role(workspace)
    assert refused.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize(
    ("arguments", "tolerates"),
    [(["--stack", "prod"], True), (["--stack", "prod", "--refresh"], False), (["--stack", "dr"], False), ([], False)],
)
def test_silence_is_tolerated_only_where_an_update_cannot_mend_a_fence(
    arguments: list[str], tolerates: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def role(_: object, *, tolerates_silence: bool = False) -> None:
        asked.append(tolerates_silence)
        raise SecurecartError("asked", "enough", ExitCode.REFUSED)

    monkeypatch.setattr(roles, "refuse_wrong_role", role)
    monkeypatch.setattr(commands, "_workspace", lambda *_, **__: None)
    ended = CliRunner().invoke(cli.main, ["up", "--target", "local", *arguments])
    assert ended.exit_code == ExitCode.REFUSED, ended.output
    assert asked == [tolerates]
