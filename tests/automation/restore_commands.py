"""`securecart` on the emulated AWS of a test, with no local cloud started."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from automation.cli import main
from automation.recovery.opening import Opened
from automation.recovery.session import Session
from automation.restore import commands, commands_trial

ORDER = ("--reason", "a test", "--approve")


def use(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command gets the cloud of this session."""
    for module in (commands, commands_trial):
        monkeypatch.setattr(module, "open_cloud", lambda _: Opened(session.world, session, {}))
        monkeypatch.setattr(module, "on_its_clock", lambda _, opened: opened)


def securecart(*arguments: str) -> Result:
    return CliRunner(env={"SECURECART_TARGET": None}).invoke(main, arguments)


def document(*arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """The document of --json of a command that was approved."""
    done = securecart(*arguments, *ORDER, "--json")
    assert done.exit_code == exit_code, done.output
    return dict(json.loads(done.stdout))
