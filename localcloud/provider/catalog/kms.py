"""KMS keys, multi-Region replicas and aliases."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_list, tag_map

DEFAULT_DELETION_WINDOW_DAYS = 30
DEFAULT_USAGE = "ENCRYPT_DECRYPT"
_DOOMED = ("PendingDeletion", "PendingReplicaDeletion")


def _tags(c: Context, id_: str) -> dict[str, str]:
    return tag_map(c.client("kms").list_resource_tags(KeyId=id_)["Tags"], "TagKey", "TagValue")


def _set_tags(c: Context, id_: str, old: Props, new: Props) -> None:
    kms = c.client("kms")
    before, after = old.get("tagsAll") or {}, c.all_tags(new)
    if gone := [key for key in before if key not in after]:
        kms.untag_resource(KeyId=id_, TagKeys=gone)
    if after:
        kms.tag_resource(KeyId=id_, Tags=tag_list(after, "TagKey", "TagValue"))


def _live(c: Context, id_: str) -> dict[str, Any] | None:
    """The key's metadata; a key that waits for its deletion counts as gone, as for the official provider."""
    metadata: dict[str, Any] = c.client("kms").describe_key(KeyId=id_)["KeyMetadata"]
    return None if metadata["KeyState"] in _DOOMED else metadata


def _common(c: Context, id_: str, metadata: dict[str, Any]) -> Props:
    return {
        "arn": metadata["Arn"],
        "keyId": metadata["KeyId"],
        "description": metadata["Description"],
        "keyUsage": metadata.get("KeyUsage", DEFAULT_USAGE),
        "policy": c.client("kms").get_key_policy(KeyId=id_, PolicyName="default")["Policy"],
        "tagsAll": _tags(c, id_),
    }


