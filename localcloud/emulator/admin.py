"""The admin endpoints of the local cloud, on the port that also answers as AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import moto
from werkzeug.wrappers import Request, Response

from localcloud.emulator.inventory import inventory

if TYPE_CHECKING:
    from localcloud.emulator.server import Emulator

ADMIN_PREFIX = "/_securecart/"
_STARTED = time.time()


def _health(emulator: Emulator) -> dict[str, Any]:
    from localcloud.emulator.server import REGIONS  # noqa: PLC0415  # the server imports this module

    return {"id": emulator.id, "version": f"moto {moto.__version__}", "started": _STARTED, "regions": list(REGIONS)}


def _reset(emulator: Emulator) -> dict[str, Any]:
    emulator.reset()
    return {"id": emulator.id}


def _shutdown(emulator: Emulator) -> dict[str, Any]:
    emulator.stop_requested.set()
    return {"stopping": True}


def _inventory(_: Emulator) -> dict[str, Any]:
    return inventory()


_ENDPOINTS: dict[tuple[str, str], Callable[[Emulator], dict[str, Any]]] = {
    ("GET", "health"): _health,
    ("GET", "inventory"): _inventory,
    ("POST", "reset"): _reset,
    ("POST", "shutdown"): _shutdown,
}


def answer_admin(emulator: Emulator, environ: dict[str, Any]) -> Response:
    """Answer `/_securecart/health` and `inventory` (GET), `reset` and `shutdown` (POST), each as JSON."""
    request = Request(environ)
    # A browser sends Origin with what a page makes it post; no client of ours is a browser.
    if "Origin" in request.headers:
        return _json({"error": "not for web pages"}, 403)
    endpoint = _ENDPOINTS.get((request.method, request.path.removeprefix(ADMIN_PREFIX)))
    if endpoint is None:
        known = ", ".join(f"{method} {ADMIN_PREFIX}{name}" for method, name in _ENDPOINTS)
        return _json({"error": f"{request.method} {request.path} is not an admin endpoint; there are: {known}"}, 404)
    return _json(endpoint(emulator), 200)


def _json(content: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(content), status=status, content_type="application/json")
