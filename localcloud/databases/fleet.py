"""All databases of a local cloud: which there are, what runs, and what becomes of them when a Region is lost."""

from __future__ import annotations

import random
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock, Thread

from psycopg import sql

from localcloud.databases import copies, replicas
from localcloud.databases import server as process
from localcloud.databases.archive import Archive, Base
from localcloud.databases.errors import DatabaseError
from localcloud.databases.programs import Programs
from localcloud.databases.reaper import Reaper
from localcloud.databases.relay import Relay
from localcloud.databases.server import SUPERUSER, Key, Server
from localcloud.databases.settings import server_settings
from localcloud.databases.shipping import Shipping
from localcloud.databases.template import Templates

# One way between us-east-1 and us-west-2; a round trip takes about 60 to 70 ms.
LATENCY_SECONDS = 0.035
# Below what the system hands out by itself (ip_local_port_range), so that nothing takes a port whose server is down.
_PORTS = range(20000, 30000)
_PORT_TRIES = 200
_WORKERS = 4
# What rds_superuser may do, as far as roles of PostgreSQL say it.
_MASTER_ROLES = ("pg_monitor", "pg_signal_backend", "pg_read_all_data", "pg_write_all_data", "pg_checkpoint")


class Fleet:
    """The servers, snapshots and archives below one folder."""

    def __init__(
        self, root: Path, programs: Programs, *, latency_seconds: float = LATENCY_SECONDS, keep_data: bool = True
    ) -> None:
        """`keep_data` false: a folder for this process alone, which goes with it."""
        self.root = root
        self.programs = programs
        self.latency_seconds = latency_seconds
        self.servers: dict[Key, Server] = {}
        self.snapshots: dict[Key, copies.Snapshot | copies.Moment] = {}
        self.retained: dict[Key, Archive] = {}
        """Automated backups of deleted instances, by the resource id of the instance."""
        self.regions_out: set[str] = set()
        self.templates = Templates(programs, root)
        self.count = 0
        self.lock = RLock()
        self._ports: set[int] = set()
        self._lag_seconds = 0.0
        self._keep_data = keep_data
        process.end_leftovers(root)
        self._reaper = Reaper(root, keep_data=keep_data)
        self.shipping = Shipping(self)

    # -- servers

    def create(self, key: Key, master: str, password: str, database: str | None) -> Server:
        """A new server with its administrator and, if one is named, a database of his. Returns it running."""
        template = self.templates.get()
        server = self.prepare(key)
        self.programs.copy(template.folder, server.data)
        self.configure(server)
        try:
            process.start(self.programs, server)
            self._make_master(server, master, password, database)
        except DatabaseError:
            self.discard(server)
            raise
        # The template, and everything since, which is archived: a base backup that costs nothing.
        server.archive.bases.append(Base(datetime.now(UTC), template.folder))
        return self.register(server)

    def _make_master(self, server: Server, master: str, password: str, database: str | None) -> None:
        role = sql.Identifier(master)
        known = _MASTER_ROLES if self.programs.major >= 15 else _MASTER_ROLES[:-1]
        with process.said_as_database_error(), server.connect() as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(role, sql.Literal(password))
            )
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(", ").join(map(sql.Identifier, known)), role))
            connection.execute(sql.SQL("ALTER DATABASE postgres OWNER TO {}").format(role))
            if database and database != "postgres":
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), role))

    def set_password(self, key: Key, role: str, password: str) -> None:
        """Change the password of a role."""
        with process.said_as_database_error(), self.servers[key].connect() as connection:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))

    def start(self, server: Server) -> None:
        """StartDBInstance."""
        server.wanted = True
        process.start(self.programs, server)

    def stop(self, server: Server) -> None:
        """StopDBInstance."""
        server.wanted = False
        process.stop(server)

    def reboot(self, server: Server, *, failover: bool) -> None:
        """RebootDBInstance. With failover the machine dies, and the standby, which has every commit, takes over."""
        (process.kill if failover else process.stop)(server)
        process.start(self.programs, server)

    def rename(self, old: Key, new: Key) -> None:
        """The instance has another identifier; the server stays what and where it is."""
        server = self.servers.pop(old)
        server.key = new
        self.register(server)

    def delete(self, key: Key, retain_as: Key | None = None) -> None:
        """End a server and drop its data; `retain_as` keeps its archive under that key."""
        server = self.servers[key]
        if retain_as is not None or self.shipping.copies_of(server.archive):
            copies.flush(server)
            self.shipping.ship_copies_of(server.archive)
        del self.servers[key]
        if retain_as is not None:
            self.retained[retain_as] = server.archive
        self.discard(server, keep_archive=retain_as is not None)

    # -- Regions

    def require(self, region: str) -> None:
        """Raises DatabaseError when the Region is out: nothing can be copied from there."""
        if region in self.regions_out:
            raise DatabaseError(f"the Region {region} cannot be reached")

    def relays(self, region: str | None = None) -> list[Relay]:
        """The wires that end in the Region; all of them without one."""
        return [
            server.relay
            for server in list(self.servers.values())
            if server.relay is not None
            and (region is None or region in (server.key.region, server.source and server.source.key.region))
        ]

    def lose(self, region: str) -> None:
        """The machines of the Region die, its disks survive, and what is on the wire is lost."""
        self.regions_out.add(region)
        relays = self.relays(region)
        for relay in relays:
            relay.cut()
        for server in self._of(region):
            process.kill(server)
        for relay in relays:
            relay.drop()

    def regain(self, region: str) -> None:
        """The Region is back, its old primaries too: writable, with what was never replicated."""
        self.regions_out.discard(region)
        self._start_all([server for server in self._of(region) if server.wanted and not server.alive])
        for relay in self.relays(region):
            relay.heal()

    def set_lag(self, seconds: float) -> None:
        """How long at least what a source sends is on its way into another Region, now and for replicas to come."""
        self._lag_seconds = seconds
        for relay in self.relays():
            self.slow_down(relay)

    def slow_down(self, relay: Relay) -> None:
        """Give the relay the latency and the lag of the wires between the Regions."""
        relay.latency_seconds, relay.lag_seconds = self.latency_seconds, self._lag_seconds

    def regain_all(self) -> None:
        """As after a start: every Region is there."""
        for region in list(self.regions_out):
            self.regain(region)

    def _of(self, region: str) -> list[Server]:
        return [server for server in list(self.servers.values()) if server.key.region == region]

    def _start_all(self, servers: list[Server]) -> None:
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(lambda server: process.start(self.programs, server), servers))

    # -- the whole

    def adopt(self, servers: list[Server]) -> None:
        """Take over the servers of an earlier process, and start those that are wanted."""
        for server in servers:
            self._ports.add(server.port)
            if not _is_free(server.port):
                server.port = self._free_port()
        for server in servers:
            if server.source is not None:
                replicas.follow(server, server.source)
            self.register(server)
            if server.relay is not None:
                self.slow_down(server.relay)
        for server in servers:
            self.configure(server)
        self._start_all([server for server in servers if server.wanted])

    def stop_all(self) -> None:
        """Shut everything down, data kept: sources first, so that their replicas get the end of it."""
        self.shipping.close()
        servers = list(self.servers.values())
        for replicates in (False, True):
            with ThreadPoolExecutor(_WORKERS) as pool:
                list(pool.map(process.stop, [item for item in servers if (item.source is not None) is replicates]))

    def reset(self) -> None:
        """No servers, no data, also none of an earlier process. The template stays."""
        for server in list(self.servers.values()):
            process.kill(server)
        for relay in self.relays():
            relay.close()
        with self.lock:
            for table in (self.servers, self.snapshots, self.retained, self.shipping.replicated):
                table.clear()
            self.regions_out.clear()
            self._lag_seconds = 0.0
        for name in ("servers", "snapshots", "archives"):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def close(self) -> None:
        """End everything that still runs; a folder for this process alone goes, too."""
        self.shipping.close()
        for server in list(self.servers.values()):
            process.kill(server)
        for relay in self.relays():
            relay.close()
        self._reaper.dismiss()
        if not self._keep_data:
            shutil.rmtree(self.root, ignore_errors=True)

    # -- what the other modules of this package build on

    def prepare(self, key: Key) -> Server:
        """A server without data: its folders, its port, its archive."""
        home = self.programs.make_folder(self.new_folder("servers", key))
        archive = self.new_archive(key)
        return Server(key, home, self._free_port(), self.templates.get().password, archive)

    def new_archive(self, key: Key) -> Archive:
        """An empty archive."""
        archive = Archive(self.new_folder("archives", key))
        self.programs.make_folder(archive.log)
        return archive

    def new_folder(self, kind: str, key: Key) -> Path:
        """The path of a new folder (not made yet); its number tells it from all others, its name tells people."""
        with self.lock:
            self.count += 1
            number = self.count
        plain = "".join(letter if letter.isalnum() else "-" for letter in key.identifier)[:40]
        return self.programs.make_folder(self.root / kind) / f"{number}-{plain}"

    def configure(self, server: Server, **more: str) -> None:
        """Write the server's settings, those of streaming included."""
        settings = {**replicas.upstream_settings(server), **more}
        text = server_settings(server.port, server.archive.log, self.programs.major, settings)
        self.programs.write(server.data / "postgresql.auto.conf", text)

    def register(self, server: Server) -> Server:
        """From now on the server is one of the cloud's."""
        with self.lock:
            self.servers[server.key] = server
        return server

    def discard(self, server: Server, *, keep_archive: bool = False) -> None:
        """End a server that is not registered (any more) and drop its files."""
        process.kill(server)
        replicas.release(server)
        with server.copying:  # a base backup under way fails with its server, then its folder may go
            shutil.rmtree(server.home, ignore_errors=True)
            if not keep_archive:
                shutil.rmtree(server.archive.folder, ignore_errors=True)

    def owner_of(self, archive: Archive) -> Server | None:
        """The server that archives there, if it still exists."""
        return next((server for server in list(self.servers.values()) if server.archive is archive), None)

    def base_backup_of(self, source: Server, folder: Path, *, slot: str | None = None, port: int | None = None) -> None:
        """Copy the data of a running server into `folder`."""
        self.programs.run(
            "pg_basebackup",
            *("-D", folder, "--wal-method=stream", "--checkpoint=fast", "--no-sync", "--no-password"),
            *(["--slot", slot] if slot else []),
            *("-h", "127.0.0.1", "-p", port or source.port, "-U", SUPERUSER),
            env={"PGPASSWORD": source.password, "PGSSLMODE": "disable"},
        )

    def base_backup_behind(self, server: Server) -> None:
        """Take the first base backup of a database that is not made from the template, while others go on."""
        server.copying.acquire()

        def work() -> None:
            try:
                folder = server.archive.folder / f"base-{len(server.archive.bases)}"
                with suppress(DatabaseError):  # it may be deleted, or lost with its Region, meanwhile
                    self.base_backup_of(server, folder)
                    server.archive.bases.append(Base(datetime.now(UTC), folder))
            finally:
                server.copying.release()

        Thread(target=work, name=f"base-backup-{server.home.name}", daemon=True).start()

    def wait_for_base_backup(self, server: Server) -> None:
        """Return when no base backup of the server is under way."""
        with server.copying:
            return

    def _free_port(self) -> int:
        with self.lock:
            for port in random.sample(_PORTS, _PORT_TRIES):
                if port not in self._ports and _is_free(port):
                    self._ports.add(port)
                    return port
        raise DatabaseError(f"no free port between {_PORTS.start} and {_PORTS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as candidate, suppress(OSError):
        candidate.bind(("127.0.0.1", port))
        return True
    return False
