"""SecureCart's resilience: `prod` is the primary Region's tier, `dr` the secondary's.

All that differs is in the stack's configuration.
"""

from __future__ import annotations

import pulumi

from components.configuration import load_settings
from components.databases.live import asks_rds
from components.guards import check_database_role, check_promotion, secondary_of
from components.outputs import PrimaryOutputs, common, export
from components.providers import provided_by, regional_providers
from components.recorded import recorded
from components.settings import Role
from components.strategy.selection import decide
from components.tiers.primary import PrimaryTier
from components.tiers.secondary import SecondaryTier, SecondaryTierArgs
from components.tiers.shared import TierArgs

settings = load_settings()
decision, last = decide(settings), recorded()

tier: PrimaryTier | SecondaryTier
if settings.role is Role.PRIMARY:
    providers = regional_providers(settings, pulumi.get_stack())
    args = TierArgs(settings=settings, decision=decision, last=last)
    tier = PrimaryTier("primary", args, provided_by(providers.home))
else:
    check_database_role(settings, last)
    parts = secondary_of(settings, decision, last)
    providers = regional_providers(settings, pulumi.get_stack())
    check_promotion(settings, last, asks_rds(providers.home))
    secondary = SecondaryTierArgs(
        settings=settings,
        decision=decision,
        last=last,
        primary=PrimaryOutputs(),
        primary_provider=providers.primary,
        secondary=parts,
    )
    tier = SecondaryTier("secondary", secondary, provided_by(providers.home))

export(common(settings) | tier.outputs)
