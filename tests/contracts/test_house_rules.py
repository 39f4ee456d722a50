"""Rules of the house that no type checker knows: who imports whom, and the shape of every component."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
from pathlib import Path

import pulumi
import pytest
import yaml

from tests.support.program import REPO, everything, program

COMPONENT_FILES = sorted((REPO / "components").rglob("*.py"))
# Never imported by the package on the left.
FORBIDDEN = {
    "components": {"automation", "localcloud", "policy", "tests"},
    "localcloud": {"automation", "components", "policy", "tests"},
    "policy": {"automation", "components", "localcloud", "pulumi_aws", "tests"},
    "automation": {"policy", "tests"},
}
TOKENS = {
    "securecart:alarms:RecoveryAlarms",
    "securecart:alerts:AlertTopic",
    "securecart:bucket:ProtectedBucket",
    "securecart:buckets:BatchReplicationRole",
    "securecart:dashboard:Dashboard",
    "securecart:database:PrimaryDatabase",
    "securecart:database:ReplicaDatabase",
    "securecart:databases:AdministratorSecret",
    "securecart:databases:DatabaseGroups",
    "securecart:databases:ReplicatedBackups",
    "securecart:dns:FailoverDns",
    "securecart:elastic_recovery:ElasticRecovery",
    "securecart:events:AlertRules",
    "securecart:fleet:ServerFleet",
    "securecart:health:RegionHealth",
    "securecart:keys:MultiRegionKey",
    "securecart:keys:RegionalKey",
    "securecart:keys:ReplicaOfKey",
    "securecart:load_balancer:FrontDoor",
    "securecart:network:PrivateNetwork",
    "securecart:objectives_policy:ResiliencePolicy",
    "securecart:primary:PrimaryTier",
    "securecart:protection:AirGappedVault",
    "securecart:protection:BackupAudit",
    "securecart:protection:BackupPlan",
    "securecart:protection:BackupReports",
    "securecart:protection:BackupRole",
    "securecart:protection:ConfigRecorder",
    "securecart:protection:RegionProtection",
    "securecart:protection:ReportsRole",
    "securecart:protection:RestoreTests",
    "securecart:recovery:Routing",
    "securecart:region_switch:RegionSwitch",
    "securecart:replication:BucketReplication",
    "securecart:replication:PrimarySideLinks",
    "securecart:replication:ReplicationRole",
    "securecart:secondary:DataCopies",
    "securecart:secondary:SecondaryTier",
    "securecart:table:ProtectedTable",
    "securecart:tables:TableScaling",
    "securecart:threats:ThreatDetection",
    "securecart:trail:AuditTrail",
    "securecart:vault:LockedVault",
    "securecart:volumes:ServerVolumes",
    "securecart:volumes:VolumeEncryption",
    "securecart:volumes:VolumeSnapshots",
    "securecart:watch:RegionWatch",
}


def imported(path: Path) -> set[str]:
    """What a file imports when it runs; names that only the type checker reads load nothing."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in (n for n in ast.walk(tree) if id(n) not in typing_only):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def component_classes() -> list[type[pulumi.ComponentResource]]:
    modules = [
        importlib.import_module(".".join(p.relative_to(REPO).with_suffix("").parts))
        for p in COMPONENT_FILES
        if p.name != "__init__.py"
    ]
    return [
        cls
        for module in modules
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, pulumi.ComponentResource) and cls.__module__ == module.__name__
    ]


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_no_package_imports_what_it_must_not_know(package: str) -> None:
    for path in (REPO / package).rglob("*.py"):
        roots = {name.split(".")[0] for name in imported(path)}
        assert not roots & FORBIDDEN[package], path


def test_the_command_loads_the_local_cloud_only_when_it_is_the_target() -> None:
    for path in (REPO / "automation").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            text = ast.unparse(node) if isinstance(node, ast.Import | ast.ImportFrom) else ""
            assert "localcloud" not in text, path


def test_only_one_file_touches_the_automation_api() -> None:
    users = {
        str(p.relative_to(REPO))
        for package in FORBIDDEN
        for p in (REPO / package).rglob("*.py")
        if any(name.startswith("pulumi.automation") for name in imported(p))
    }
    assert users <= {"automation/stacks.py"}


