"""Amazon EFS."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import controls
from resilience_policies.checks import must_be_true
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Settings

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"


def encrypted(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """EFS chooses once, at creation. A file system that a replication makes is no resource, and always encrypted."""
    why = ", and can only be chosen when the file system is created"
    write = "encrypted=True, kms_key_id=key.arn"
    yield from must_be_true(resource.stated.flag("encrypted"), "encrypted", write, why=why)


RULES: tuple[Rule, ...] = (
    ResourceRule(
        id="efs-encrypted",
        service="efs",
        severity=Severity.HIGH,
        title="EFS file systems are encrypted.",
        why="Backups inherit the choice, and it cannot be changed in place later.",
        fix="encrypted=True, kms_key_id=key.arn",
        tags=(*controls.ENCRYPTED, "cis-aws-5.0:2.3.1", "security-hub:EFS.1", "checkov:CKV_AWS_42"),
        types=frozenset({FILE_SYSTEM}),
        check=encrypted,
    ),
)
