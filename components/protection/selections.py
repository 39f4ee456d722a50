"""Which store is in which selection of a plan. Pure: what a change of the stores changes can be read off here.

A selection cannot be edited: any change replaces it. So a store must never push another one into another selection,
as it would in parts of 500 counted from the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pulumi

from components.settings import limits

Stores = Mapping[str, pulumi.Input[str]]
"""ARNs by a key that is known before AWS answers and changes when the ARN does: an identifier, generation included."""


def selections(kind: str, stores: Stores) -> dict[str, Stores]:
    """The stores of a kind in as many selections as AWS's limit asks for, by the selections' stable names.

    One selection, until it is full; then it becomes two by one bit of each key's hash, and each of these again when
    it is full. Adding a store touches the selection that it falls into and no other, whatever its name.
    """
    return _split(kind, "", stores)


def selection_name(stable: str, stores: Stores) -> str:
    """The name in AWS: it says which stores are in it, so that a replacement can be made before the old one goes."""
    keys = "\n".join(sorted(stores))
    return f"{stable}-{hashlib.sha256(keys.encode()).hexdigest()[:8]}"


def _split(kind: str, path: str, stores: Stores) -> dict[str, Stores]:
    if len(stores) <= limits.BACKUP_SELECTION_ARNS:
        return {f"{kind}-{path}" if path else kind: dict(sorted(stores.items()))} if stores else {}
    halves: tuple[dict[str, pulumi.Input[str]], dict[str, pulumi.Input[str]]] = ({}, {})
    for key, arn in stores.items():
        halves[_bit(key, len(path))][key] = arn
    return _split(kind, path + "0", halves[0]) | _split(kind, path + "1", halves[1])


def _bit(key: str, position: int) -> int:
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    return digest >> (255 - position) & 1
