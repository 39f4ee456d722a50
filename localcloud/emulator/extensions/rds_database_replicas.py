"""Read replicas that stream, and the promotion that makes one a database of its own."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from localcloud.databases import replicas
from localcloud.emulator.databases import DATABASES, key_in, key_of
from localcloud.emulator.extensions.calls import surround
from localcloud.emulator.extensions.rds_databases import Inner
from localcloud.emulator.extensions.rds_instances import check_retention, detach


def create_db_instance_read_replica(inner: Inner, backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """CreateDBInstanceReadReplica; returns when it streams."""
    fleet = DATABASES.fleet
    source = DATABASES.server_of(backend.find_db_from_id(db_kwargs["source_db_instance_identifier"]))
    replica: DBInstance = inner(backend, db_kwargs)
    if fleet is None or source is None:
        return replica
    try:
        with DATABASES.call("CreateDBInstanceReadReplica", key_of(replica)):
            replicas.replicate(fleet, key_of(replica), source)
    except RDSClientError:
        detach(replica)
        backend.databases.pop(replica.db_instance_identifier, None)
        raise
    return replica


def promote_read_replica(inner: Inner, backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
    """PromoteReadReplica; returns when it takes writes."""
    fleet, key = DATABASES.fleet, key_in(backend, db_kwargs["db_instance_identifier"])
    server = fleet.servers.get(key) if fleet is not None else None
    if fleet is not None and server is not None and server.source is not None:
        check_retention(db_kwargs)
        with DATABASES.call("PromoteReadReplica", key):
            replicas.promote(fleet, server, backups=True)
    database: DBInstance = inner(backend, db_kwargs)
    return database


def status_infos(self: DBInstance) -> list[dict[str, Any]]:
    """StatusInfos: a replica says whether it hears of its source."""
    if not self.is_replica:
        return []
    server = DATABASES.server_of(self)
    connected = server is None or replicas.is_streaming(server)
    status = "replicating" if connected else "error"
    return [{"StatusType": "read replication", "Normal": connected, "Status": status}]


def apply() -> None:
    """Put this around what moto and the other modules of RDS do."""
    surround(RDSBackend, create_db_instance_read_replica, promote_read_replica)
    DBInstance.status_infos = property(status_infos)
