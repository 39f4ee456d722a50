"""The admin endpoints of the local cloud, on the port that also answers as AWS."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import moto
from werkzeug.wrappers import Request, Response

from localcloud.emulator import clock
from localcloud.emulator.admin_error import AdminError
from localcloud.emulator.admin_volumes import read_volume, write_volume
from localcloud.emulator.carrying import CARRIER
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.faults import read_fault, read_place
from localcloud.emulator.inventory import inventory
from localcloud.emulator.requests import json_body

if TYPE_CHECKING:
    from localcloud.emulator.server import Emulator

ADMIN_PREFIX = "/_securecart/"
_STARTED = time.time()
# The longest that the clock goes ahead at a time: ten years see the end of every retention worth looking at.
_MOST_SECONDS = 10 * 366 * 24 * 3600
Asked = dict[str, Any]


def _health(emulator: Emulator, _: Asked) -> dict[str, Any]:
    return {
        "id": emulator.id,
        "version": f"moto {moto.__version__}",
        "started": _STARTED,
        "regions": _regions(),
        "regionsOut": emulator.traffic.regions_out,
        "faults": emulator.faults.shown(),
        "lagSeconds": CARRIER.lag_seconds,
        "now": clock.now().isoformat(),
        "databases": DATABASES.running(),
        "databasesOff": DATABASES.off_because or None,
    }


def _regions() -> list[str]:
    from localcloud.emulator.server import REGIONS  # noqa: PLC0415  # the server imports this module

    return list(REGIONS)


def _reset(emulator: Emulator, _: Asked) -> dict[str, Any]:
    emulator.reset()
    return {"id": emulator.id}


def _shutdown(emulator: Emulator, _: Asked) -> dict[str, Any]:
    emulator.stop_requested.set()
    return {"stopping": True}


def _inventory(_: Emulator, __: Asked) -> dict[str, Any]:
    return inventory()


def _outage(emulator: Emulator, asked: Asked) -> dict[str, Any]:
    emulator.take_out(_asked_region(asked))
    return {"regionsOut": emulator.traffic.regions_out}


def _heal(emulator: Emulator, asked: Asked) -> dict[str, Any]:
    emulator.heal(_asked_region(asked))
    return {"regionsOut": emulator.traffic.regions_out}


def _fault(emulator: Emulator, asked: Asked) -> dict[str, Any]:
    emulator.faults.switch_on(read_fault(asked, tuple(_regions())))
    return {"faults": emulator.faults.shown()}


def _fault_off(emulator: Emulator, asked: Asked) -> dict[str, Any]:
    emulator.faults.switch_off(*read_place(asked, tuple(_regions())))
    return {"faults": emulator.faults.shown()}


def _lag(_: Emulator, asked: Asked) -> dict[str, Any]:
    seconds = _asked_seconds(asked, "seconds")
    CARRIER.set_lag(seconds)
    if DATABASES.fleet is not None:
        DATABASES.fleet.regions.set_lag(seconds)
    return {"lagSeconds": CARRIER.lag_seconds}


def _databases(_: Emulator, __: Asked) -> dict[str, Any]:
    return DATABASES.shown()


def _advance_clock(emulator: Emulator, asked: Asked) -> dict[str, Any]:
    seconds = _asked_seconds(asked, "advance_seconds")
    if seconds > _MOST_SECONDS:
        raise AdminError(f"advance_seconds {seconds:g} is more than {_MOST_SECONDS} (10 years): ask for less at a time")
    emulator.advance_clock(seconds)
    return {"now": clock.now().isoformat(), "advancedSeconds": clock.advanced_seconds()}


def _asked_seconds(asked: Asked, name: str) -> float:
    seconds = asked.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
        raise AdminError(f'{name} {seconds} is no number of seconds from 0 up: send {{"{name}": 30}}')
    return float(seconds)


def _asked_region(asked: Asked) -> str:
    region = asked.get("region")
    if region not in _regions():
        raise AdminError(f'region {region} is none of {", ".join(_regions())}: send {{"region": "{_regions()[0]}"}}')
    return str(region)


def _calls(emulator: Emulator, _: Asked) -> dict[str, Any]:
    return emulator.traffic.recorded()


def _forget_calls(emulator: Emulator, _: Asked) -> dict[str, Any]:
    emulator.traffic.forget_calls()
    return emulator.traffic.recorded()


_ENDPOINTS: dict[tuple[str, str], Callable[[Emulator, Asked], dict[str, Any]]] = {
    ("GET", "health"): _health,
    ("GET", "inventory"): _inventory,
    ("GET", "databases"): _databases,
    ("GET", "calls"): _calls,
    ("POST", "calls/reset"): _forget_calls,
    ("POST", "outage"): _outage,
    ("POST", "heal"): _heal,
    ("POST", "faults"): _fault,
    ("POST", "faults/off"): _fault_off,
    ("POST", "lag"): _lag,
    ("POST", "clock"): _advance_clock,
    ("POST", "volumes/write"): write_volume,
    ("POST", "volumes/read"): read_volume,
    ("POST", "reset"): _reset,
    ("POST", "shutdown"): _shutdown,
}


def answer_admin(emulator: Emulator, environ: dict[str, Any]) -> Response:
    """Answer one admin request, as JSON; docs/local-cloud.md lists what each endpoint takes."""
    request = Request(environ)
    # A browser sends Origin with what a page makes it post; no client of ours is a browser.
    if "Origin" in request.headers:
        return _json({"error": "not for web pages"}, 403)
    endpoint = _ENDPOINTS.get((request.method, request.path.removeprefix(ADMIN_PREFIX)))
    if endpoint is None:
        known = ", ".join(f"{method} {ADMIN_PREFIX}{name}" for method, name in _ENDPOINTS)
        return _json({"error": f"{request.method} {request.path} is not an admin endpoint; there are: {known}"}, 404)
    try:
        return _json(endpoint(emulator, json_body(request.get_data())), 200)
    except AdminError as error:
        return _json({"error": str(error)}, 400)


def _json(content: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(content), status=status, content_type="application/json")
