"""What holds for the pack as a whole, whatever the rule."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.policy.case import of_rule
from tests.policy.pack import PACK, UNKNOWN, Pack, Registration, running, secret

INSTANCE = "aws:rds/instance:Instance"
REQUIRED_RULES = {
    "rds-storage-encrypted",
    "rds-backup-retention",
    "rds-deletion-protection",
    "rds-multi-az",
    "dynamodb-pitr",
    "dynamodb-cmk",
    "s3-versioning",
    "s3-encryption",
    "s3-replication",
    "ebs-encrypted",
    "backup-vault-cmk",
    "kms-rotation",
    "backup-plan-copies-to-other-region",
    "ebs-in-backup-plan",
    "efs-in-backup-plan",
    "backup-copy-retention",
    "backup-copy-vault-key-in-region",
    "backup-vault-locked",
    "backup-vault-force-destroy",
    "backup-vault-deny-delete",
    "backup-schedule-meets-rpo",
}


def registry_rules() -> tuple[object, ...]:
    """Imported late: conftest puts the pack's directory on the path."""
    rules: tuple[object, ...] = importlib.import_module("resilience_policies.registry").RULES
    return rules


def test_the_required_rules_are_served_and_mandatory(pack: Pack) -> None:
    served = {p.name: p.enforcementLevel for p in pack.info().policies if "service:pack" not in p.tags}
    mandatory = 1
    assert {name for name, level in served.items() if level == mandatory} >= REQUIRED_RULES


def test_every_rule_carries_what_a_reader_and_the_service_need(pack: Pack) -> None:
    for policy in pack.info().policies:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", policy.name)
        assert policy.description.endswith("."), policy.name
        assert policy.severity, policy.name
        assert policy.remediation_steps, policy.name
        assert any(tag.startswith("service:") for tag in policy.tags), policy.name
        assert any(tag.startswith("nist-800-53r5:") for tag in policy.tags), policy.name
    for rule in registry_rules():
        assert rule.why.endswith("."), rule.id  # type: ignore[attr-defined]  # imported by name
        assert rule.types, rule.id  # type: ignore[attr-defined]


def test_every_setting_declares_a_default_and_a_meaning(pack: Pack) -> None:
    for policy in pack.info().policies:
        for key, schema in dict(policy.configSchema.properties).items():
            assert "default" in schema, (policy.name, key)
            assert schema["description"].endswith("."), (policy.name, key)


def test_a_level_can_be_configured_for_one_rule(pack: Pack) -> None:
    pack.configure(
        {"rds-multi-az": {"enforcementLevel": "advisory"}, "rds-deletion-protection": {"enforcementLevel": "disabled"}}
    )
    found = pack.judge(Registration(INSTANCE, "db", {}))
    assert [d.level for d in of_rule(found, "rds-multi-az")] == ["ADVISORY"]
    assert of_rule(found, "rds-deletion-protection") == []
    assert [d.level for d in of_rule(found, "rds-backup-retention")] == ["MANDATORY"]


def test_a_resource_of_no_interest_is_never_mentioned(pack: Pack) -> None:
    queue = Registration("aws:sqs/queue:Queue", "queue", {"name": UNKNOWN, "policy": secret("hunter2")})
    assert pack.judge(queue, Registration("pulumi:pulumi:Stack", "stack", {}, region=None)) == []


def test_no_message_repeats_a_secret_or_another_property(pack: Pack) -> None:
    value = "hunter2-" + "x" * 8
    properties = ("storageEncrypted", "backupRetentionPeriod", "deletionProtection", "multiAz", "password", "kmsKeyArn")
    program = [
        Registration(INSTANCE, "db", {key: secret(value) for key in properties}),
        Registration(
            "aws:dynamodb/table:Table", "table", {"pointInTimeRecovery": {"enabled": secret(value)}, "hashKey": value}
        ),
        Registration("aws:s3/bucket:Bucket", "bucket", {"bucket": value, "versioning": {"enabled": secret(value)}}),
        Registration(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            "r",
            {"bucket": value, "rules": [{"status": value}]},
        ),
        Registration("aws:kms/key:Key", "key", {"enableKeyRotation": value, "policy": value}),
        Registration("aws:backup/plan:Plan", "plan", {"rules": [{"copyActions": [{"destinationVaultArn": value}]}]}),
    ]
    found = pack.judge(*program)
    assert {d.rule for d in found} >= {
        "rds-multi-az",
        "dynamodb-pitr",
        "s3-versioning",
        "s3-replication",
        "kms-rotation",
    }
    assert not [d for d in found if value in d.message]


SHAPES: list[object] = [
    None,
    True,
    3,
    3.5,
    "text",
    "",
    [],
    {},
    [None],
    [[]],
    {"a": None},
    UNKNOWN,
    [UNKNOWN],
    {"enabled": [UNKNOWN]},
]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_no_shape_of_any_property_makes_a_rule_fail(pack: Pack, shape: object) -> None:
    keys = set(
        re.findall(r'"([a-z]+[A-Za-z]*)"', "".join(p.read_text() for p in (PACK / "resilience_policies").rglob("*.py")))
    )
    types = {type_ for rule in registry_rules() for type_ in rule.types}  # type: ignore[attr-defined]
    inputs = dict.fromkeys(keys, shape)
    found = pack.judge(*(Registration(type_, f"r{number}", inputs) for number, type_ in enumerate(sorted(types))))
    assert not [d for d in found if "internal error" in d.message]


