"""What a mistyped name was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def meant(value: object, known: Iterable[str]) -> str:
    """` (did you mean x?)`, or nothing when no known name is near."""
    near = difflib.get_close_matches(str(value), list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
