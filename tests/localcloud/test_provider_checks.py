"""What the provider refuses, before anything is created and before it talks to anything that is not the local cloud."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from localcloud.emulator.server import Emulator
from localcloud.provider import schema
from localcloud.provider.catalog import TYPES
from localcloud.provider.codec import UNKNOWN, Props
from localcloud.provider.server import Provider
from tests.localcloud.provider_driver import AbortedError, Resource, configured
from tests.localcloud.provider_world import PRIMARY, SECONDARY

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
FAR_DATABASE = "arn:aws:rds:us-west-2:123456789012:db:orders"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
INSTANCE = "aws:rds/instance:Instance"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


@pytest.fixture
def endpoint(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    monkeypatch.delenv("SECURECART_CLOUD_ID", raising=False)
    return emulator.endpoint


@pytest.fixture
def provider(endpoint: str) -> Provider:
    assert endpoint
    return configured(PRIMARY)


def refusals(provider: Provider, token: str, inputs: Props) -> str:
    return "\n".join(Resource(provider, token).check(inputs)[1])


def test_a_misspelt_property_is_refused_with_the_name_that_was_meant(provider: Provider) -> None:
    said = refusals(provider, "aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "enableDnsHostname": True})
    assert "enableDnsHostname " in said
    assert "enableDnsHostnames" in said


def test_a_type_that_is_not_provided_is_refused_by_name(provider: Provider) -> None:
    assert "aws:lambda/function:Function" in refusals(provider, "aws:lambda/function:Function", {})


def test_a_property_of_aws_that_is_not_modelled_is_refused_rather_than_dropped(provider: Provider) -> None:
    inputs = {"vpcId": "vpc-1", "ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0}]}
    said = refusals(provider, "aws:ec2/securityGroup:SecurityGroup", inputs)
    assert "ingress" in said
    assert "not model" in said


def test_a_required_property_that_is_missing_is_named(provider: Provider) -> None:
    assert "backupVaultName" in refusals(provider, LOCK, {"minRetentionDays": 7})


def test_a_text_where_a_number_belongs_is_refused(provider: Provider) -> None:
    assert "minRetentionDays" in refusals(provider, LOCK, {"backupVaultName": "vault", "minRetentionDays": "seven"})


def test_what_is_not_known_yet_is_not_refused(provider: Provider) -> None:
    inputs = {"backupVaultName": UNKNOWN, "minRetentionDays": UNKNOWN, "maxRetentionDays": 90}
    assert refusals(provider, LOCK, inputs) == ""


def _instance(**more: Any) -> Props:
    return {"identifier": "orders", "instanceClass": "db.t4g.micro", "skipFinalSnapshot": True, **more}


def _primary(**more: Any) -> Props:
    return _instance(engine="postgres", allocatedStorage=20, username="securecart", password="correct-horse", **more)


def _plan(**lifecycle: int) -> Props:
    rule = {"ruleName": "daily", "targetVaultName": "vault", "lifecycle": lifecycle}
    return {"name": "plan", "rules": [rule]}


def _replication(rule: Props, **destination: Any) -> Props:
    where = {"bucket": "arn:aws:s3:::far", **destination}
    whole = {"id": "all", "status": "Enabled", "destination": where, **rule}
    return {"bucket": "near", "role": "arn:aws:iam::123456789012:role/r", "rules": [whole]}


def _table(days: int) -> Props:
    return {
        "name": "t", "hashKey": "pk", "attributes": [{"name": "pk", "type": "S"}], "billingMode": "PAY_PER_REQUEST",
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": days},
    }  # fmt: skip


_FILTERED = {"filter": {"prefix": ""}, "priority": 1, "deleteMarkerReplication": {"status": "Enabled"}}
_FIFTEEN = {"status": "Enabled", "time": {"minutes": 15}}
_METRICS = {"status": "Enabled", "eventThreshold": {"minutes": 15}}

# Name of the rule -> (type, inputs that AWS accepts, inputs that AWS refuses, a word of the refusal).
RULES: dict[str, tuple[str, Props, Props, str]] = {
    "cold storage lasts 90 days": (
        "aws:backup/plan:Plan",
        _plan(coldStorageAfter=30, deleteAfter=120),
        _plan(coldStorageAfter=30, deleteAfter=119),
        "119",
    ),
    "a lock's minimum is not over its maximum": (
        LOCK,
        {"backupVaultName": "vault", "minRetentionDays": 7, "maxRetentionDays": 7},
        {"backupVaultName": "vault", "minRetentionDays": 8, "maxRetentionDays": 7},
        "minRetentionDays",
    ),
    "a lock can be taken back for three days at least": (
        LOCK,
        {"backupVaultName": "vault", "changeableForDays": 3},
        {"backupVaultName": "vault", "changeableForDays": 2},
        "changeableForDays",
    ),
    "RDS keeps backups for 35 days at most": (
        INSTANCE,
        _primary(backupRetentionPeriod=35),
        _primary(backupRetentionPeriod=36),
        "backupRetentionPeriod",
    ),
    "an encrypted far replica has a key of its own Region": (
        INSTANCE,
        _instance(replicateSourceDb=FAR_DATABASE, storageEncrypted=True, kmsKeyId=KEY),
        _instance(replicateSourceDb=FAR_DATABASE, storageEncrypted=True),
        "kmsKeyId",
    ),
    "a replica has no password": (
        INSTANCE,
        _instance(replicateSourceDb=FAR_DATABASE),
        _instance(replicateSourceDb=FAR_DATABASE, password="correct-horse"),
        "password",
    ),
    "DynamoDB goes back 35 days at most": ("aws:dynamodb/table:Table", _table(35), _table(36), "recoveryPeriodInDays"),
    "a filter needs priority and delete markers": (
        REPLICATION,
        _replication(_FILTERED),
        _replication({"filter": {"prefix": ""}}),
        "priority",
    ),
    "replication time is 15 minutes": (
        REPLICATION,
        _replication(_FILTERED, replicationTime=_FIFTEEN, metrics=_METRICS),
        _replication(_FILTERED, replicationTime={"status": "Enabled", "time": {"minutes": 30}}, metrics=_METRICS),
        "15",
    ),
    "replication time needs metrics": (
        REPLICATION,
        _replication(_FILTERED, replicationTime=_FIFTEEN, metrics=_METRICS),
        _replication(_FILTERED, replicationTime=_FIFTEEN),
        "metrics",
    ),
    "KMS waits 7 to 30 days": (
        "aws:kms/key:Key",
        {"deletionWindowInDays": 7},
        {"deletionWindowInDays": 6},
        "deletionWindowInDays",
    ),
    "KMS rotates every 90 days at most": (
        "aws:kms/key:Key",
        {"enableKeyRotation": True, "rotationPeriodInDays": 90},
        {"enableKeyRotation": True, "rotationPeriodInDays": 89},
        "rotationPeriodInDays",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_aws_that_the_emulator_does_not_know_is_enforced_at_its_limit(rule: str, provider: Provider) -> None:
    token, accepted, refused, word = RULES[rule]
    assert refusals(provider, token, accepted) == ""
    assert word in refusals(provider, token, refused)


def test_a_generated_name_comes_from_check_and_stays_with_the_resource(provider: Provider) -> None:
    vault = Resource(provider, "aws:backup/vault:Vault", name="backup")
    vault.inputs, refused = vault.check({})
    assert refused == []
    assert vault.inputs["name"].startswith("backup-")
    assert vault.check({})[0] == vault.inputs
    assert vault.check({"name": "mine"})[0]["name"] == "mine"


@pytest.mark.parametrize("url", [None, "https://rds.us-east-1.amazonaws.com", "http://10.0.0.1:4566"])
def test_the_provider_talks_to_nothing_but_this_machine(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(AbortedError, match="AWS_ENDPOINT_URL"):
        configured(PRIMARY)


def test_a_cloud_that_was_restarted_empty_is_refused_with_the_command_that_helps(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endpoint
    monkeypatch.setenv("SECURECART_CLOUD_ID", "of-another-cloud")
    with pytest.raises(AbortedError, match="securecart local reset"):
        configured(PRIMARY)


def test_an_account_that_is_not_allowed_is_refused(endpoint: str) -> None:
    assert endpoint
    assert configured(PRIMARY, allowedAccountIds=json.dumps(["123456789012"]))
    with pytest.raises(AbortedError, match="123456789012"):
        configured(PRIMARY, allowedAccountIds=json.dumps(["999999999999"]))


def test_a_change_of_the_default_tags_is_a_change_of_every_tagged_resource(endpoint: str) -> None:
    assert endpoint
    vault = Resource(configured(PRIMARY, defaultTags='{"tags": {"Project": "a"}}'), "aws:backup/vault:Vault")
    vault.create({"name": "tagged", "tags": {"Own": "1"}})
    assert vault.outputs["tagsAll"] == {"Project": "a", "Own": "1"}
    assert vault.outputs["tags"] == {"Own": "1"}

    vault.provider = configured(PRIMARY, defaultTags='{"tags": {"Project": "b"}}')

    assert list(vault.diff(vault.inputs).diffs) == ["tagsAll"]
    vault.update(vault.inputs)
    assert vault.read()[2]["tagsAll"] == {"Project": "b", "Own": "1"}


def test_a_resource_goes_to_the_region_that_it_names(provider: Provider) -> None:
    vault = Resource(provider, "aws:backup/vault:Vault").create({"name": "elsewhere", "region": SECONDARY})
    assert f":{SECONDARY}:" in vault.outputs["arn"]
    assert vault.read()[0] == "elsewhere"
    vault.delete()
    assert vault.read()[0] == ""


def test_the_schema_is_that_of_the_installed_sdk() -> None:
    assert schema.schema() == schema.generate()


def test_the_provider_runs_without_the_sdk() -> None:
    code = "import localcloud.provider.server, sys; print('pulumi_aws' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_every_modelled_property_is_one_of_the_sdk() -> None:
    declared = schema.schema()
    for token, kind in TYPES.items():
        known = set(declared[token]["members"])
        assert (kind.modelled | kind.state_only) - known == set(), token
