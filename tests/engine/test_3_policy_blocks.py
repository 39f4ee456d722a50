"""Each mandatory rule blocks a real preview when its one property is gone, by `pulumi` alone and by `securecart`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from resilience_policies.registry import RULES
from tests.engine.conftest import mutation_variables
from tests.engine.estate import ORGANIZATION_PROJECT, REPO, Estate, copy_checkout
from tests.engine.mutations import MUTATIONS, Mutation

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.rule)
def test_a_preview_without_the_property_is_blocked_by_its_rule(
    estate: Estate, mutated_project: Path, mutation: Mutation
) -> None:
    preview = estate.pulumi(
        "preview",
        "--stack",
        f"{ORGANIZATION_PROJECT}/{mutation.stack}",
        "--policy-pack",
        str(REPO / "policy"),
        cwd=mutated_project,
        **mutation_variables(mutation.resource_type, mutation.path, mutation.value),
    )
    assert preview.code != 0
    blocking = [line for line in preview.text.splitlines() if "[mandatory]" in line]
    assert any(mutation.rule in line for line in blocking), preview.text[-4000:]
    assert {rule.rule for rule in MUTATIONS if any(f" {rule.rule} " in f"{line} " for line in blocking)} == {
        mutation.rule
    }


def test_every_mutation_is_of_a_mandatory_rule() -> None:
    """A sample through the real engine; tests/policy/test_mutations.py takes out every protective property."""
    mandatory = {rule.id for rule in RULES if rule.level == "mandatory"}
    assert {mutation.rule for mutation in MUTATIONS} <= mandatory


@dataclass(frozen=True)
class Edit:
    """What a person might take out of the code, and the rule and number of resources that then stop them."""

    rule: str
    file: str
    before: str
    after: str
    resources: int


EDITS = (
    Edit("rds-multi-az", "components/databases/database.py", "            multi_az=True,\n", "", 2),
    # The forward replication of all four buckets, which dr owns: its own buckets say whose copies they should be.
    Edit(
        "s3-replication",
        "components/links.py",
        "in args.buckets.items():",
        "in list(args.buckets.items())[:0]:",
        4,
    ),
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.rule)
def test_editing_protection_out_of_the_code_blocks_securecart_and_changes_nothing(
    estate: Estate, tmp_path: Path, edit: Edit
) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    file = checkout / edit.file
    edited = file.read_text().replace(edit.before, edit.after)
    assert edited != file.read_text()
    file.write_text(edited)
    before = estate.inventory()

    blocked = estate.securecart("up", "--json", checkout=checkout)
    assert blocked.code == 3, blocked.text
    violations = [v for run in blocked.json()["runs"] for v in run["violations"] if v["level"] == "mandatory"]
    assert {v["policy"] for v in violations} == {edit.rule}
    assert len({v["resource"] for v in violations}) == edit.resources
    assert all("Write: " in v["message"] for v in violations)
    assert estate.inventory() == before
