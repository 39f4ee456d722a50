"""What is in the folder of the databases, noted when the local cloud stops and taken over when it starts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.databases.archive import Archive, Base
from localcloud.databases.copies import Moment, Snapshot
from localcloud.databases.errors import DatabaseError
from localcloud.databases.server import Key, Server
from localcloud.databases.shipping import ReplicatedArchive

if TYPE_CHECKING:
    from localcloud.databases.fleet import Fleet

FORMAT = 2
_Json = dict[str, Any]


def describe(fleet: Fleet) -> _Json:
    """All that `take_over` needs, as plain data. The passwords of the administrators are in the databases only."""
    owners = list(fleet.servers.values())
    archives: dict[Archive, int] = {}
    content = {
        "format": FORMAT,
        "major": fleet.programs.major,
        "count": fleet.count,
        "servers": [
            {
                "key": list(server.key),
                "home": _relative(fleet, server.home),
                "port": server.port,
                "archive": _number(archives, server.archive),
                "source": owners.index(server.source) if server.source in owners else None,
                "wanted": server.wanted,
                "parameters": server.parameters,
            }
            for server in owners
        ],
        "snapshots": [{"key": list(key), **_snapshot(fleet, archives, it)} for key, it in fleet.snapshots.items()],
        "retained": [{"key": list(key), "archive": _number(archives, it)} for key, it in fleet.retained.items()],
        "replicated": [
            {
                "key": list(key),
                "source": _number(archives, it.source),
                "sourceRegion": it.source_region,
                "copy": _number(archives, it.copy),
            }
            for key, it in fleet.shipping.replicated.items()
        ],
    }
    content["archives"] = [_archive(fleet, archive) for archive in archives]
    return content


def take_over(fleet: Fleet, record: _Json) -> None:
    """Make an empty fleet what `describe` wrote of another, and start its servers.

    Raises DatabaseError when the data are another PostgreSQL's, are gone, or do not start; the fleet is empty then.
    """
    if (record["format"], record["major"]) != (FORMAT, fleet.programs.major):
        fleet.reset()
        raise DatabaseError(
            f"the databases were written by PostgreSQL {record['major']} in format {record['format']}; this machine now "
            f"has PostgreSQL {fleet.programs.major} and format {FORMAT}"
        )
    try:
        _take_over(fleet, record)
    except (DatabaseError, OSError) as error:
        fleet.reset()
        # Of a folder in memory after a restart of the machine, say.
        raise DatabaseError(f"the databases cannot be taken over: {error}") from error


def _take_over(fleet: Fleet, content: _Json) -> None:
    fleet.count = content["count"]
    archives = [_read_archive(fleet, item) for item in content["archives"]]
    password = fleet.templates.get().password
    servers = [
        Server(
            Key(*item["key"]),
            fleet.root / item["home"],
            item["port"],
            password,
            archives[item["archive"]],
            wanted=item["wanted"],
            parameters=item["parameters"],
        )
        for item in content["servers"]
    ]
    for server, item in zip(servers, content["servers"], strict=True):
        server.source = None if item["source"] is None else servers[item["source"]]
    for item in content["snapshots"]:
        fleet.snapshots[Key(*item["key"])] = (
            Snapshot(fleet.root / item["folder"])
            if "folder" in item
            else Moment(archives[item["archive"]], datetime.fromisoformat(item["moment"]))
        )
    for item in content["retained"]:
        fleet.retained[Key(*item["key"])] = archives[item["archive"]]
    for item in content["replicated"]:
        fleet.shipping.replicated[Key(*item["key"])] = ReplicatedArchive(
            archives[item["source"]], item["sourceRegion"], archives[item["copy"]]
        )
    fleet.adopt(servers)


def _relative(fleet: Fleet, path: Path) -> str:
    return str(path.relative_to(fleet.root))


def _number(archives: dict[Archive, int], archive: Archive) -> int:
    return archives.setdefault(archive, len(archives))


def _archive(fleet: Fleet, archive: Archive) -> _Json:
    return {
        "folder": _relative(fleet, archive.folder),
        "bases": [{"taken": base.taken.isoformat(), "folder": _relative(fleet, base.folder)} for base in archive.bases],
    }


def _read_archive(fleet: Fleet, item: _Json) -> Archive:
    bases = [Base(datetime.fromisoformat(base["taken"]), fleet.root / base["folder"]) for base in item["bases"]]
    return Archive(fleet.root / item["folder"], bases)


def _snapshot(fleet: Fleet, archives: dict[Archive, int], snapshot: Snapshot | Moment) -> _Json:
    if isinstance(snapshot, Snapshot):
        return {"folder": _relative(fleet, snapshot.folder)}
    return {"archive": _number(archives, snapshot.archive), "moment": snapshot.moment.isoformat()}
