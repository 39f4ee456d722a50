"""Property trees that nobody would type by hand: the keys and words that the rules read, in any shape, in any place."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import proxy

from resilience_policies.registry import RULES
from tests.policy.pack import PACK, secret

# The number of cases of each fuzz test: SECURECART_FUZZ=10000 for the long run.
CASES = int(os.environ.get("SECURECART_FUZZ", "200"))
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
def _constants() -> tuple[str, ...]:
    """Every short text of the pack's source: the keys that rules ask for, and the words that they compare with."""
    trees = (ast.parse(path.read_text()) for path in (PACK / "resilience_policies").rglob("*.py"))
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40
    }
    # The engine's own markers are given on purpose, below, and nowhere else: the SDK raises at one that it does not know.
    return tuple(sorted(text for text in texts if text.isprintable() and not re.fullmatch(r"[0-9a-f-]{32,}", text)))


def _keys() -> st.SearchStrategy[str]:
    return st.sampled_from([text for text in _constants() if text.isidentifier() and text[0].islower()])


def values() -> st.SearchStrategy[Any]:
    words = st.sampled_from([*_constants(), *_ODD_WORDS]) | st.text(st.characters(codec="utf-8"), max_size=6)
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
            st.lists(inner, max_size=3), st.dictionaries(_keys() | words, inner, max_size=5), inner.map(secret)
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


def programs() -> st.SearchStrategy[list[Tree]]:
    inputs = st.dictionaries(_keys(), values(), max_size=8)
    sources = st.dictionaries(_keys(), st.lists(st.integers(0, 5), max_size=2), max_size=3)
    regions = st.sampled_from([None, "us-east-1", "us-west-2", UNKNOWNS[0], 3])
    tree = st.builds(
        Tree, st.sampled_from(TYPES), inputs, inputs, sources, regions, st.booleans(), st.lists(_keys(), max_size=2)
    )
    return st.lists(tree, min_size=1, max_size=6)


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
