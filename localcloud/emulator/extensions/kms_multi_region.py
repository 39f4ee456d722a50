"""KMS multi-Region keys: related keys of the same material and rotation, each with its own policy, tags and aliases.

moto's replica is a shallow copy that shares the aliases of its primary and marks the primary as a replica.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from localcloud.emulator.extensions.calls import extend

_to_dict = Key.to_dict
_schedule_key_deletion = KmsBackend.schedule_key_deletion


def related_keys(key: Key) -> dict[str, Key]:
    """The primary and its replicas by Region; the primary comes first."""
    if key.related_keys is None:
        key.related_keys = {key.region: key}
    related: dict[str, Key] = key.related_keys
    return related


def primary_of(key: Key) -> Key:
    """The primary of a multi-Region key; any other key is its own."""
    return next(iter(related_keys(key).values()))


def to_dict(self: Key) -> dict[str, Any]:
    """KeyMetadata, with the related keys as they are now."""
    description: dict[str, Any] = _to_dict(self)
    if self.multi_region:
        primary, *replicas = related_keys(self).values()
        description["KeyMetadata"]["MultiRegionConfiguration"] = {
            "MultiRegionKeyType": "PRIMARY" if self is primary else "REPLICA",
            "PrimaryKey": {"Arn": primary.arn, "Region": primary.region},
            "ReplicaKeys": [{"Arn": replica.arn, "Region": replica.region} for replica in replicas],
        }
    return description


def describe_key(self: KmsBackend, key_id: str) -> Key:
    """The key that an id, ARN or alias means. moto's own marks the primary as a replica here."""
    return self.keys[self.any_id_to_key_id(key_id)]


def replicate_key(self: KmsResponse) -> str:
    """ReplicateKey: called in the primary's Region, makes the related key in another one."""
    key_id = self._get_param("KeyId")
    self._validate_cmk_id(key_id)
    key = self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]
    region = self._get_param("ReplicaRegion")
    if not key.multi_region or key is not primary_of(key):
        raise JsonRESTError("UnsupportedOperationException", f"{key.arn} is not a multi-Region primary key")
    if region in related_keys(key):
        raise JsonRESTError("AlreadyExistsException", f"{key.arn} has a related key in {region} already")
    replica = _replica(key, region, self._get_param("Policy"), self._get_param("Description"))
    backend = kms_backends[self.current_account][region]
    backend.keys[replica.id] = replica
    related_keys(key)[region] = replica
    replica.related_keys = related_keys(key)
    tags = self._get_param("Tags") or []
    backend.tagger.tag_resource(replica.id, tags)
    return json.dumps(
        {
            "ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"],
            "ReplicaPolicy": replica.policy,
            "ReplicaTags": tags,
        }
    )


def _replica(key: Key, region: str, policy: str | None, description: str | None) -> Key:
    replica = copy.copy(key)
    replica.region = region
    replica.arn = key.arn.replace(f":{key.region}:", f":{region}:")
    replica.creation_date = unix_time()
    replica.key_state = "Enabled"
    replica.enabled = True
    replica.aliases = {}
    replica.grants = {}
    replica.policy = policy or replica.generate_default_policy()
    replica.description = description or ""
    return replica


def schedule_key_deletion(self: KmsBackend, key_id: str, pending_window_in_days: int) -> float | None:
    """ScheduleKeyDeletion. A primary with replicas waits for them: its own waiting period has not begun."""
    key = self.keys[key_id]
    if key is primary_of(key) and len(related_keys(key)) > 1:
        key.enabled = False
        key.key_state = "PendingReplicaDeletion"
        key.pending_window_days = pending_window_in_days
        return None
    deletion_date: float = _schedule_key_deletion(self, key_id, pending_window_in_days)
    return deletion_date


def answer_schedule_key_deletion(self: KmsResponse) -> str:
    """ScheduleKeyDeletion, answered with the key's ARN and state as AWS does."""
    key_id = self._get_param("KeyId")
    self._validate_cmk_id(key_id)
    key = self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]
    window_days = self._get_param("PendingWindowInDays") or 30
    if key.key_state in ("PendingDeletion", "PendingReplicaDeletion"):
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    deletion_date = self.kms_backend.schedule_key_deletion(key.id, window_days)
    answer = {
        "KeyId": key.arn,
        "KeyState": key.key_state,
        "PendingWindowInDays": window_days,
        "DeletionDate": deletion_date,
    }
    return json.dumps({name: value for name, value in answer.items() if value is not None})


def apply() -> None:
    """Put multi-Region keys into moto's KMS."""
    Key.related_keys = None
    extend(Key, to_dict)
    extend(KmsBackend, describe_key, schedule_key_deletion)
    extend(KmsResponse, replicate_key)
    KmsResponse.schedule_key_deletion = answer_schedule_key_deletion
