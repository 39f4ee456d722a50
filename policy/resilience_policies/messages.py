"""How a violation reads: value found, value required, where the requirement comes from, what to write.

Property values may be secrets in clear, so only numbers, booleans and AWS's own status words are ever repeated.
"""

from __future__ import annotations

from resilience_policies.reading import whole
from resilience_policies.rule import Undetermined

STATUS_WORDS = frozenset({"Enabled", "Disabled", "Suspended"})


def shown(value: object) -> str:
    """A found value in words that are safe to print."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    number = whole(value)
    if number is not None:
        return str(number)
    return str(value) if isinstance(value, str) and value in STATUS_WORDS else "set to another value"


def found(key: str, value: object, required: str, write: str) -> str:
    """One violation: `required` says what must hold (with the origin of a threshold), `write` is the line to write."""
    return f"{key} is {shown(value)}; {required}. Write: {write}"


def not_yet(key: str, question: str, urn: str = "") -> Undetermined:
    """One value that decides and is not known: `question` says what will be asked of it; `urn` names the resource in
    a stack rule.
    """
    return Undetermined(f"undetermined: {key} is not known yet; {question}", urn)
