"""Which engine is taken, in which order, without the real one: fake executables on a PATH of the test's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localcloud.engine import Engine, EngineError, build, ensure_engine, find, install
from localcloud.engine.release import MINIMUM_VERSION, engine_cache, engine_version, go_version, parse_version
from localcloud.home import prepare_home
from localcloud.paths import LocalPaths

ADEQUATE = ".".join(map(str, MINIMUM_VERSION))


def fake(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def fake_pulumi(directory: Path, version: str) -> Path:
    return fake(directory / "pulumi", f"echo v{version}")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No engine on PATH, none in the cache; the directory that is on PATH."""
    on_path = tmp_path / "on-path"
    on_path.mkdir()
    monkeypatch.setenv("PATH", f"{on_path}:/usr/bin:/bin")
    monkeypatch.setenv("SECURECART_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SECURECART_LOCAL_ROOT", str(tmp_path / "root"))
    monkeypatch.delenv("SECURECART_ENGINE", raising=False)
    return on_path


def test_an_adequate_pulumi_on_path_is_taken_with_the_language_host_beside_it(
    empty_machine: Path, lines: list[str]
) -> None:
    pulumi = fake_pulumi(empty_machine, ADEQUATE)
    host = fake(empty_machine / "pulumi-language-python", "exit 0")
    assert ensure_engine(lines.append) == Engine(pulumi, host, ADEQUATE, "path")


def test_the_language_host_is_found_where_a_linked_pulumi_leads(empty_machine: Path, tmp_path: Path) -> None:
    real = fake_pulumi(tmp_path / "cellar", ADEQUATE)
    host = fake(tmp_path / "cellar" / "pulumi-language-python", "exit 0")
    (empty_machine / "pulumi").symlink_to(real)
    engine = find.find_engine(lambda _: None)
    assert engine is not None
    assert engine.language_host == host


def test_a_pulumi_without_a_language_host_is_taken_with_ours(empty_machine: Path) -> None:
    fake_pulumi(empty_machine, ADEQUATE)
    engine = find.find_engine(lambda _: None)
    assert engine is not None
    assert engine.language_host is None


def test_a_pulumi_that_is_too_old_is_passed_over_and_said(empty_machine: Path, lines: list[str]) -> None:
    fake_pulumi(empty_machine, "3.100.0")
    assert find.find_engine(lines.append) is None
    assert "3.100.0" in lines[0]
    assert ADEQUATE in lines[0]


def test_a_pulumi_that_does_not_run_is_passed_over_and_said(empty_machine: Path, lines: list[str]) -> None:
    fake(empty_machine / "pulumi", "exit 3")
    assert find.find_engine(lines.append) is None
    assert "does not run" in lines[0]


@pytest.mark.parametrize("root", ["root", "another-root"])
def test_our_own_launcher_on_path_is_never_taken_for_an_engine(
    root: str, empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi = fake_pulumi(empty_machine, ADEQUATE)
    paths = LocalPaths(tmp_path / root)
    prepare_home(paths, Engine(pulumi, None, ADEQUATE, "built"))
    monkeypatch.setenv("PATH", str(paths.bin))
    assert find.find_engine(lambda _: None) is None
    monkeypatch.setenv("PATH", os.pathsep.join([str(paths.bin), str(empty_machine)]))
    engine = find.find_engine(lambda _: None)
    assert engine is not None
    assert engine.pulumi == pulumi


def test_a_built_engine_in_the_cache_is_taken_before_anything_is_downloaded(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise AssertionError("the network was asked although the cache has an engine")

    monkeypatch.setattr(install, "install_engine", refuse)
    fake_pulumi(engine_cache() / "bin", engine_version())
    assert ensure_engine(lines.append).source == "built"


def test_a_cached_engine_that_does_not_run_is_not_taken() -> None:
    fake(engine_cache() / "bin" / "pulumi", "exit 1")
    assert build.cached_engine(lambda _: None) is None


def test_a_forced_route_excludes_the_others(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_pulumi(empty_machine, ADEQUATE)
    built = fake_pulumi(engine_cache() / "bin", engine_version())
    monkeypatch.setenv("SECURECART_ENGINE", "built")
    assert ensure_engine(lambda _: None).pulumi == built


def test_a_forced_route_that_gives_nothing_is_an_error_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURECART_ENGINE", "path")
    with pytest.raises(EngineError, match=r"SECURECART_ENGINE=path gave no engine\. Unset it"):
        ensure_engine(lambda _: None)


def test_an_unknown_route_is_an_error_that_names_the_allowed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURECART_ENGINE", "brew")
    with pytest.raises(EngineError, match=r"'brew' is no route\. Allowed: path, official, built"):
        ensure_engine(lambda _: None)


def test_an_unreachable_download_is_no_engine_and_leaves_nothing(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_INSTALL", "import sys; open(sys.argv[1] + '-half', 'w'); sys.exit(1)")
    assert install.install_engine(lines.append) is None
    assert "not reachable" in lines[-1]
    assert [entry.name for entry in engine_cache().parent.iterdir() if not entry.name.endswith(".lock")] == []


def test_an_installer_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_INSTALL", "import time; time.sleep(600)")
    monkeypatch.setattr(install, "_TOTAL_TIMEOUT_SECONDS", 1)
    assert install.install_engine(lambda _: None) is None


def test_the_versions_come_from_go_mod() -> None:
    assert parse_version(engine_version()) >= MINIMUM_VERSION
    assert go_version() >= (1, 25)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("v3.259.0", (3, 259, 0)), ("3.259.0-dev.1+dirty", (3, 259, 0)), ("go1.26rc1", (1, 26)), ("nonsense", ())],
)
def test_a_version_is_read_from_its_leading_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_version(text) == numbers
