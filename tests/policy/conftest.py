"""One pack process serves the whole session: starting it costs more than all its answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policy.pack import Pack, running


@pytest.fixture(scope="session")
def _session_pack() -> Iterator[Pack]:
    with running() as pack:
        yield pack


@pytest.fixture
def pack(_session_pack: Pack) -> Pack:
    """The pack in its default configuration."""
    _session_pack.configure({})
    return _session_pack
