"""The rules that our own stacks break on purpose, when somebody lifts the protection of their stores."""

from __future__ import annotations

# What the pack blocks when databases and tables of the secondary Region are released (README), and in an ephemeral stack:
# whoever means it says so in a policy configuration.
RELEASE_BREAKS = frozenset({"rds-deletion-protection", "rds-keep-automated-backups", "dynamodb-deletion-protection"})
EPHEMERAL_BREAKS = RELEASE_BREAKS | {
    "backup-vault-force-destroy",
    "rds-final-snapshot",
    "s3-force-destroy",
    "secrets-recovery-window",
}


def relaxed(rules: frozenset[str]) -> dict[str, str]:
    """The policy configuration that lets these rules pass."""
    return dict.fromkeys(sorted(rules), "advisory")
