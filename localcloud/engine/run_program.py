"""Runs one Pulumi program in a process of its own: `run_program.py SETTINGS_JSON PROGRAM [ARGUMENT...]`.

It runs under the project's own Python, which need not have this repository: it imports the Pulumi SDK only.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# This file's neighbours are modules of the language host: a program that says `import build` does not mean ours.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

try:
    import pulumi
    import pulumi.runtime
except ImportError:
    sys.exit(f"The Pulumi SDK is not installed for {sys.executable}: run `make up`, or install requirements.txt there.")

_ERROR_SHOWN_EXIT_CODE = 32  # tells the language host that the user has seen why
_THREADS_PER_OPERATION = 4  # each resource operation in flight may block a few threads on the engine


def main() -> int:
    settings, program = json.loads(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[2:]
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # the engine has said that the run was cancelled
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(max_workers=max(settings["parallel"], 1) * _THREADS_PER_OPERATION)
    loop.set_default_executor(threads)
    # When one resource fails, the futures that waited for it are never observed: asyncio would report each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run(program)))
    except pulumi.RunError as error:
        # The program's own message to its user: neither a traceback nor the exit code adds to it.
        pulumi.log.error(str(error))
        return _ERROR_SHOWN_EXIT_CODE
    except Exception as error:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_user_traceback(error, program)}")
        return _ERROR_SHOWN_EXIT_CODE
    finally:
        threads.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _user_traceback(error: Exception, program: str) -> str:
    """The traceback from the program's first frame on; all of it when the program is not in it."""
    start = Path(program).resolve()
    entry = start / "__main__.py" if start.is_dir() else start
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if Path(frame.filename).resolve() == entry), 0)
    return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=first - len(frames)))


if __name__ == "__main__":
    sys.exit(main())
