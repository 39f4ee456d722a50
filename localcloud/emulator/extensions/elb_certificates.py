"""Elastic Load Balancing: a certificate of ACM is taken by its ARN, since the local cloud issues none."""

from __future__ import annotations

import re

from moto.elbv2.models import ELBv2Backend

_moto_certificate_exists = ELBv2Backend._certificate_exists


def _certificate_exists(self: ELBv2Backend, certificate_arn: str) -> bool:
    """AWS asks ACM whether it is there and issued; here an ARN of this Region and account is enough (CreateListener)."""
    ours = rf"arn:aws:acm:{self.region_name}:{self.account_id}:certificate/[0-9a-f-]{{36}}"
    return bool(re.fullmatch(ours, certificate_arn)) or _moto_certificate_exists(self, certificate_arn)


def apply() -> None:
    """Replace moto's look-up."""
    ELBv2Backend._certificate_exists = _certificate_exists
