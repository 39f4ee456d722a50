"""What the stack said of itself when it was deployed last: the past that some changes must be held against.

A resource option or a policy sees only what is asked for now. A replica that becomes a database of its own, or a part that a
weaker strategy no longer holds, is a change between two deployments: the program compares them before it registers anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import tenacity

from components.naming import PROJECT

# The engine's own function behind StackReference; unlike that resource it answers before anything is registered.
READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
# A state in files has a sidecar that the engine rewrites in place while this reads ("failed to load checkpoint: EOF").
_TRIES, _PAUSE_SECONDS = 20, 0.25


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The stack's last outputs. Empty before its first deployment."""

    outputs: Mapping[str, Any]

    @property
    def holds(self) -> frozenset[str]:
        """Parts of the secondary Region (components/strategy/parts.py)."""
        return frozenset(self.outputs.get("holds") or ())

    @property
    def database_role(self) -> str | None:
        return self.outputs.get("databaseRole")

    def adopted(self, kind: str) -> frozenset[str]:
        """Stores of a kind that were in the account before this program, and are in the state by now."""
        return frozenset((self.outputs.get("adopted") or {}).get(kind, ()))


def recorded() -> Recorded:
    """Reads the outputs that the running stack had after its last update."""
    name = f"{pulumi.get_organization()}/{PROJECT}/{pulumi.get_stack()}"
    answer = _read(name)
    return Recorded(outputs=answer.value.get("outputs") or {})


@tenacity.retry(
    retry=tenacity.retry_if_exception_message(match=".*failed to load checkpoint"),
    stop=tenacity.stop_after_attempt(_TRIES),
    wait=tenacity.wait_fixed(_PAUSE_SECONDS),
    reraise=True,
)
def _read(name: str) -> Any:
    return pulumi.runtime.invoke(READ_OUTPUTS, {"name": name})
