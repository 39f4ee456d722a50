"""EBS volumes, the account's encryption settings, and Data Lifecycle Manager."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.ec2_network import ec2_arn, set_tags, specification
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, some, tag_map
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api


class Volume(ResourceType):
    token = "aws:ebs/volume:Volume"
    replace_on = frozenset(
        {"availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "outpostArn", "multiAttachEnabled"}
    )
    modelled = frozenset(
        {"availabilityZone", "size", "type", "iops", "throughput", "encrypted", "kmsKeyId", "snapshotId"}
    )
    kept = frozenset({"size", "type", "iops", "throughput", "encrypted", "kmsKeyId", "snapshotId"})
    state_only = frozenset({"finalSnapshot"})
    computed = ("arn", "createTime")

    def create(self, c: Context, p: Props) -> str:
        made = c.client("ec2").create_volume(
            **some(
                AvailabilityZone=p["availabilityZone"],
                Size=p.get("size"),
                VolumeType=p.get("type"),
                Iops=p.get("iops"),
                Throughput=p.get("throughput"),
                Encrypted=p.get("encrypted"),
                KmsKeyId=p.get("kmsKeyId"),
                SnapshotId=p.get("snapshotId"),
            ),
            TagSpecifications=specification(c, "volume", p),
        )
        return str(made["VolumeId"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        volume = c.client("ec2").describe_volumes(VolumeIds=[id_])["Volumes"][0]
        return {
            "arn": ec2_arn(c, "volume", id_),
            "availabilityZone": volume["AvailabilityZone"],
            "size": volume["Size"],
            "type": volume["VolumeType"],
            "iops": volume.get("Iops"),
            "throughput": volume.get("Throughput"),
            "encrypted": volume["Encrypted"],
            "kmsKeyId": volume.get("KmsKeyId"),
            "snapshotId": volume.get("SnapshotId"),
            "createTime": str(volume["CreateTime"]),
            "tagsAll": tag_map(volume.get("Tags")),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        if changed & {"size", "type", "iops", "throughput"}:
            c.client("ec2").modify_volume(
                VolumeId=id_,
                **some(
                    Size=new.get("size"),
                    VolumeType=new.get("type"),
                    Iops=new.get("iops"),
                    Throughput=new.get("throughput"),
                ),
            )
        set_tags(c, id_, old, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        ec2 = c.client("ec2")
        if state.get("finalSnapshot"):
            ec2.create_snapshot(VolumeId=id_, Description=f"Final snapshot of {id_}")
        ec2.delete_volume(VolumeId=id_)


class EncryptionByDefault(ResourceType):
    """A setting of the account in a Region; deleting it switches it off, as the official provider does."""

    token = "aws:ebs/encryptionByDefault:EncryptionByDefault"
    modelled = frozenset({"enabled"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self._set(c, p)
        return f"ebs-encryption-by-default-{c.region}"

    def _set(self, c: Context, p: Props) -> None:
        ec2 = c.client("ec2")
        if p.get("enabled", True):
            ec2.enable_ebs_encryption_by_default()
        else:
            ec2.disable_ebs_encryption_by_default()

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        return {"enabled": c.client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"]}

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._set(c, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").disable_ebs_encryption_by_default()


class DefaultKmsKey(ResourceType):
    """A setting of the account in a Region; deleting it restores AWS's own key."""

    token = "aws:ebs/defaultKmsKey:DefaultKmsKey"
    exclusive = True
    replace_on = frozenset({"keyArn"})
    modelled = frozenset({"keyArn"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        c.client("ec2").modify_ebs_default_kms_key_id(KmsKeyId=p["keyArn"])
        return str(p["keyArn"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        return {"keyArn": c.client("ec2").get_ebs_default_kms_key_id()["KmsKeyId"]}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("ec2").reset_ebs_default_kms_key_id()


# What AWS fills in where a policy says nothing.
_DLM_DEFAULTS = {
    "resourceLocations": "CLOUD",
    "location": "CLOUD",
    "copyTags": False,
    "policyType": "EBS_SNAPSHOT_MANAGEMENT",
}


class LifecyclePolicy(ResourceType):
    token = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
    modelled = frozenset({"description", "executionRoleArn", "policyDetails", "state"})
    member_defaults: ClassVar = {"policyDetails": _DLM_DEFAULTS}
    # Event-based and default policies, archiving and scripts.
    not_modelled = frozenset(
        {
            *(
                f"policyDetails.{name}"
                for name in (
                    "action", "copyTags", "createInterval", "eventSource", "exclusions", "extendDeletion", "parameters",
                    "policyLanguage", "resourceType", "retainInterval",
                )
            ),
            *(f"policyDetails.schedules.{name}" for name in ("archiveRule", "createRule.scripts")),
        }
    )  # fmt: skip
    computed = ("arn",)

    def create(self, c: Context, p: Props) -> str:
        made = c.client("dlm").create_lifecycle_policy(
            ExecutionRoleArn=p["executionRoleArn"],
            Description=p["description"],
            State=p.get("state", "ENABLED"),
            PolicyDetails=self._details(c, p),
            Tags=c.all_tags(p),
        )
        return str(made["PolicyId"])

    def _details(self, c: Context, p: Props) -> dict[str, Any]:
        shape = c.client("dlm").meta.service_model.shape_for("PolicyDetails")
        details: dict[str, Any] = to_api(p["policyDetails"], shape)
        return details

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        policy = c.client("dlm").get_lifecycle_policy(PolicyId=id_)["Policy"]
        return {
            "arn": policy.get("PolicyArn"),
            "description": policy["Description"],
            "executionRoleArn": policy["ExecutionRoleArn"],
            "state": policy["State"],
            "policyDetails": from_api(
                policy["PolicyDetails"],
                schema()[self.token]["members"]["policyDetails"],
                state.get("policyDetails"),
                _DLM_DEFAULTS,
            ),
            "tagsAll": policy.get("Tags", {}),
        }

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        dlm = c.client("dlm")
        if changed - {"tags"}:
            dlm.update_lifecycle_policy(
                PolicyId=id_,
                ExecutionRoleArn=new["executionRoleArn"],
                Description=new["description"],
                State=new.get("state", "ENABLED"),
                PolicyDetails=self._details(c, new),
            )
        arn = old.get("arn") or f"arn:aws:dlm:{c.region}:{c.account_id}:policy/{id_}"
        before, after = old.get("tagsAll") or {}, c.all_tags(new)
        if gone := [key for key in before if key not in after]:
            dlm.untag_resource(ResourceArn=arn, TagKeys=gone)
        dlm.tag_resource(ResourceArn=arn, Tags=after)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("dlm").delete_lifecycle_policy(PolicyId=id_)
