"""PostgreSQL servers behind the RDS instances of a test session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from localcloud.databases.fleet import Fleet
from localcloud.databases.places import data_root, scratch_root
from localcloud.databases.programs import Programs, find_programs, ordinary_account


@contextmanager
def own_fleet() -> Iterator[Fleet]:
    """In a folder of their own, stopped and removed in the end; nobody uses them yet."""
    account = ordinary_account()
    root = data_root(scratch_root(), account)
    fleet = Fleet(root, Programs(find_programs(), root, account), keep_data=False)
    try:
        yield fleet
    finally:
        fleet.close()
