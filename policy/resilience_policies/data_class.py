"""The tag by which a resource says how much its data matters, and the thresholds that follow from it."""

from __future__ import annotations

from typing import Final

from resilience_policies import operation
from resilience_policies.reading import Reading, Unknown
from resilience_policies.rule import Setting

# The rule whose configuration names the tag for all rules.
RULE_ID: Final = "data-class-tag"
TAG_KEY: Final = Setting("tagKey", "text", "data-class", "The tag that says how much the data matters.")


def tag_key() -> str:
    """The key in force."""
    configured = (operation.current().config or {}).get(RULE_ID)
    key = configured.properties.get(TAG_KEY.key) if configured is not None else None
    return key if isinstance(key, str) and key else str(TAG_KEY.default)


def of(stated: Reading) -> str | Unknown | None:
    """The data class of a resource; a default tag of the provider counts."""
    key = tag_key()
    own = stated.text("tags", key)
    return own if own is not None else stated.text("tagsAll", key)
