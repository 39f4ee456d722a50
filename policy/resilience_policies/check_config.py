"""`python -m resilience_policies.check_config FILE [--json]`: every fault of a configuration file at once.

Exit codes: 0 the file is good; 2 it has faults, or cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from resilience_policies.config_faults import Fault, faults
from resilience_policies.registry import RULES

OK, BAD = 0, 2


def check(path: Path) -> tuple[Fault, ...]:
    """The faults of a file, those of its JSON included."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except OSError as error:
        return (Fault("", f"cannot be read: {error.strerror}"),)
    except ValueError as error:  # not JSON, not UTF-8, or a key twice
        return (Fault("", f"is not usable JSON: {error}"),)
    return faults(document, RULES)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is there twice, and only the last would count")
    return dict(pairs)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="check_config", description="Checks a configuration file of this policy pack."
    )
    parser.add_argument("file", type=Path, help="as for pulumi --policy-pack-config")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    found = check(given.file)
    if given.json:
        sys.stdout.write(json.dumps({"file": str(given.file), "faults": [asdict(fault) for fault in found]}) + "\n")
    else:
        lines = [": ".join(filter(None, (fault.path, fault.message))) for fault in found]
        sys.stdout.write("".join(f"{given.file}: {line}\n" for line in lines or ["no faults"]))
    return BAD if found else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
