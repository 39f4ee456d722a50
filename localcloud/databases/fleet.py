"""All databases of a local cloud: which there are, what runs, and what becomes of them when a Region is lost."""

from __future__ import annotations

import random
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from localcloud.databases import copies, replicas
from localcloud.databases import server as process
from localcloud.databases.administrator import make_administrator
from localcloud.databases.archive import Archive, Base
from localcloud.databases.errors import DatabaseError
from localcloud.databases.programs import Programs
from localcloud.databases.reaper import Reaper
from localcloud.databases.regions import Regions
from localcloud.databases.server import Key, Server
from localcloud.databases.settings import server_settings
from localcloud.databases.shipping import Shipping
from localcloud.databases.template import Templates

# Below what the system hands out by itself (ip_local_port_range), so that nothing takes a port whose server is down.
_PORTS = range(20000, 30000)
_PORT_TRIES = 200
_WORKERS = 4


class Fleet:
    """The servers, snapshots and archives below one folder."""

    def __init__(self, root: Path, programs: Programs, *, keep_data: bool = True) -> None:
        """`keep_data` false: a folder for this process alone, which goes with it."""
        self.root = root
        self.programs = programs
        self.servers: dict[Key, Server] = {}
        self.snapshots: dict[Key, copies.Snapshot | copies.Moment] = {}
        self.retained: dict[Key, Archive] = {}
        """Automated backups of deleted instances, by the resource id of the instance."""
        self.regions = Regions(self)
        self.templates = Templates(programs, root)
        self.count = 0
        self.lock = RLock()
        self._ports: set[int] = set()
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
            make_administrator(server, master, password, database)
        except DatabaseError:
            self.discard(server)
            raise
        # The template, and everything since, which is archived: a base backup that costs nothing.
        server.archive.bases.append(Base(datetime.now(UTC), template.folder))
        return self.register(server)

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

    def start_all(self, servers: list[Server]) -> None:
        """Start several at once."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(lambda server: process.start(self.programs, server), servers))

    def set_parameters(self, server: Server, parameters: dict[str, str]) -> None:
        """Let the server have these settings from now on, beside its own."""
        if server.parameters != parameters:
            server.parameters = parameters
            self.configure(server)
            if server.alive:
                with process.said_as_database_error():
                    server.ask("SELECT pg_reload_conf()")

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
                self.regions.slow_down(server.relay)
        for server in servers:
            self.configure(server)
        self.start_all([server for server in servers if server.wanted])

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
        self.regions.reset()
        with self.lock:
            for table in (self.servers, self.snapshots, self.retained, self.shipping.replicated):
                table.clear()
        for name in ("servers", "snapshots", "archives"):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def close(self) -> None:
        """End everything that still runs; the folder goes, too, when it is empty or for this process alone."""
        self.shipping.close()
        for server in list(self.servers.values()):
            process.kill(server)
        self.regions.reset()
        self._reaper.dismiss()
        kept = (self.servers, self.snapshots, self.retained, self.shipping.replicated)
        if not self._keep_data or not any(kept):
            self.templates.wait()
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
        settings = {**server.parameters, **replicas.upstream_settings(server), **more}
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

    def _free_port(self) -> int:
        with self.lock:
            for port in random.sample(_PORTS, _PORT_TRIES):
                if port not in self._ports and _is_free(port):
                    self._ports.add(port)
                    return port
        raise DatabaseError(f"no free port between {_PORTS.start} and {_PORTS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as candidate, suppress(OSError):
        # As PostgreSQL does: connections of before, which are on their way out, take nothing.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        candidate.bind(("127.0.0.1", port))
        return True
    return False