def test_type_tokens_are_pinned() -> None:
    recorded = (program("prod"), program("dr"), everything())
    registered = {r.type for one in recorded for r in one.resources if not r.custom}
    assert {t for t in registered if t.startswith("securecart:")} == TOKENS
    assert len(component_classes()) == len(TOKENS), "a component that no stack builds"


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_every_resource_has_a_component_as_parent_and_an_explicit_provider(stack: str) -> None:
    ours = [r for r in program(stack).resources if r.type.startswith("aws:")]
    assert ours
    for resource in ours:
        assert "securecart:" in resource.parent, resource.name
        assert "pulumi:providers:aws::us-" in resource.provider, resource.name


def test_only_the_links_of_dr_reach_into_the_primary_region() -> None:
    away = [r for r in program("dr").resources if r.type.startswith("aws:") and "aws::us-east-1" in r.provider]
    assert away
    assert all("PrimarySideLinks" in r.parent for r in away)
    assert all("aws::us-east-1" in r.provider for r in program("prod").resources if r.type.startswith("aws:"))


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_every_function_call_names_its_provider(stack: str) -> None:
    calls = program(stack).invokes
    assert calls
    # The engine answers its own functions; they reach no cloud.
    of_aws = [provider for token, provider in calls if not token.startswith("pulumi:pulumi:")]
    assert of_aws
    assert all("pulumi:providers:aws::us-" in provider for provider in of_aws)


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_every_provider_tags_all_resources_and_refuses_other_accounts(stack: str) -> None:
    for provider in program(stack).of("pulumi:providers:aws"):
        assert "123456789012" in str(provider.inputs["allowedAccountIds"])
        assert {"project", "stack", "role"} <= set(eval_json(provider.inputs["defaultTags"])["tags"])


def eval_json(value: object) -> dict[str, dict[str, str]]:
    parsed = yaml.safe_load(value) if isinstance(value, str) else value
    assert isinstance(parsed, dict)
    return parsed


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_everything_that_holds_data_says_how_much_it_matters(stack: str) -> None:
    holders = {
        "aws:rds/instance:Instance",
        "aws:dynamodb/table:Table",
        "aws:dynamodb/tableReplica:TableReplica",
        "aws:s3/bucket:Bucket",
        "aws:ebs/volume:Volume",
    }
    held = [r for r in program(stack).resources if r.type in holders]
    assert held
    for resource in held:
        assert resource.inputs["tags"]["data-class"] in {"critical", "important", "operational"}
        assert resource.protect


def test_the_stack_files_have_the_same_keys_in_the_same_order() -> None:
    prod, dr = (list(yaml.safe_load((REPO / f"Pulumi.{s}.yaml").read_text())["config"]) for s in ("prod", "dr"))
    assert prod == dr


def test_both_stacks_compute_the_same_names_for_each_other() -> None:
    prod, dr = program("prod").outputs, program("dr").outputs
    assert prod["vault"]["copyArn"] == dr["vault"]["arn"]
    assert dr["vault"]["copyArn"] == prod["vault"]["arn"]
    assert prod["contractVersion"] == dr["contractVersion"] == 2


@pytest.mark.parametrize("path", COMPONENT_FILES, ids=lambda p: p.name)
def test_no_resource_is_made_inside_apply(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "apply":
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Call) and n is not node]
            assert not [
                n for n in inner if ast.unparse(n.func).startswith("aws.") and "_output" not in ast.unparse(n.func)
            ]


@pytest.mark.parametrize("component", component_classes(), ids=lambda c: c.__name__)
def test_a_component_ends_with_register_outputs_says_what_it_makes_and_takes_frozen_keyword_arguments(
    component: type[pulumi.ComponentResource],
) -> None:
    assert "Produces the following resources" in (component.__doc__ or "")
    (made,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(component))).body
    assert isinstance(made, ast.ClassDef)
    constructor = next(n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    assert ast.unparse(constructor.body[-1]).startswith("self.register_outputs(")
    name = inspect.signature(component.__init__).parameters["args"].annotation
    arguments = getattr(importlib.import_module(component.__module__), name)
    assert dataclasses.is_dataclass(arguments)
    assert arguments.__dataclass_params__.frozen
    assert all(f.kw_only for f in dataclasses.fields(arguments))
