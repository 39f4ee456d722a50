"""Serves the emulated AWS on 127.0.0.1: moto's application, one request at a time, beside the admin endpoints.

`Emulator` works inside a test process as well as in the process that `python -m localcloud.emulator` starts.
"""

from __future__ import annotations

import io
import os
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event, RLock, Thread
from types import TracebackType
from typing import Any, NoReturn

# moto reads these while it is imported. The managed policies are what roles attach; moto leaves them out unless asked.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# Pages in a browser have no business with the local cloud, so moto's "any origin may read" headers stay off.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from localcloud.databases.errors import DatabaseError
from localcloud.emulator import duties, extensions, snapshot
from localcloud.emulator.admin import ADMIN_PREFIX, answer_admin
from localcloud.emulator.api_events import answered
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.control_plane import delay_seconds
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.extensions import rds_metrics
from localcloud.emulator.fault_answers import fault_answer
from localcloud.emulator.faults import Faults, Trouble
from localcloud.emulator.identity import new_identity
from localcloud.emulator.requests import read_request
from localcloud.emulator.traffic import Traffic

HOST = "127.0.0.1"
REGIONS = ("us-east-1", "us-west-2")
StartResponse = Callable[..., Any]
_STOPPING = Response("The local cloud is stopping.", status=503)


class _QuietRequestHandler(MotoRequestHandler):
    """Logs failures only: a line per request would fill the log and name the data."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Called by werkzeug for each answered request."""


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, which also knows the services that only the extensions have."""

    def get_application(self, environ: dict[str, Any]) -> Any:
        service = extensions.own_service(environ.get("HTTP_AUTHORIZATION", ""), environ.get("PATH_INFO", ""))
        if service is None:
            return super().get_application(environ)
        with self.lock:
            if service not in self.app_instances:
                self.app_instances[service] = extensions.create_own_app(service)
            return self.app_instances[service]


class Emulator:
    """The emulated AWS of one process: moto's data is global to it, so a process has one Emulator at a time."""

    def __init__(self, port: int = 0, snapshot_path: Path | None = None) -> None:
        """Bind 127.0.0.1:`port` (0, or a port that is taken: any free one) and load `snapshot_path` if there is one.

        Data of a snapshot keeps its identity; without one, or with one that cannot be read, the cloud is empty and new.
        RDS instances are described only, unless DATABASES has a fleet by now.
        """
        extensions.apply_all()
        self._snapshot_path = snapshot_path
        self._lock = RLock()
        self._closed = False
        self.stop_requested = Event()
        self.traffic = Traffic()
        self.faults = Faults()
        self.load_failure: str | None = None
        self.id = self._load() or new_identity()
        self._dispatcher = _Dispatcher(create_backend_app)
        # werkzeug ends the process when a port is taken, so the socket is bound here and handed over.
        with _bind(port) as listener:
            listener.listen(128)
            self._server = make_server(
                HOST,
                listener.getsockname()[1],
                self,
                threaded=True,
                request_handler=_QuietRequestHandler,
                fd=listener.fileno(),
            )
        self.endpoint = f"http://{HOST}:{self._server.port}"
        self._thread = Thread(target=self._server.serve_forever, name="localcloud-emulator", daemon=True)

    def __enter__(self) -> Emulator:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        # The body is read before the lock is taken, so that a client that sends slowly holds up nobody.
        body = _buffer_body(environ)
        with self._lock:
            if self._stopping:
                return _STOPPING(environ, start_response)
            if environ.get("PATH_INFO", "").startswith(ADMIN_PREFIX):
                CARRIER.deliver(self.traffic.regions_out)
                return answer_admin(self, environ)(environ, start_response)
            if environ.get("PATH_INFO", "").startswith("/moto-api/reset"):
                refusal = f"POST {ADMIN_PREFIX}reset instead: it also gives the emptied cloud a new identity."
                return Response(refusal, status=409)(environ, start_response)
            asked = read_request(environ, body)
            if asked is not None and not self.traffic.admit(asked):
                _hang_up(environ)
            trouble = self.faults.meet(asked) if asked is not None else Trouble()
        # Whoever is made to wait holds up nobody else.
        time.sleep(trouble.delay_seconds + (delay_seconds(asked.service, asked.operation) if asked else 0.0))
        if asked is not None and trouble.instead is not None:
            return fault_answer(trouble.instead, asked, environ)(environ, start_response)
        with self._lock:
            if self._stopping:
                return _STOPPING(environ, start_response)
            CARRIER.deliver(self.traffic.regions_out)
            # moto's backends are plain dictionaries that iterate while others write. One request at a time makes each
            # call whole, as it is on AWS, and costs nothing: it is all Python, which runs one thread at a time anyway.
            return answered(asked, environ, body, start_response, self._dispatcher)

    @property
    def _stopping(self) -> bool:
        return self._closed or self.stop_requested.is_set()

    def reset(self) -> None:
        """Empty every service in every Region. The emptied cloud has a new identity."""
        with self._lock:
            _empty()
            self.traffic.reset()
            self.faults.reset()
            self.id = new_identity()

    def take_out(self, region: str) -> None:
        """The Region answers nothing, and its databases die. What it holds stays as it is."""
        with self._lock:
            self.traffic.take_out(region)
            if DATABASES.fleet is not None:
                DATABASES.fleet.regions.lose(region)

    def heal(self, region: str) -> None:
        """The Region, its databases and the links to it are back; its faults end."""
        with self._lock:
            self.traffic.heal(region)
            self.faults.heal(region)
            if DATABASES.fleet is not None and region in DATABASES.fleet.regions.out:
                DATABASES.fleet.regions.regain(region)
            self.carry_out_due()

    def advance_clock(self, seconds: float) -> None:
        """Put the cloud's clock forward; what falls due on the way is carried out."""
        with self._lock:
            duties.advance(seconds, lambda: CARRIER.deliver(self.traffic.regions_out))

    def carry_out_due(self) -> None:
        """Carry out what is due by now, such as a scheduled backup."""
        with self._lock:
            if not self._stopping:
                CARRIER.deliver(self.traffic.regions_out)
                duties.carry_out_due()
                rds_metrics.sample()

    def save(self) -> None:
        """Write the snapshot and answer nothing from then on: what came later would be lost."""
        with self._lock:
            self._closed = True
            if self._snapshot_path is not None:
                if DATABASES.fleet is not None:
                    DATABASES.fleet.stop_all()
                snapshot.save(self._snapshot_path, self.id)

    def _load(self) -> str | None:
        if self._snapshot_path is None:
            return None
        try:
            identity = snapshot.load(self._snapshot_path)
            if identity is None:
                _empty()  # of databases that a killed process left behind
            return identity
        except (snapshot.SnapshotError, DatabaseError) as error:
            self.load_failure = str(error)
            _empty()
            return None


def _empty() -> None:
    BackendDict.reset()
    reset_model_data()
    for kept in snapshot.KEPT_BESIDE.values():
        kept.reset()


def _bind(port: int) -> socket.socket:
    for candidate in (port, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
        except OSError:
            listener.close()
            if candidate == 0:
                raise
        else:
            return listener
    raise AssertionError("unreachable: port 0 either binds or raises")


def _hang_up(environ: dict[str, Any]) -> NoReturn:
    """Close the connection without an answer, as a client sees a Region that it cannot reach (no ClientError)."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    # werkzeug takes this for a client that went away, and says nothing.
    raise ConnectionAbortedError


def _buffer_body(environ: dict[str, Any]) -> bytes:
    chunked = environ.get("wsgi.input_terminated", False)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body
