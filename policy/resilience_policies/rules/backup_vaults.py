"""Vaults of AWS Backup: that recovery points in them can neither be deleted nor lost with their key."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import Severity

from resilience_policies import data_class
from resilience_policies.documents import statements
from resilience_policies.estate import Estate, Member, region_in_arn
from resilience_policies.messages import found, not_yet
from resilience_policies.plans import VAULT
from resilience_policies.reading import UNKNOWN, Reading
from resilience_policies.rule import Finding, Resource, ResourceRule, Rule, Setting, Settings, StackRule, Violation
from resilience_policies.selections import PLAN

LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
VAULT_POLICY = "aws:backup/vaultPolicy:VaultPolicy"
KEYS = frozenset(
    {"aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey", "aws:kms/alias:Alias"}
)
_WRITE_LOCK = "backup.VaultLockConfiguration(..., backup_vault_name=vault.name, min_retention_days={days})"


def locked(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """Each vault has a lock that holds recovery points long enough, and whose limits the plans of the stack keep to."""
    for vault in estate.of({VAULT}):
        own = settings.of(data_class.of(vault.stated))
        locks = _of_vault(estate, vault, LOCK)
        if not locks:
            required = "a VaultLockConfiguration of the vault is required"
            yield Violation(
                found("the lock", None, required, _WRITE_LOCK.format(days=own.integer("minDays"))), vault.urn
            )
        for lock in locks:
            yield from _lock(lock, vault, own)
            yield from _lifecycles(estate, vault, lock)


def _lock(lock: Member, vault: Member, settings: Settings) -> Iterator[Finding]:
    minimum = settings.integer("minDays")
    days = lock.stated.number("minRetentionDays")
    required = f"at least {minimum} days are required ({settings.origin('minDays')})"
    if days is UNKNOWN:
        yield not_yet(f"minRetentionDays of the lock of {vault.name}", required, vault.urn)
    elif days is None or days < minimum:
        yield Violation(found("minRetentionDays", days, required, f"min_retention_days={minimum}"), lock.urn)
    if settings.flag("requireCompliance") and not lock.stated.has("changeableForDays"):
        why = (
            "compliance mode is required (requireCompliance): in governance mode an administrator can take the lock off"
        )
        yield Violation(found("changeableForDays", None, why, "changeable_for_days=3"), lock.urn)


def _lifecycles(estate: Estate, vault: Member, lock: Member) -> Iterator[Finding]:
    """AWS Backup fails every job whose retention lies outside the limits of the lock."""
    low, high = lock.stated.number("minRetentionDays"), lock.stated.number("maxRetentionDays")
    for plan in estate.of({PLAN}):
        for number, rule in enumerate(plan.stated.blocks("rules").known):
            days = rule.number("lifecycle", "deleteAfter")
            if days is UNKNOWN or not _fills(vault, rule):
                continue
            key = f"rules[{number}].lifecycle.deleteAfter"
            if isinstance(high, int | float) and (days is None or days > high):
                required = f"at most {high} days are required (maxRetentionDays of the vault's lock), or jobs fail"
                yield Violation(found(key, days, required, f'"lifecycle": {{"delete_after": {high}}}'), plan.urn)
            elif isinstance(low, int | float) and isinstance(days, int | float) and days < low:
                required = f"at least {low} days are required (minRetentionDays of the vault's lock), or jobs fail"
                yield Violation(found(key, days, required, f'"lifecycle": {{"delete_after": {low}}}'), plan.urn)


def _fills(vault: Member, rule: Reading) -> bool:
    name = rule.text("targetVaultName")
    return isinstance(name, str) and vault.text("name") == name


def deny_delete(estate: Estate, settings: Settings) -> Iterator[Finding]:
    """The vault's own policy denies deletion to everyone; a lock in compliance mode makes it needless."""
    for vault in estate.of({VAULT}):
        if any(lock.stated.has("changeableForDays") for lock in _of_vault(estate, vault, LOCK)):
            continue
        documents = [statements(policy.stated.raw("policy")) for policy in _of_vault(estate, vault, VAULT_POLICY)]
        read = [statement for document in documents if isinstance(document, tuple) for statement in document]
        missing = [action for action in settings.texts("actions") if not any(s.denies(action) for s in read)]
        if missing and UNKNOWN in documents:
            yield not_yet(f"the policy of {vault.name}", f"it must deny {', '.join(missing)} to everyone", vault.urn)
        elif missing:
            value = "does not deny" if documents else "is not set, so it does not deny"
            yield Violation(
                f"the vault's policy {value} {', '.join(missing)} to everyone; deletion must be denied "
                f"({settings.origin('actions')}). Write: backup.VaultPolicy(..., backup_vault_name=vault.name, "
                f'policy=json.dumps({{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Principal": "*", '
                f'"Action": {list(settings.texts("actions"))}, "Resource": "*"}}]}}))'.replace("'", '"'),
                vault.urn,
            )


