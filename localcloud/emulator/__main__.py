"""`python -m localcloud.emulator --root ROOT`: the process of the local cloud, run by `localcloud.supervise`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from threading import Thread

import psutil

from localcloud.databases.errors import UnavailableError
from localcloud.databases.opening import open_fleet
from localcloud.emulator.control_plane import delays
from localcloud.emulator.databases import DATABASES
from localcloud.emulator.record import CloudRecord, read_record, write_record
from localcloud.emulator.server import Emulator
from localcloud.paths import local_paths

_SIGNAL_CHECK_SECONDS = 0.5


def main() -> None:
    """Serve until asked to stop (POST /_securecart/shutdown, SIGTERM or SIGINT), then save the snapshot and exit."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.emulator", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="directory of the local cloud's state (.securecart)")
    paths = local_paths(parser.parse_args().root)
    try:
        delays()
    except ValueError as error:
        sys.exit(str(error))
    # Created files hold the data of the emulated cloud: nobody else's business on a shared machine.
    os.umask(0o077)
    previous = read_record(paths.cloud_record)
    try:
        DATABASES.use(open_fleet(paths.databases))
    except UnavailableError as error:
        DATABASES.use(None, str(error))
        sys.stderr.write(f"RDS instances hold no data: {error}\n")
    with Emulator(previous.port if previous else 0, paths.cloud_snapshot) as emulator:
        for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
            # In a thread of its own: a handler runs in the main thread, which may hold the event's lock on its way to wait().
            signal.signal(asked_to_stop, lambda *_: Thread(target=emulator.stop_requested.set).start())
        if emulator.load_failure:
            sys.stderr.write(f"starting empty: {emulator.load_failure}\n")
        process = psutil.Process()
        record = CloudRecord(emulator.endpoint, process.pid, process.create_time(), emulator.id)
        write_record(paths.cloud_record, record)
        # A signal that arrives on the way into a wait is handled only when the main thread runs again.
        while not emulator.stop_requested.wait(_SIGNAL_CHECK_SECONDS):
            emulator.carry_out_due()
        emulator.save()
    if DATABASES.fleet is not None:
        DATABASES.fleet.close()


if __name__ == "__main__":
    main()
