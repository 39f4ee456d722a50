"""What every test folder shares."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With two workers a file is run by one: its fixtures are made once. The shared estate is one group of several files."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = "estate" if item.path.parent.name == "engine" else str(item.path)
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Gets the engine before the first test when a collected test needs it: a build of minutes must be seen, not captured."""
    if session.config.option.collectonly or not any(item.get_closest_marker("engine") for item in session.items):
        return
    from localcloud.engine import ensure_engine  # noqa: PLC0415  unit tests do not pay for this import

    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    # A worker of xdist has no terminal; `make test` got the engine before it started any.
    ensure_engine(terminal.write_line if terminal else lambda _: None)
