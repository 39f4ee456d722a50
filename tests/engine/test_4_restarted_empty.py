"""A local cloud that lost its data is recognised before anything is planned against it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.estate import ORGANIZATION_PROJECT, Estate

pytestmark = pytest.mark.engine


def test_old_state_with_an_empty_cloud_is_refused_with_one_command_to_run(estate: Estate, tmp_path: Path) -> None:
    other = Estate(tmp_path / "root")
    shutil.copytree(estate.root / "state", other.root / "state")
    try:
        for refused in (other.securecart("preview"), other.securecart("up")):
            assert refused.code == 5, refused.text
            assert "securecart local reset" in refused.text
            assert "Traceback" not in refused.text
    finally:
        other.end()


def test_plain_pulumi_says_the_same_when_its_shell_still_points_at_the_old_cloud(estate: Estate) -> None:
    preview = estate.pulumi(
        "preview", "--stack", f"{ORGANIZATION_PROJECT}/prod", SECURECART_CLOUD_ID="a-cloud-that-was-lost"
    )
    assert preview.code != 0
    assert "securecart local reset" in preview.text
