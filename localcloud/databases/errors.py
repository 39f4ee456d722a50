"""What can go wrong with a database, said with PostgreSQL's own words."""

from __future__ import annotations


class DatabaseError(Exception):
    """PostgreSQL refused, or what it needs is not there; the message ends with its own last lines where it has any."""


class UnavailableError(DatabaseError):
    """This machine cannot run the local databases; the message says what it lacks."""