def force_destroy(resource: Resource, _settings: Settings) -> Iterator[Finding]:
    """With forceDestroy, removing the vault from the program deletes every recovery point first."""
    value = resource.stated.flag("forceDestroy")
    if value is UNKNOWN:
        yield not_yet("forceDestroy", "it must not be true")
    elif value is True:
        required = "false is required: with it, destroying the vault deletes its recovery points"
        yield Violation(found("forceDestroy", value, required, "force_destroy=False"))


def key_in_region(estate: Estate, _settings: Settings) -> Iterator[Finding]:
    """Copies are encrypted by the key of the vault that receives them, which AWS Backup looks up in its Region."""
    required = "the key must be in the Region of the vault, or every copy to it fails"
    for vault in estate.of({VAULT}):
        arn = vault.text("kmsKeyArn")
        sources = (estate.member(urn) for urn in vault.sources.get("kmsKeyArn", ()))
        linked = [source for source in sources if source is not None and source.type in KEYS]
        region = region_in_arn(arn) if isinstance(arn, str) else next((key.region for key in linked), None)
        if None not in (region, vault.region) and region != vault.region:
            yield Violation(
                f"kmsKeyArn is a key in {region}, the vault is in {vault.region}; {required}. "
                "Write: kms_key_arn=key_in_that_region.arn",
                vault.urn,
            )
        elif arn is UNKNOWN and region is None:
            yield not_yet(f"kmsKeyArn of {vault.name}", required, vault.urn)


def _of_vault(estate: Estate, vault: Member, type_: str) -> tuple[Member, ...]:
    return estate.referring(vault, {type_}, "backupVaultName", to={VAULT}, matching=("name", "id"))


_UNDELETABLE_TAGS = (
    "nist-800-53r5:CP-9",
    "nist-800-53r5:CP-9(8)",
    "nist-800-53r5:SI-12",
    "pci-dss-4.0:10.3.4",
    "gdpr:32(1)(c)",
    "iso-27001-2022:A.8.13",
)

RULES: tuple[Rule, ...] = (
    StackRule(
        id="backup-vault-locked",
        service="backup",
        severity=Severity.HIGH,
        title="Backup vaults are locked.",
        why="Whoever takes over an administrator deletes the backups first; a lock holds them for its minimum.",
        fix='backup.VaultLockConfiguration("...", backup_vault_name=vault.name, min_retention_days=7)',
        tags=(*_UNDELETABLE_TAGS, "backup-audit-manager:BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"),
        settings=(
            # PutBackupVaultLockConfiguration: from 1 day to 36,500 days.
            Setting("minDays", "integer", 7, "Fewest days that the lock holds a recovery point.", 1, 36500),
            Setting(
                "requireCompliance",
                "boolean",
                False,
                "The lock must be in compliance mode (changeableForDays): after its grace time nobody can take it off.",
            ),
        ),
        types=frozenset({VAULT, LOCK, PLAN}),
        check=locked,
    ),
    StackRule(
        id="backup-vault-deny-delete",
        service="backup",
        severity=Severity.HIGH,
        title="Backup vaults deny the deletion of recovery points.",
        why="A lock in governance mode stops no one with the right to remove it; the vault's policy stops everyone.",
        fix='backup.VaultPolicy("...", backup_vault_name=vault.name, policy=deny_deletion)',
        tags=(*_UNDELETABLE_TAGS, "backup-audit-manager:BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"),
        settings=(
            Setting(
                "actions",
                "array",
                ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"),
                "Actions that the policy must deny to everyone; a shorter lifecycle deletes as well.",
            ),
        ),
        types=frozenset({VAULT, VAULT_POLICY, LOCK}),
        check=deny_delete,
    ),
    ResourceRule(
        id="backup-vault-force-destroy",
        service="backup",
        severity=Severity.HIGH,
        title="Backup vaults are not emptied to be destroyed.",
        why="With forceDestroy, one line removed from a program deletes all backups.",
        fix="force_destroy=False",
        tags=("nist-800-53r5:CP-9", "nist-800-53r5:SI-12", "iso-27001-2022:A.8.13"),
        types=frozenset({VAULT}),
        check=force_destroy,
    ),
    StackRule(
        id="backup-copy-vault-key-in-region",
        service="backup",
        severity=Severity.HIGH,
        title="Backup vaults use a key of their own Region.",
        why="AWS Backup encrypts a copy with the key of the vault that receives it; a key elsewhere fails every copy.",
        fix="kms_key_arn=key_in_that_region.arn",
        tags=("nist-800-53r5:CP-6", "nist-800-53r5:CP-9(8)", "nist-800-53r5:SC-12", "iso-27001-2022:A.8.24"),
        types=frozenset({VAULT}) | KEYS,
        check=key_in_region,
    ),
)
