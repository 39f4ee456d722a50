"""A store that is in the account already comes under protection in two updates, and is never made anew."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from components.databases import database as databases
from components.options import store_options
from components.settings.adoption import KINDS, physical_name, problems
from components.tables import table as tables
from tests.support.program import Program, Registered, configuration, run_program

INSTANCE, TABLE, BUCKET = "aws:rds/instance:Instance", "aws:dynamodb/table:Table", "aws:s3/bucket:Bucket"
ACCOUNT, REGION = "123456789012", "us-east-1"
# Each kind with the name of a store, and what it is in the account.
EXISTING = {
    "databases": ("orders", "legacy-orders"),
    "tables": ("order-history", "LegacyOrderHistory"),
    "buckets": ("invoices", "legacy.invoices"),
}
TOKENS = {"databases": INSTANCE, "tables": TABLE, "buckets": BUCKET}


def problem(kind: str, existing: str) -> str:
    ((key, message),) = problems(kind, [("orders", existing)], REGION, ACCOUNT)
    assert key == f"{kind}.orders.existing"
    return message


def adopting(stack: str, last: dict[str, Any] | None = None) -> Program:
    """The shipped program with one store of each kind adopted."""
    changed = {}
    for kind, (store, existing) in EXISTING.items():
        shipped = json.loads(configuration(stack)[f"securecart:{kind}"])
        changed[kind] = shipped | {store: shipped[store] | {"existing": existing}}
    return run_program(stack, last=last, **changed)


def adopted(made: Program, kind: str) -> Registered:
    store, _ = EXISTING[kind]
    (found,) = [r for r in made.of(TOKENS[kind]) if r.inputs["tags"]["store"] == store]
    return found


@pytest.fixture(scope="module")
def first() -> Program:
    """The update that takes them into the state."""
    return adopting("prod")


@pytest.fixture(scope="module")
def second(first: Program) -> Program:
    """The update after it, which finds what the first one recorded."""
    return adopting("prod", last=first.outputs)


@pytest.mark.parametrize(
    ("kind", "existing"),
    [
        ("databases", "legacy-orders"),
        ("databases", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:legacy-orders"),
        ("tables", "Legacy_Orders.v2"),
        ("tables", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/LegacyOrders"),
        ("buckets", "legacy.orders"),
        ("buckets", "arn:aws:s3:::legacy-orders"),
        ("volumes", "vol-0123456789abcdef0"),
        ("volumes", "vol-01234567"),
        ("volumes", f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-0123456789abcdef0"),
    ],
)
def test_a_name_or_an_arn_is_taken(kind: str, existing: str) -> None:
    assert not problems(kind, [("orders", existing)], REGION, ACCOUNT)
    assert ":" not in physical_name(existing)


@pytest.mark.parametrize(
    ("kind", "existing"),
    [
        ("databases", f"arn:aws:rds:us-west-2:{ACCOUNT}:db:legacy-orders"),
        ("databases", f"arn:aws:rds:{REGION}:999999999999:db:legacy-orders"),
        ("databases", f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:legacy-orders"),
        ("tables", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:legacy-orders"),
        ("buckets", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/LegacyOrders"),
        ("volumes", f"arn:aws:ec2:{REGION}:{ACCOUNT}:snapshot/snap-0123456789abcdef0"),
    ],
)
def test_an_arn_of_another_service_region_or_account_is_refused(kind: str, existing: str) -> None:
    message = problem(kind, existing)
    assert existing in message
    assert KINDS[kind].arn_prefix.format(region=REGION, account=ACCOUNT) in message


@pytest.mark.parametrize(
    ("kind", "existing"),
    [
        ("databases", "Legacy-Orders"),
        ("databases", "legacy--orders"),
        ("databases", "legacy-orders-"),
        ("databases", "l" * 64),
        ("tables", "ab"),
        ("tables", "legacy orders"),
        ("tables", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/LegacyOrders/stream/2026"),
        ("buckets", "Legacy-Orders"),
        ("buckets", "arn:aws:s3:::legacy-orders/2026"),
        ("volumes", "legacy-volume"),
        ("volumes", "vol-0123"),
    ],
)
def test_a_name_that_aws_does_not_give_is_refused_with_its_rule(kind: str, existing: str) -> None:
    assert KINDS[kind].source in problem(kind, existing)


def test_a_store_is_adopted_once() -> None:
    twice = [("orders", "legacy-orders"), ("payments", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:legacy-orders")]
    found = problems("databases", twice, REGION, ACCOUNT)
    assert [key for key, _ in found] == ["databases.orders.existing", "databases.payments.existing"]
    assert all("2 times" in message for _, message in found)


def test_the_configuration_is_refused_with_every_wrong_name_at_once() -> None:
    wrong = {kind: json.loads(configuration("prod")[f"securecart:{kind}"]) for kind in ("databases", "buckets")}
    wrong["databases"]["orders"] |= {"existing": "Legacy-Orders"}
    wrong["buckets"]["invoices"] |= {"existing": "arn:aws:s3:::legacy/2026"}
    with pytest.raises(pulumi.RunError) as error:
        run_program("prod", **wrong)
    assert "databases.orders.existing" in str(error.value)
    assert "buckets.invoices.existing" in str(error.value)


@pytest.mark.parametrize("kind", EXISTING)
def test_the_first_update_imports_it_and_changes_nothing(first: Program, kind: str) -> None:
    """Pulumi's import takes the inputs that it read wherever a change is ignored (pulumi, ImportStep.Apply)."""
    taken = adopted(first, kind)
    assert taken.imports == EXISTING[kind][1]
    assert taken.ignore_changes == ("*",)
    assert taken.protect


