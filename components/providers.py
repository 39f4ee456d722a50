"""One explicit provider per Region: default providers are off.

So that a resource without a Region cannot exist by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.settings import Role, Settings
from components.tags import default_tags


@dataclass(frozen=True, kw_only=True)
class Providers:
    """`home` is the provider of the stack's own Region; `primary` reaches the primary Region from dr (its links)."""

    home: aws.Provider
    primary: aws.Provider


def regional_providers(settings: Settings, stack: str) -> Providers:
    """Makes the stack's providers. Each refuses any account but the configured one (`allowed_account_ids`)."""

    def provider(region: str) -> aws.Provider:
        return aws.Provider(
            region,
            region=region,
            # The account is asked for in the stack's own Region, also by the provider of the other one: dr must deploy when
            # the primary Region answers nothing (links: frozen).
            sts_region=settings.region,
            allowed_account_ids=[settings.account_id],
            default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(settings, stack)),
        )

    home = provider(settings.region)
    primary = home if settings.role is Role.PRIMARY else provider(settings.regions.primary)
    return Providers(home=home, primary=primary)


def provided_by(provider: aws.Provider, parent: pulumi.Resource | None = None) -> pulumi.ResourceOptions:
    """Options of a component whose children live in the provider's Region."""
    return pulumi.ResourceOptions(parent=parent, providers=[provider])
