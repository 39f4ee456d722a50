"""SecureCart's own program with one protective property taken out at registration.

Run by the engine as `__main__.py` of a copied project (see `conftest.mutated_project`). The mutation arrives as JSON in
SECURECART_TEST_MUTATION: {"type": <resource type>, "path": ["rules", "*", "copyActions"], "value": <null removes it>}.
A transform is the closest thing to a person who edits the line out: the engine, the provider's check and the pack all see it.
"""

from __future__ import annotations

import json
import os
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime

MUTATION: dict[str, Any] = json.loads(os.environ["SECURECART_TEST_MUTATION"])


def edit(node: Any, path: list[str], value: Any) -> Any:
    """Returns `node` with the value at `path` replaced, or removed where `value` is None; "*" walks a list."""
    head, rest = path[0], path[1:]
    if head == "*":
        return [edit(item, rest, value) for item in node]
    edited = dict(node)
    if rest:
        edited[head] = edit(edited[head], rest, value)
    elif value is None:
        edited.pop(head, None)
    else:
        edited[head] = value
    return edited


def mutate(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ != MUTATION["type"]:
        return None
    return pulumi.ResourceTransformResult(props=edit(args.props, MUTATION["path"], MUTATION["value"]), opts=args.opts)


pulumi.runtime.register_resource_transform(mutate)
runpy.run_path(str(Path(os.environ["SECURECART_TEST_PROGRAM"])), run_name="__main__")
