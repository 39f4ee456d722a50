"""Property trees that nobody would type by hand: the keys and words that the rules read, in any shape, in any place."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import proxy

from resilience_policies.registry import RULES
from tests.policy.pack import secret

# The number of cases of each fuzz test: SECURECART_FUZZ=10000 for the long run.
CASES = int(os.environ.get("SECURECART_FUZZ", "100"))
FUZZ = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
UNKNOWNS = tuple(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))
TYPES = sorted({type_ for rule in RULES for type_ in rule.types} | {"aws:sqs/queue:Queue"})
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ASSET = {_SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "t"}
_ARCHIVE = {_SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "assets": {"a": _ASSET}}
_ODD_WORDS = (
    "", "true", "7", "-1", "1e9", "us-east-1", "us-west-2", "arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:s3:::a",
    "arn:aws:backup:us-west-2:123456789012:backup-vault:v", "arn:", "arn:aws:rds:*", "*", "[", "alias/aws/sns",
    "cron(0 5 * * ? *)", "cron(", "rate(1 day)", "rate(0 hours)", "{", '{"Statement": [{"Effect": "Deny", "Action": "*"}]}',
    "expires=2999-01-01 owner=a reason=b", "2999-01-01", "ü", "\u0000", "__target",
)  # fmt: skip


@cache
def _constants(type_: str) -> tuple[str, ...]:
    """The short texts in the source of the rules that look at a type, and of what they import of the pack: the keys
    that they ask for, and the words that they compare with.
    """
    modules: dict[str, ModuleType] = {}
    waiting = [sys.modules[rule.check.__module__] for rule in RULES if type_ in rule.types]
    while waiting:
        module = waiting.pop()
        if module.__name__ not in modules and not module.__name__.endswith((".rule", ".fast", ".guard", ".operation")):
            modules[module.__name__] = module
            used = (sys.modules.get(getattr(value, "__module__", "") or "") for value in vars(module).values())
            waiting += [m for m in used if m is not None and m.__name__.startswith("resilience_policies.")]
    texts = {
        node.value
        for module in modules.values()
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40
    }
    # The engine's own markers are given on purpose, below, and nowhere else: the SDK raises at one that it does not know.
    return tuple(sorted(t for t in texts if t.isprintable() and not re.fullmatch(r"[0-9a-f-]{32,}", t)))


def _keys(type_: str) -> st.SearchStrategy[str]:
    identifiers = [text for text in _constants(type_) if text.isidentifier() and text[0].islower()]
    return st.sampled_from([*identifiers, "region", "tags", "tagsAll"])


@cache
def values(type_: str) -> st.SearchStrategy[Any]:
    """Any value; more often than not of a shape that some rule expects somewhere."""
    keys = _keys(type_)
    words = st.sampled_from([*_constants(type_), *_ODD_WORDS]) | st.text(st.characters(codec="utf-8"), max_size=6)
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 40000),
        st.floats(allow_nan=False, allow_infinity=False),
        words,
        st.sampled_from(UNKNOWNS),
        st.sampled_from([_ASSET, _ARCHIVE]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(keys | words, inner, max_size=5), inner.map(secret)
        ),
        max_leaves=12,
    )


@dataclass(frozen=True)
class Tree:
    """One registered resource, and which of the others a property took its value from."""

    type: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    sources: dict[str, list[int]]
    region: Any
    protect: bool
    ignore_changes: list[str]


@cache
def trees(type_: str) -> st.SearchStrategy[Tree]:
    keys = _keys(type_)
    inputs = st.dictionaries(keys, values(type_), max_size=10)
    sources = st.dictionaries(keys, st.lists(st.integers(0, 5), max_size=2), max_size=4)
    regions = st.sampled_from([None, "us-east-1", "us-west-2", UNKNOWNS[0], 3])
    ignored = st.lists(keys, max_size=2)
    return st.builds(Tree, st.just(type_), inputs, inputs, sources, regions, st.booleans(), ignored)


def programs() -> st.SearchStrategy[list[Tree]]:
    return st.lists(st.sampled_from(TYPES).flatmap(trees), min_size=1, max_size=6)


def requests(program: Sequence[Tree]) -> tuple[list[Any], Any]:
    """What the engine sends for a program: one message a resource, then one for the stack."""
    urns = [f"urn:pulumi:prod::p::{tree.type}::r{number}" for number, tree in enumerate(program)]
    singles: list[Any] = []
    stack = analyzer_pb2.AnalyzeStackRequest()
    for number, (tree, urn) in enumerate(zip(program, urns, strict=True)):
        single = analyzer_pb2.AnalyzeRequest(type=tree.type, urn=urn, name=f"r{number}")
        single.properties.update(tree.inputs)
        member = stack.resources.add(type=tree.type, urn=urn, name=f"r{number}", parent=urns[0])
        member.properties.update({**tree.inputs, **tree.outputs})
        for key, numbers in tree.sources.items():
            member.propertyDependencies[key].urns.extend(urns[n] if n < len(urns) else "urn:gone" for n in numbers)
        for message in (single, member):
            message.options.protect = tree.protect
            message.options.ignoreChanges.extend(tree.ignore_changes)
            if tree.region is not None:
                message.provider.type = "pulumi:providers:aws"
                message.provider.properties.update({"region": tree.region})
        singles.append(single)
    return singles, stack
