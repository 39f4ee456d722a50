"""SecureCart's resilience: `prod` is the primary Region's tier, `dr` the secondary's.

All that differs is in the stack's configuration.
"""

from __future__ import annotations

import pulumi

from components.outputs import PrimaryOutputs, common, export
from components.providers import provided_by, regional_providers
from components.settings import Role, load_settings
from components.tiers.primary import PrimaryTier
from components.tiers.secondary import SecondaryTier, SecondaryTierArgs
from components.tiers.shared import TierArgs

settings = load_settings()
providers = regional_providers(settings, pulumi.get_stack())
in_home_region = provided_by(providers.home)

tier: PrimaryTier | SecondaryTier
if settings.role is Role.PRIMARY:
    tier = PrimaryTier("primary", TierArgs(settings=settings), in_home_region)
else:
    secondary = SecondaryTierArgs(settings=settings, primary=PrimaryOutputs(), primary_provider=providers.primary)
    tier = SecondaryTier("secondary", secondary, in_home_region)

export(common(settings) | tier.outputs)
