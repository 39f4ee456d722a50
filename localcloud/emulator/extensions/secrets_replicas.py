"""Secrets Manager replicas, each with its own key and status. moto shows the AWS managed key, and names for ARNs."""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend, secretsmanager_backends

from localcloud.emulator.extensions.calls import extend, find_key

_create_replicas = FakeSecret.create_replicas
_to_dict = ReplicaSecret.to_dict
_replicate_secret_to_regions = SecretsManagerBackend.replicate_secret_to_regions
_remove_regions_from_replication = SecretsManagerBackend.remove_regions_from_replication


def create_replicas(
    self: FakeSecret, replica_regions: list[dict[str, str]], force_overwrite: bool
) -> list[ReplicaSecret]:
    """Replicas in the Regions asked for; one whose key is not in its Region fails, as a status and not as an error."""
    replicas: list[ReplicaSecret] = _create_replicas(self, replica_regions, force_overwrite=force_overwrite)
    for replica, asked in zip(replicas, replica_regions, strict=True):
        key = asked.get("KmsKeyId")
        if not key:
            continue
        replica.config["KmsKeyId"] = key
        there = secretsmanager_backends[self.account_id][replica.region]
        if replica.has_replica and find_key(there, key) is None:
            dict.pop(there.secrets, replica.arn)
            replica.has_replica = False
            replica.config["Status"] = "Failed"
            replica.config["StatusMessage"] = f"Replication failed: KMS key {key} does not exist in {replica.region}."
    return replicas


def to_dict(self: ReplicaSecret) -> dict[str, Any]:
    """DescribeSecret of a replica, with its own key."""
    return {**_to_dict(self), "KmsKeyId": self.config["KmsKeyId"]}


def replicate_secret_to_regions(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> Any:
    """ReplicateSecretToRegions, answered with the secret's ARN."""
    _, statuses = _replicate_secret_to_regions(self, secret_id, *args, **kwargs)
    return self.describe_secret(secret_id).arn, statuses


def remove_regions_from_replication(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> Any:
    """RemoveRegionsFromReplication, answered with the secret's ARN."""
    _, statuses = _remove_regions_from_replication(self, secret_id, *args, **kwargs)
    return self.describe_secret(secret_id).arn, statuses


def apply() -> None:
    """Put this into moto's Secrets Manager."""
    extend(FakeSecret, create_replicas)
    extend(ReplicaSecret, to_dict)
    extend(SecretsManagerBackend, replicate_secret_to_regions, remove_regions_from_replication)