@pytest.mark.parametrize("kind", EXISTING)
def test_the_second_update_protects_it_in_place(second: Program, kind: str) -> None:
    taken = adopted(second, kind)
    assert not taken.imports
    assert "*" not in taken.ignore_changes
    assert taken.protect, "which refuses every replacement"


def test_only_the_adopted_stores_are_imported(first: Program, second: Program) -> None:
    assert {r.imports for r in first.resources} - {""} == {existing for _, existing in EXISTING.values()}
    assert not [r for r in second.resources if r.imports]


def test_what_would_make_it_anew_or_move_it_is_left_as_it_is(second: Program) -> None:
    # What replaces the resource when it changes (terraform-provider-aws: ForceNew of aws_db_instance and
    # aws_dynamodb_table, of what this program says).
    replacing = {
        "databases": {"dbName", "engine", "kmsKeyId", "storageEncrypted", "username"},
        "tables": {"hashKey", "rangeKey"},
        "buckets": {"objectLockEnabled"},
    }
    for kind, properties in replacing.items():
        assert properties <= set(adopted(second, kind).ignore_changes), kind
    assert set(databases.ADOPTED_KEEPS) >= {"dbSubnetGroupName", "vpcSecurityGroupIds", "parameterGroupName", "port"}
    assert set(tables.ADOPTED_KEEPS) >= {"globalSecondaryIndexes", "localSecondaryIndexes", "attributes"}


def test_its_name_is_the_one_that_both_stacks_compute(second: Program) -> None:
    outputs = second.outputs
    assert outputs["databases"]["orders"]["identifier"] == "legacy-orders"
    assert outputs["tables"]["order-history"]["name"] == "LegacyOrderHistory"
    assert outputs["buckets"]["invoices"]["name"] == "legacy.invoices"


def test_the_secondary_region_copies_it_under_a_name_of_ours() -> None:
    dr = adopting("dr")
    names = {r.inputs["identifier"] for r in dr.of(INSTANCE)}
    assert "securecart-orders-secondary-g1" in names
    (copy,) = [b for b in dr.of(BUCKET) if b.inputs["tags"]["store"] == "invoices"]
    assert copy.inputs["bucket"] == "securecart-invoices-123456789012-us-west-2"
    assert copy.inputs["tags"]["replica-of"] == "legacy.invoices"
    assert not [r for r in dr.resources if r.imports]


def test_a_store_of_our_own_is_neither_imported_nor_left_alone() -> None:
    parent: Any = None
    options = store_options(parent, ephemeral=False)
    assert (options.import_, options.ignore_changes, options.protect) == (None, None, True)
    taking = store_options(parent, ephemeral=False, ignore_changes=["password"], imports="legacy-orders")
    assert (taking.import_, taking.ignore_changes, taking.protect) == ("legacy-orders", ["*"], True)
