"""The databases of a real local cloud: kept over a stop, never left behind, gone after a reset."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from localcloud import supervise
from localcloud.databases.places import all_roots
from localcloud.emulator.control_plane import delays
from localcloud.paths import LocalPaths, local_paths
from localcloud.supervise import LocalCloud
from tests.localcloud.database_world import EAST, WEST, Orders, create, replicate, until
from tests.localcloud.provider_world import Client


def silent(_: str) -> None:
    """A report that nobody reads."""


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPaths]:
    """The paths of a root of its own, its databases in memory; what a test leaves there is ended and dropped."""
    monkeypatch.setenv("SECURECART_LOCAL_DATABASES", "memory")
    root = local_paths(tmp_path / "a root with spaces")
    yield root
    supervise.stop(root)
    supervise.reset(root)


def client_of(cloud: LocalCloud) -> Client:
    @cache
    def client(service: str, region: str = EAST) -> Any:
        return boto3.client(
            service, region, endpoint_url=cloud.endpoint, aws_access_key_id="a", aws_secret_access_key="a"
        )

    return client


def servers_of(paths: LocalPaths) -> list[psutil.Process]:
    """The PostgreSQL servers that work on data of the local cloud."""
    roots = [root.resolve() for root in all_roots(paths.databases)]
    found = []
    for process in psutil.process_iter():
        try:
            place = Path(process.cwd())
        except psutil.Error:
            continue
        if any(place.is_relative_to(root) for root in roots):
            found.append(process)
    return found


def test_databases_replicas_and_backups_survive_a_stop_and_a_start(
    paths: LocalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_DATABASES", "on")
    client = client_of(supervise.start(paths, silent))
    orders = create(client)
    replica = replicate(client, orders)
    (first,) = orders.write(1)
    time.sleep(0.05)
    (second,) = orders.write(2)
    stopped = create(client)
    stopped.rds.stop_db_instance(DBInstanceIdentifier=stopped.name)
    orders.rds.create_db_snapshot(DBInstanceIdentifier=orders.name, DBSnapshotIdentifier="kept")
    west = client("rds", WEST)
    backup = west.start_db_instance_automated_backups_replication(SourceDBInstanceArn=orders.arn)
    backup_arn = backup["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"]
    endpoints = [orders.described()["Endpoint"], replica.described()["Endpoint"]]
    supervise.stop(paths)
    assert servers_of(paths) == []

    client = client_of(supervise.start(paths, silent))
    orders, replica = Orders(client, orders.name), Orders(client, replica.name, WEST)
    assert [orders.described()["Endpoint"], replica.described()["Endpoint"]] == endpoints
    assert orders.numbers() == [1, 2]
    orders.write(3)
    until(lambda: replica.numbers() == [1, 2, 3], "the replica streams on")
    assert Orders(client, stopped.name).described()["DBInstanceStatus"] == "stopped"
    client("rds").restore_db_instance_from_db_snapshot(DBInstanceIdentifier="anew", DBSnapshotIdentifier="kept")
    assert Orders(client, "anew").numbers() == [1, 2]
    client("rds", WEST).restore_db_instance_to_point_in_time(
        SourceDBInstanceAutomatedBackupsArn=backup_arn,
        TargetDBInstanceIdentifier="then",
        RestoreTime=first + (second - first) / 2,
    )
    assert Orders(client, "then", WEST).numbers() == [1]


def test_a_killed_cloud_leaves_no_server_behind_and_its_data_do_not_come_back(paths: LocalPaths) -> None:
    cloud = supervise.start(paths, silent)
    client = client_of(cloud)
    orders = create(client)
    orders.write(1)
    assert servers_of(paths)
    os.kill(cloud.pid, signal.SIGKILL)
    until(lambda: servers_of(paths) == [], "every server ends with the process that started it")

    supervise.start(paths, silent)
    assert not [home for root in all_roots(paths.databases) for home in root.glob("servers/*")]


def test_reset_drops_the_databases_of_a_running_and_of_a_stopped_cloud(paths: LocalPaths) -> None:
    client = client_of(supervise.start(paths, silent))
    create(client).write(1)
    supervise.reset(paths)
    assert servers_of(paths) == []
    create(client).write(1)
    supervise.stop(paths)
    assert [root for root in all_roots(paths.databases) if root.exists()]
    supervise.reset(paths)
    assert not [root for root in all_roots(paths.databases) if root.exists()]


def test_switched_off_instances_are_described_and_health_says_why(
    paths: LocalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_DATABASES", "off")
    monkeypatch.setenv("SECURECART_LOCAL_CONTROL_PLANE", "rds.RebootDBInstance=1.5")
    cloud = supervise.start(paths, silent)
    health = supervise._call(cloud.endpoint, "GET", "health")
    assert health["databases"] == 0
    assert health["databasesOff"] == "switched off by SECURECART_LOCAL_DATABASES=off"
    client = client_of(cloud)
    orders = create(client)
    assert orders.described()["Endpoint"] == {
        "Address": f"{orders.name}.aaaaaaaaaa.us-east-1.rds.amazonaws.com",
        "Port": 5432,
    }
    assert servers_of(paths) == []
    began = time.monotonic()
    orders.rds.reboot_db_instance(DBInstanceIdentifier=orders.name)
    assert time.monotonic() - began >= 1.5, "the stated delay of the control plane"


@pytest.mark.parametrize("text", ["rds.PromoteReadReplica", "rds.PromoteReadReplica=soon", "=3"])
def test_a_delay_that_cannot_be_read_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_CONTROL_PLANE", text)
    delays.cache_clear()
    try:
        with pytest.raises(ValueError, match="is not SERVICE"):
            delays()
    finally:
        delays.cache_clear()
