"""Opens the databases of a local cloud, where this machine can run them and nobody switched them off."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from threading import Thread

from localcloud.databases.errors import DatabaseError, UnavailableError
from localcloud.databases.fleet import Fleet
from localcloud.databases.places import all_roots, data_root
from localcloud.databases.programs import Programs, find_programs, ordinary_account
from localcloud.databases.server import end_leftovers

SWITCH = "SECURECART_LOCAL_DATABASES"
ON, OFF, MEMORY = "on", "off", "memory"


def open_fleet(wanted: Path) -> Fleet:
    """The databases that keep their data at `wanted`, or where `places` puts them instead; none is started yet.

    Raises UnavailableError, saying why, when there are none: switched off, or not possible on this machine.
    """
    asked = os.environ.get(SWITCH, ON)
    if asked not in (ON, OFF, MEMORY):
        raise UnavailableError(f"{SWITCH}={asked} is none of {ON}, {OFF}, {MEMORY}")
    if asked == OFF:
        raise UnavailableError(f"switched off by {SWITCH}={OFF}")
    if sys.platform != "linux":
        raise UnavailableError(f"they need Linux; this is {sys.platform}")
    account = ordinary_account()
    root = data_root(wanted, account, in_memory=asked == MEMORY)
    try:
        programs = Programs(find_programs(), root, account)
    except (OSError, DatabaseError) as error:
        raise UnavailableError(str(error)) from error
    fleet = Fleet(root, programs)
    # While the rest of the local cloud starts, so that the first instance does not wait for it.
    Thread(target=fleet.templates.get, name="database-template", daemon=True).start()
    return fleet


def forget(wanted: Path) -> None:
    """Drop the data of a local cloud that does not run, wherever they are, and end servers that it left behind."""
    for root in all_roots(wanted):
        if root.is_dir():
            end_leftovers(root)
            shutil.rmtree(root, ignore_errors=True)
