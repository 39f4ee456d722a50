"""The policy pack's entry point, and the only place that builds the PolicyPack: its constructor serves until the
engine ends it.
"""

from __future__ import annotations

from pulumi_policy import EnforcementLevel, PolicyPack

from resilience_policies.guard import policy
from resilience_policies.registry import RULES

PolicyPack(
    name="aws-data-resilience",
    display_name="AWS data resilience",
    description="Refuses AWS data stores that lack encryption, backups, versioning, or a copy in another Region.",
    provider="aws",
    tags=["aws", "backup", "disaster-recovery", "encryption"],
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[policy(rule) for rule in RULES],
)
