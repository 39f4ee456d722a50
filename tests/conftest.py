"""What every test folder shares."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `pytest -n 2 --dist loadgroup --no-loadscope-reorder` (make test): the files of one emulated estate stay together, the
    longest go first, and every other file is a group of its own, so that what it shares is made once.
    """
    items.sort(key=lambda item: item.get_closest_marker("engine") is None)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            shared = item.get_closest_marker("engine") is not None and "tests/engine" in item.path.as_posix()
            item.add_marker(pytest.mark.xdist_group("estate" if shared else item.path.stem))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Gets the engine before the first test when a collected test needs it: a build of minutes must be seen, not captured."""
    if session.config.option.collectonly or not any(item.get_closest_marker("engine") for item in session.items):
        return
    from localcloud.engine import ensure_engine  # noqa: PLC0415  unit tests do not pay for this import

    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    # A worker of xdist has no terminal.
    ensure_engine(terminal.write_line if terminal else lambda _: None)
