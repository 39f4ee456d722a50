"""The wire between two Regions: a replica streams through a relay that can be slow, silent or gone.

On plain loopback a replica is never behind, and a lost Region would lose nothing.
"""

from __future__ import annotations

import queue
import socket
import time
from contextlib import suppress
from threading import Event, Lock, Thread

_CHUNK_BYTES = 65536
_CHUNKS_IN_FLIGHT = 4096
_CONNECT_TIMEOUT_SECONDS = 5.0
_Chunk = tuple[float, bytes]


class Relay:
    """Forwards TCP from its own port to `target_port`."""

    def __init__(self, target_port: int) -> None:
        self.latency_seconds = 0.0
        """How long anything is on its way, in either direction."""
        self.lag_seconds = 0.0
        """How long at least what the target sends is on its way."""
        self._target_port = target_port
        self._refusing = False
        self._flowing = Event()
        self._flowing.set()
        self._lock = Lock()
        self._connections: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, name=f"relay-{self.port}", daemon=True).start()

    def cut(self) -> None:
        """A black hole: both ends stay connected and hear nothing."""
        self._flowing.clear()

    def drop(self) -> None:
        """Reset every connection, lose what is on the wire, and take no new one."""
        self._refusing = True
        with self._lock:
            ended, self._connections = self._connections, []
        for ends in ended:
            _close(*ends)
        self._flowing.set()

    def heal(self) -> None:
        """Forward again, also what a cut held back."""
        self._refusing = False
        self._flowing.set()

    def close(self) -> None:
        """The end of the relay."""
        with suppress(OSError):
            # A thread that waits in accept() is not woken by close() alone.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._refusing:
                    raise ConnectionRefusedError
                far = socket.create_connection(("127.0.0.1", self._target_port), _CONNECT_TIMEOUT_SECONDS)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.append((near, far))
            for source, target in ((near, far), (far, near)):
                wire: queue.Queue[_Chunk] = queue.Queue(_CHUNKS_IN_FLIGHT)
                Thread(target=self._read, args=(source, wire, source is far), daemon=True).start()
                Thread(target=self._write, args=(source, target, wire), daemon=True).start()

    def _read(self, source: socket.socket, wire: queue.Queue[_Chunk], from_target: bool) -> None:
        data = b"."
        while data:
            self._flowing.wait()
            try:
                data = source.recv(_CHUNK_BYTES)
            except OSError:
                data = b""
            seconds = max(self.latency_seconds, self.lag_seconds) if from_target else self.latency_seconds
            wire.put((time.monotonic() + seconds, data))

    def _write(self, source: socket.socket, target: socket.socket, wire: queue.Queue[_Chunk]) -> None:
        while True:
            due, data = wire.get()
            time.sleep(max(0.0, due - time.monotonic()))
            self._flowing.wait()
            try:
                if data:
                    target.sendall(data)
                    continue
            except OSError:
                pass
            _close(source, target)
            with self._lock:
                self._connections = [ends for ends in self._connections if source not in ends]
            return


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
