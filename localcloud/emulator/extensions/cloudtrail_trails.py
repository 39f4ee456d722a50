"""CloudTrail: a trail's key must be where its bucket is, and its two kinds of selectors replace each other."""

from __future__ import annotations

from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from localcloud.emulator.extensions.calls import Refusal, extend

_create_trail = CloudTrailBackend.create_trail
_update_trail = CloudTrailBackend.update_trail


def create_trail(self: CloudTrailBackend, *args: Any, **kwargs: Any) -> Trail:
    """CreateTrail, refused with a key that is not in the Region of the bucket."""
    trail: Trail = _create_trail(self, *args, **kwargs)
    try:
        _need_key(trail)
    except Refusal:
        del self.trails[trail.trail_name]
        raise
    return trail


def update_trail(self: CloudTrailBackend, **kwargs: Any) -> Trail:
    """UpdateTrail, refused likewise; what was is then kept."""
    before = dict(vars(self.get_trail(kwargs["name"])))
    trail: Trail = _update_trail(self, **kwargs)
    try:
        _need_key(trail)
    except Refusal:
        vars(trail).update(before)
        raise
    return trail


def put_event_selectors(
    self: Trail, event_selectors: list[dict[str, Any]], advanced_event_selectors: list[dict[str, Any]]
) -> None:
    """PutEventSelectors: what is put replaces what was, of either kind."""
    self.event_selectors = event_selectors or []
    self.advanced_event_selectors = advanced_event_selectors or []


def _need_key(trail: Trail) -> None:
    if not trail.kms_key_id:
        return
    region = s3_backends[trail.account_id][trail.partition].get_bucket(trail.bucket_name).region_name
    kms = kms_backends[trail.account_id][region]
    elsewhere = trail.kms_key_id.startswith("arn:") and trail.kms_key_id.split(":")[3] != region
    if elsewhere or kms.any_id_to_key_id(trail.kms_key_id) not in kms.keys:
        raise Refusal(
            "KmsKeyNotFoundException",
            f"KMS key {trail.kms_key_id} does not exist in {region}, the Region of bucket {trail.bucket_name}",
        )


def apply() -> None:
    """Put the refusals and the selectors into moto's CloudTrail."""
    extend(CloudTrailBackend, create_trail, update_trail)
    extend(Trail, put_event_selectors)
