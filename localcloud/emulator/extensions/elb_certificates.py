"""Elastic Load Balancing: certificates are taken by the form of their ARN. Nothing here issues or validates one."""

from __future__ import annotations

import re

import moto.elbv2.models
from moto.elb.models import register_certificate as _register_certificate
from moto.elbv2.models import ELBv2Backend

from localcloud.emulator.extensions.calls import extend

_ACM = re.compile(r"arn:aws[\w-]*:acm:(?P<region>[a-z0-9-]+):\d{12}:certificate/[\w-]+")
_exists = ELBv2Backend._certificate_exists


def _certificate_exists(self: ELBv2Backend, certificate_arn: str) -> bool:
    """A certificate of ACM in the listener's own Region, or one that moto knows."""
    return _of_region(certificate_arn, self.region_name) or bool(_exists(self, certificate_arn))


def _of_region(certificate_arn: str, region: str) -> bool:
    acm = _ACM.fullmatch(certificate_arn)
    return acm is not None and acm["region"] == region


def register_certificate(account_id: str, region: str, arn_certificate: str, arn_user: str) -> None:
    """What CreateListener asks: CertificateNotFound for a certificate of another Region, or for no ARN of ACM."""
    if not _of_region(arn_certificate, region):
        _register_certificate(account_id, region, arn_certificate, arn_user)


def apply() -> None:
    """Let moto's listeners have certificates that nobody issued."""
    extend(ELBv2Backend, _certificate_exists)
    moto.elbv2.models.register_certificate = register_certificate
