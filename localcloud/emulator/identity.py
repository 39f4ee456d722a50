"""The identity of the local cloud's data, by which Pulumi state that outlived its cloud is recognised."""

from __future__ import annotations

import uuid


def new_identity() -> str:
    """An identity that no cloud had before."""
    return uuid.uuid4().hex
