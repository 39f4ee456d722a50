"""The contract between the stacks and with the `securecart` command: what a stack exports, and how dr reads prod.

Names and ARNs only, never a secret: one secret in it would make the whole output secret for every reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.naming import PRIMARY_STACK, PROJECT
from components.settings import Settings

# Raised whenever an output that dr reads changes its name or meaning.
CONTRACT_VERSION = 2


def common(settings: Settings) -> dict[str, Any]:
    """What both stacks export."""
    return {
        "contractVersion": CONTRACT_VERSION,
        "accountId": settings.account_id,
        "role": settings.role.value,
        "region": settings.region,
        "otherRegion": settings.other_region,
        "ephemeral": settings.ephemeral,
    }


def export(outputs: dict[str, Any]) -> None:
    """Exports each entry as a stack output."""
    for name, value in outputs.items():
        pulumi.export(name, value)


@dataclass(frozen=True)
class _Section:
    """Everything under one key. Not a dict: the SDK searches each dict that passes an `apply` for unknown values, as often as
    it passes, so that a read a store would cost stores squared.
    """

    values: Any


class PrimaryOutputs:
    """prod's outputs as dr sees them. Raises `pulumi.RunError` when prod speaks another version of the contract."""

    def __init__(self) -> None:
        self._stack = f"{pulumi.get_organization()}/{PROJECT}/{PRIMARY_STACK}"
        self._reference = pulumi.StackReference(self._stack)
        self._version = self._reference.get_output("contractVersion").apply(self._checked)
        self._read: dict[str, pulumi.Output[_Section]] = {}

    def value(self, *path: str) -> pulumi.Output[Any]:
        """The output at `path`, for example `value("databases", "orders", "arn")`."""
        return self._section(path[0]).apply(lambda section: self._at(section.values, path))

    def _section(self, key: str) -> pulumi.Output[_Section]:
        """Everything under a key, read once for all stores."""
        if key not in self._read:
            read = pulumi.Output.all(self._version, self._reference.get_output(key))
            self._read[key] = read.apply(lambda got: _Section(got[1]))
        return self._read[key]

    def _checked(self, version: Any) -> Any:
        if version is None:
            raise pulumi.RunError(
                f"stack {self._stack} has no outputs yet: deploy it first (pulumi up --stack {PRIMARY_STACK})"
            )
        if int(version) != CONTRACT_VERSION:
            raise pulumi.RunError(
                f"stack {self._stack} exports contractVersion {int(version)}, this program reads {CONTRACT_VERSION}:"
                f" deploy {PRIMARY_STACK} with this version of the program first"
            )
        return version

    def _at(self, value: Any, path: tuple[str, ...]) -> Any:
        for number, key in enumerate(path[1:], start=1):
            if not isinstance(value, dict) or key not in value:
                raise pulumi.RunError(
                    f"stack {self._stack} has no output {'.'.join(path[: number + 1])}:"
                    " it was deployed before that store was added;"
                    f" deploy {PRIMARY_STACK} first (pulumi up --stack {PRIMARY_STACK})"
                )
            value = value[key]
        return value


def agreed(what: str, built: pulumi.Input[str], computed: str) -> pulumi.Output[str]:
    """`built`, once it equals what the other stack computed.

    Backups copied to a name that nobody built are lost backups.
    """

    def compare(name: str) -> str:
        if name != computed:
            raise pulumi.RunError(f"{what}: built {name}, the other stack computed {computed} (components/naming.py)")
        return name

    return pulumi.Output.from_input(built).apply(compare)
