"""Elastic Load Balancing: a certificate of ACM is taken by its ARN, since the local cloud issues none."""

from __future__ import annotations

import re

from moto.elbv2 import models
from moto.elbv2.models import ELBv2Backend

_moto_register_certificate = models.register_certificate
_moto_certificate_exists = ELBv2Backend._certificate_exists


def _is_of(account_id: str, region: str, certificate_arn: str) -> bool:
    """Whether the ARN is of ACM in this Region and account. AWS asks ACM whether it is there and issued (CreateListener)."""
    return bool(re.fullmatch(rf"arn:aws:acm:{region}:{account_id}:certificate/[0-9a-f-]{{36}}", certificate_arn))


def _register_certificate(account_id: str, region: str, arn_certificate: str, arn_user: str) -> None:
    if not _is_of(account_id, region, arn_certificate):
        _moto_register_certificate(account_id, region, arn_certificate, arn_user)


def _certificate_exists(self: ELBv2Backend, certificate_arn: str) -> bool:
    return _is_of(self.account_id, self.region_name, certificate_arn) or _moto_certificate_exists(self, certificate_arn)


def apply() -> None:
    """Replace moto's look-ups."""
    models.register_certificate = _register_certificate
    ELBv2Backend._certificate_exists = _certificate_exists
