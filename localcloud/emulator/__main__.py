"""`python -m localcloud.emulator --root ROOT`: the process of the local cloud, run by `localcloud.supervise`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import psutil

from localcloud.emulator.record import CloudRecord, read_record, write_record
from localcloud.emulator.server import Emulator
from localcloud.paths import local_paths


def main() -> None:
    """Serve until asked to stop (POST /_securecart/shutdown, SIGTERM or SIGINT), then save the snapshot and exit."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.emulator", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="directory of the local cloud's state (.securecart)")
    paths = local_paths(parser.parse_args().root)
    # Created files hold the data of the emulated cloud: nobody else's business on a shared machine.
    os.umask(0o077)
    previous = read_record(paths.cloud_record)
    with Emulator(previous.port if previous else 0, paths.cloud_snapshot) as emulator:
        for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked_to_stop, lambda *_: emulator.stop_requested.set())
        if emulator.load_failure:
            sys.stderr.write(f"starting empty: {emulator.load_failure}\n")
        process = psutil.Process()
        record = CloudRecord(emulator.endpoint, process.pid, process.create_time(), emulator.id)
        write_record(paths.cloud_record, record)
        emulator.stop_requested.wait()
        emulator.save()


if __name__ == "__main__":
    main()
