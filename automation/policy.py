"""The policy pack's own checker, run as a process: the pack is a program of its own, which this package never imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from automation.errors import SecurecartError
from automation.project import POLICY_PACK

_ANSWERED = (0, 2)  # no faults, faults: resilience_policies/check_config.py


def config_faults(file: Path) -> list[dict[str, str]]:
    """Every fault of a configuration file of the pack: `path` in the document, and `message` with the fix.

    Raises:
        SecurecartError: the checker itself could not run.
    """
    command = [sys.executable, "-m", "resilience_policies.check_config", str(file), "--json"]
    done = subprocess.run(command, cwd=POLICY_PACK, capture_output=True, text=True, check=False)
    if done.returncode not in _ANSWERED:
        raise SecurecartError(
            f"the pack's checker could not run.\n{done.stderr.strip()}", f"python -m compileall {POLICY_PACK}"
        )
    faults: list[dict[str, str]] = json.loads(done.stdout)["faults"]
    return faults
