"""`python -m localcloud.engine`: gets the engine of this machine, so that a build of minutes is seen before tests hide it."""

from __future__ import annotations

import sys

from localcloud.engine import EngineError, ensure_engine

if __name__ == "__main__":
    try:
        ensure_engine(lambda line: print(line, flush=True))  # noqa: T201  this is its answer
    except EngineError as failure:
        sys.exit(str(failure))