def _change(c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
    kms = c.client("kms")
    if "description" in changed:
        kms.update_key_description(KeyId=id_, Description=new.get("description") or "")
    if "policy" in changed and new.get("policy"):
        kms.put_key_policy(KeyId=id_, PolicyName="default", Policy=new["policy"])
    _set_tags(c, id_, old, new)


def _set_enabled(c: Context, id_: str, enabled: bool) -> None:
    kms = c.client("kms")
    (kms.enable_key if enabled else kms.disable_key)(KeyId=id_)


def _schedule_deletion(c: Context, id_: str, state: Props) -> None:
    """KMS deletes no key at once; one that already waits is left to wait."""
    if _live(c, id_) is not None:
        days = state.get("deletionWindowInDays") or DEFAULT_DELETION_WINDOW_DAYS
        c.client("kms").schedule_key_deletion(KeyId=id_, PendingWindowInDays=days)


class Key(ResourceType):
    token = "aws:kms/key:Key"
    replace_on = frozenset({"multiRegion", "keyUsage", "customerMasterKeySpec", "customKeyStoreId", "xksKeyId"})
    modelled = frozenset(
        {
            "description",
            "keyUsage",
            "customerMasterKeySpec",
            "policy",
            "multiRegion",
            "isEnabled",
            "enableKeyRotation",
            "rotationPeriodInDays",
        }
    )
    kept = frozenset({"description", "multiRegion", "policy", "rotationPeriodInDays"})
    defaults: ClassVar = {
        "keyUsage": DEFAULT_USAGE,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "isEnabled": True,
        "enableKeyRotation": False,
    }
    state_only = frozenset({"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"})
    documents = frozenset({"policy"})
    computed = ("arn", "keyId")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("kms").create_key(
            **some(
                Description=p.get("description"),
                Policy=p.get("policy"),
                KeyUsage=p.get("keyUsage", DEFAULT_USAGE),
                KeySpec=p.get("customerMasterKeySpec"),
                MultiRegion=p.get("multiRegion"),
            ),
            Tags=tag_list(c.all_tags(p), "TagKey", "TagValue"),
        )
        return str(made["KeyMetadata"]["KeyId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("enableKeyRotation"):
            self._rotation(c, id_, p)
        if p.get("isEnabled") is False:
            _set_enabled(c, id_, False)

    def _rotation(self, c: Context, id_: str, p: Props) -> None:
        kms = c.client("kms")
        if p.get("enableKeyRotation"):
            kms.enable_key_rotation(KeyId=id_, **some(RotationPeriodInDays=p.get("rotationPeriodInDays")))
        else:
            kms.disable_key_rotation(KeyId=id_)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        metadata = _live(c, id_)
        if metadata is None:
            return None
        rotation = c.client("kms").get_key_rotation_status(KeyId=id_)
        return {
            **_common(c, id_, metadata),
            "customerMasterKeySpec": metadata.get("KeySpec"),
            "multiRegion": metadata.get("MultiRegion", False),
            "isEnabled": metadata["Enabled"],
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        # AWS changes nothing of a disabled key: it is enabled before the rest, and disabled after.
        enabled = bool(new.get("isEnabled", True))
        if "isEnabled" in changed and enabled:
            _set_enabled(c, id_, True)
        if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            self._rotation(c, id_, new)
        _change(c, id_, old, new, changed)
        if "isEnabled" in changed and not enabled:
            _set_enabled(c, id_, False)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        _schedule_deletion(c, id_, state)


class ReplicaKey(ResourceType):
    token = "aws:kms/replicaKey:ReplicaKey"
    replace_on = frozenset({"primaryKeyArn"})
    modelled = frozenset({"primaryKeyArn", "description", "policy", "enabled"})
    kept = frozenset({"policy"})
    defaults: ClassVar = {"enabled": True}
    state_only = frozenset({"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"})
    documents = frozenset({"policy"})
    computed = ("arn", "keyId", "keyRotationEnabled", "keySpec", "keyUsage")

    def create(self, c: Context, p: Props) -> str:
        source = p["primaryKeyArn"].split(":")[3]
        made = c.client("kms", source).replicate_key(
            KeyId=p["primaryKeyArn"],
            ReplicaRegion=c.region,
            **some(Description=p.get("description"), Policy=p.get("policy")),
            Tags=tag_list(c.all_tags(p), "TagKey", "TagValue"),
        )
        return str(made["ReplicaKeyMetadata"]["KeyId"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        if p.get("enabled") is False:
            _set_enabled(c, id_, False)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        metadata = _live(c, id_)
        if metadata is None:
            return None
        return {
            **_common(c, id_, metadata),
            "primaryKeyArn": metadata["MultiRegionConfiguration"]["PrimaryKey"]["Arn"],
            "enabled": metadata["Enabled"],
            "keySpec": metadata.get("KeySpec"),
            "keyRotationEnabled": c.client("kms").get_key_rotation_status(KeyId=id_)["KeyRotationEnabled"],
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if "enabled" in changed:
            _set_enabled(c, id_, bool(new.get("enabled", True)))
        _change(c, id_, old, new, changed)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        _schedule_deletion(c, id_, state)


class Alias(ResourceType):
    token = "aws:kms/alias:Alias"
    replace_on = frozenset({"name", "namePrefix"})
    modelled = frozenset({"name", "targetKeyId"})
    computed = ("arn", "targetKeyArn")
    name_property = "name"
    name_start = "alias/"
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("kms").create_alias(AliasName=p["name"], TargetKeyId=p["targetKeyId"])
        return str(p["name"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        for page in c.client("kms").get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                if alias["AliasName"] == id_ and alias.get("TargetKeyId"):
                    arn = f"arn:aws:kms:{c.region}:{c.account_id}:key/{alias['TargetKeyId']}"
                    # AWS takes the key's id and its ARN, and answers the id.
                    given = state.get("targetKeyId")
                    return {
                        "arn": alias["AliasArn"],
                        "name": id_,
                        "targetKeyId": given if given == arn else alias["TargetKeyId"],
                        "targetKeyArn": arn,
                    }
        return None

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        c.client("kms").update_alias(AliasName=id_, TargetKeyId=new["targetKeyId"])

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("kms").delete_alias(AliasName=id_)
