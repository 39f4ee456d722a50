"""The one error of the admin endpoints."""

from __future__ import annotations


class AdminError(Exception):
    """The request cannot be done as it was asked; the message says what can."""
