"""What every test folder shares."""

from __future__ import annotations

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Gets the engine before the first test when a collected test needs it: a build of minutes must be seen, not captured."""
    if session.config.option.collectonly or not any(item.get_closest_marker("engine") for item in session.items):
        return
    from localcloud.engine import ensure_engine  # noqa: PLC0415  unit tests do not pay for this import

    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    # A worker of xdist has no terminal.
    ensure_engine(terminal.write_line if terminal else lambda _: None)
