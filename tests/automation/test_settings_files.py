"""Single values of a YAML file change; comments, order and style stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from automation.errors import SecurecartError
from automation.settings_files import set_values

TEXT = """\
name: securecart  # the project
config:
  # After a failover: secondary.
  securecart:activeRegion:
    value: primary
  securecart:links: enabled
  securecart:databases:
    value:
      orders:
        backupRetentionDays: 14  # two weeks
      payments: {backupRetentionDays: 35}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.yaml"
    path.write_text(TEXT)
    return path


def test_values_change_in_place_and_everything_else_stays(file: Path) -> None:
    said = set_values(
        file, {("config", "securecart:activeRegion", "value"): "secondary", ("config", "securecart:links"): "frozen"}
    )
    assert said == [
        "Pulumi.yaml: config.securecart:activeRegion.value: primary -> secondary",
        "Pulumi.yaml: config.securecart:links: enabled -> frozen",
    ]
    wanted = TEXT.replace("value: primary", "value: secondary").replace("links: enabled", "links: frozen")
    assert file.read_text() == wanted


def test_a_missing_value_is_added_in_the_style_of_its_section(file: Path) -> None:
    path = ("config", "securecart:databases", "value")
    set_values(file, {(*path, "orders", "generation"): "2", (*path, "payments", "generation"): "2"})
    stores = yaml.safe_load(file.read_text())["config"]["securecart:databases"]["value"]
    assert stores == {
        "orders": {"generation": 2, "backupRetentionDays": 14},
        "payments": {"generation": 2, "backupRetentionDays": 35},
    }
    assert "# two weeks" in file.read_text()


def test_what_is_so_already_is_not_written(file: Path) -> None:
    before = file.stat().st_mtime_ns
    assert set_values(file, {("config", "securecart:links"): "enabled"}) == []
    assert file.stat().st_mtime_ns == before


def test_a_missing_section_is_an_error_that_says_what_to_write(file: Path) -> None:
    with pytest.raises(SecurecartError, match=r"no config\.securecart:tables") as failure:
        set_values(file, {("config", "securecart:tables", "value"): "x"})
    assert "write config.securecart:tables.value: x into Pulumi.yaml" in failure.value.fix
    with pytest.raises(SecurecartError, match="is no single value"):
        set_values(file, {("config",): "x"})
    assert file.read_text() == TEXT
