"""Secrets Manager: the secret with its replicas, and the version that carries the value."""

from __future__ import annotations

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

DEFAULT_RECOVERY_WINDOW_DAYS = 30


class Secret(ResourceType):
    token = "aws:secretsmanager/secret:Secret"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset({"name", "description", "kmsKeyId", "replicas"})
    kept = frozenset({"replicas"})
    not_modelled = frozenset({"replicas.lastAccessedDate", "replicas.status", "replicas.statusMessage"})
    state_only = frozenset({"recoveryWindowInDays", "forceOverwriteReplicaSecret"})
    unordered = frozenset({"replicas"})
    computed = ("arn",)
    name_property = "name"

    def create(self, c: Context, p: Props) -> str:
        made = c.client("secretsmanager").create_secret(
            Name=p["name"],
            **some(Description=p.get("description"), KmsKeyId=p.get("kmsKeyId")),
            Tags=tag_list(c.all_tags(p)),
            **some(AddReplicaRegions=[self._replica(r) for r in p.get("replicas") or []] or None),
        )
        return str(made["ARN"])

    @staticmethod
    def _replica(replica: Props) -> dict[str, str]:
        return some(Region=replica["region"], KmsKeyId=replica.get("kmsKeyId"))

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        secret = c.client("secretsmanager").describe_secret(SecretId=id_)
        if secret.get("DeletedDate"):
            return None
        given = {r["region"]: r for r in state.get("replicas") or []}
        return {
            "arn": secret["ARN"],
            "name": secret["Name"],
            "description": secret.get("Description"),
            "kmsKeyId": secret.get("KmsKeyId"),
            "replicas": [
                {
                    "region": r["Region"],
                    **some(
                        kmsKeyId=r.get("KmsKeyId") if not state or given.get(r["Region"], {}).get("kmsKeyId") else None
                    ),
                }
                for r in sorted(secret.get("ReplicationStatus") or [], key=lambda r: str(r["Region"]))
            ],
            "tagsAll": tag_map(secret.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        secrets = c.client("secretsmanager")
        if changed & {"description", "kmsKeyId"}:
            secrets.update_secret(
                SecretId=id_, **some(Description=new.get("description"), KmsKeyId=new.get("kmsKeyId"))
            )
        if "replicas" in changed:
            before = {r["region"] for r in old.get("replicas") or []}
            after = {r["region"]: r for r in new.get("replicas") or []}
            if gone := sorted(before - set(after)):
                secrets.remove_regions_from_replication(SecretId=id_, RemoveReplicaRegions=gone)
            if added := [self._replica(after[region]) for region in sorted(set(after) - before)]:
                secrets.replicate_secret_to_regions(SecretId=id_, AddReplicaRegions=added)
        old_tags, tags = old.get("tagsAll") or {}, c.all_tags(new)
        if gone_tags := [key for key in old_tags if key not in tags]:
            secrets.untag_resource(SecretId=id_, TagKeys=gone_tags)
        secrets.tag_resource(SecretId=id_, Tags=tag_list(tags))

    def delete(self, c: Context, id_: str, state: Props) -> None:
        secrets = c.client("secretsmanager")
        if regions := [r["region"] for r in state.get("replicas") or []]:
            # AWS deletes no secret that still has replicas.
            secrets.remove_regions_from_replication(SecretId=id_, RemoveReplicaRegions=regions)
        window = state.get("recoveryWindowInDays", DEFAULT_RECOVERY_WINDOW_DAYS)
        if window == 0:
            secrets.delete_secret(SecretId=id_, ForceDeleteWithoutRecovery=True)
        else:
            secrets.delete_secret(SecretId=id_, RecoveryWindowInDays=window)


class SecretVersion(ResourceType):
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    replace_on = frozenset({"secretId", "secretString", "secretBinary"})
    modelled = frozenset({"secretId", "secretString", "versionStages"})
    secrets = frozenset({"secretString"})
    kept = frozenset({"versionStages"})
    computed = ("arn", "versionId", "hasSecretStringWo")
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        made = c.client("secretsmanager").put_secret_value(
            SecretId=p["secretId"], SecretString=p["secretString"], **some(VersionStages=p.get("versionStages"))
        )
        return f"{made['ARN']}|{made['VersionId']}"

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        arn, version = id_.split("|")
        value = c.client("secretsmanager").get_secret_value(SecretId=arn, VersionId=version)
        return {
            "arn": arn,
            "secretId": state.get("secretId") or arn,
            "secretString": value["SecretString"],
            "versionId": version,
            "versionStages": sorted(value.get("VersionStages") or []),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        """A version goes with its secret; AWS has no call that deletes the current one."""