BROKEN_RULES = """
    from resilience_policies import rule as _rule
    from pulumi_policy import Severity as _Severity
    from resilience_policies.reading import UNKNOWN as _UNKNOWN

    def _fails(resource, settings):
        yield _rule.Violation("said before")
        raise KeyError(resource.stated.text("password"))

    def _fails_in_stack(estate, settings):
        yield _rule.Undetermined("undetermined: something")
        raise RuntimeError(estate.members[0].stated.text("password"))

    _types = frozenset({"aws:rds/instance:Instance"})
    _about = dict(service="rds", severity=_Severity.LOW, title="Broken.", why="x", fix="x", tags=(), types=_types)
    RULES = (
        _rule.ResourceRule(id="broken-resource", check=_fails, **_about),
        _rule.StackRule(id="broken-stack", check=_fails_in_stack, **_about),
        *RULES,
    )
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """The pack alone, copied to a place where nothing of this repository is near, with two rules that raise."""
    copy: Path = tmp_path_factory.mktemp("elsewhere") / "pack"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    registry = copy / "resilience_policies" / "registry.py"
    registry.write_text(registry.read_text() + textwrap.dedent(BROKEN_RULES))
    with running(copy) as pack:
        pack.configure({})
        yield pack


@pytest.mark.parametrize("rule", ["broken-resource", "broken-stack"])
def test_an_exception_becomes_a_violation_of_its_own_rule_and_silences_no_other(broken: Pack, rule: str) -> None:
    found = broken.judge(Registration(INSTANCE, "db", {"password": secret("hunter2"), "backupRetentionPeriod": 1}))
    [defect] = [d for d in of_rule(found, rule) if "internal error" in d.message]
    assert defect.mandatory
    assert "hunter2" not in defect.message
    assert re.search(r"(KeyError|RuntimeError) at registry\.py:\d+", defect.message)
    assert [d.mandatory for d in of_rule(found, "rds-backup-retention")] == [True]
    assert of_rule(found, "backup-plan-copies-to-other-region")


def test_what_a_rule_said_before_it_failed_is_kept(broken: Pack) -> None:
    found = broken.judge(Registration(INSTANCE, "db", {}))
    assert any("said before" in d.message for d in of_rule(found, "broken-resource"))
    assert [d.level for d in of_rule(found, "broken-stack")] == ["MANDATORY", "ADVISORY"]


def test_two_rules_with_one_id_are_refused() -> None:
    registry = importlib.import_module("resilience_policies.registry")
    with pytest.raises(ValueError, match="registered more than once: rds-storage-encrypted"):
        registry.ordered(registry.RULES, registry.RULES[:1])


def test_every_resource_type_is_a_type_of_the_aws_provider() -> None:
    """The SDK declares its tokens in the class that registers them; older names live on in its aliases."""
    # Read as text: importing the older names warns, and a service's whole package takes seconds.
    sdk = Path(next(iter(importlib.util.find_spec("pulumi_aws").submodule_search_locations)))  # type: ignore[union-attr, arg-type]
    tokens = {type_ for rule in registry_rules() for type_ in rule.types}  # type: ignore[attr-defined]
    for token in sorted(tokens - {"pulumi:pulumi:Stack"}):
        service, module, class_name = re.fullmatch(r"aws:(\w+)/(\w+):(\w+)", token).groups()  # type: ignore[union-attr]
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", module).lower().removesuffix("_v2")
        assert token in (sdk / service / f"{name}.py").read_text(), token
        assert module[0].upper() + module[1:] == class_name, token


def test_rules_can_be_picked_by_the_type_that_they_look_at() -> None:
    registry = importlib.import_module("resilience_policies.registry")
    picked = {rule.id for rule in registry.rules_for("aws:kms/key:Key")}
    assert "kms-rotation" in picked
    assert "rds-multi-az" not in picked
    assert registry.rules_for("aws:sqs/queue:Queue") == ()


def test_the_pack_describes_itself_to_the_engine(pack: Pack) -> None:
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    assert project["runtime"] == {"name": "python", "options": {"virtualenv": "../.venv"}}
    assert {"version", "description", "author", "license"} <= set(project)
    assert pack.info().readme == (PACK / "README.md").read_text()
    assert pack.info().name == "aws-data-resilience"
    assert project["description"] == pack.info().description


def test_the_requirements_are_locked_by_hash_and_name_no_host() -> None:
    text = (PACK / "requirements.txt").read_text()
    pinned = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
    assert "pulumi-policy" in pinned
    assert "pulumi-aws" not in pinned
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(pinned)
    main = (PACK.parent / "requirements.txt").read_text()
    assert all(line.split(" ")[0] in main for line in text.splitlines() if "==" in line), "the two locks disagree"
