"""S3: the bucket and the resources that configure it, each one call to put, one to read and one to remove."""

from __future__ import annotations

from botocore.exceptions import ClientError

from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, ResourceType, is_absent, some, tag_list, tag_map

DEFAULT_LOCATION = "us-east-1"


class Bucket(ResourceType):
    """Versioning, encryption and the like are resources of their own (v7 of the official provider)."""

    token = "aws:s3/bucket:Bucket"
    replace_on = frozenset({"bucket", "bucketPrefix", "objectLockEnabled"})
    modelled = frozenset({"bucket", "objectLockEnabled"})
    kept = frozenset({"objectLockEnabled"})
    state_only = frozenset({"forceDestroy"})
    computed = ("arn", "bucketDomainName", "bucketRegionalDomainName", "bucketRegion", "hostedZoneId")
    name_property = "bucket"

    def create(self, c: Context, p: Props) -> str:
        s3 = c.client("s3")
        location = (
            {} if c.region == DEFAULT_LOCATION else {"CreateBucketConfiguration": {"LocationConstraint": c.region}}
        )
        s3.create_bucket(Bucket=p["bucket"], **location, **some(ObjectLockEnabledForBucket=p.get("objectLockEnabled")))
        return str(p["bucket"])

    def finish(self, c: Context, id_: str, p: Props) -> None:
        self._tag(c, id_, p)

    @staticmethod
    def _tag(c: Context, name: str, p: Props) -> None:
        if tags := c.all_tags(p):
            c.client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
        else:
            c.client("s3").delete_bucket_tagging(Bucket=name)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        s3 = c.client("s3")
        s3.head_bucket(Bucket=id_)
        return {
            "arn": f"arn:aws:s3:::{id_}",
            "bucket": id_,
            "bucketDomainName": f"{id_}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{id_}.s3.{c.region}.amazonaws.com",
            "bucketRegion": s3.get_bucket_location(Bucket=id_).get("LocationConstraint") or DEFAULT_LOCATION,
            "objectLockEnabled": self._locked(c, id_),
            "tagsAll": self._tags(c, id_),
        }

    @staticmethod
    def _tags(c: Context, id_: str) -> dict[str, str]:
        try:
            return tag_map(c.client("s3").get_bucket_tagging(Bucket=id_)["TagSet"])
        except ClientError as error:
            if is_absent(error):
                return {}
            raise

    @staticmethod
    def _locked(c: Context, id_: str) -> bool:
        try:
            answer = c.client("s3").get_object_lock_configuration(Bucket=id_)
        except ClientError as error:
            if is_absent(error):
                return False
            raise
        return bool(answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self._tag(c, id_, new)

    def delete(self, c: Context, id_: str, state: Props) -> None:
        s3 = c.client("s3")
        if state.get("forceDestroy"):
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=id_):
                doomed = [
                    {"Key": item["Key"], "VersionId": item["VersionId"]}
                    for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                ]
                if doomed:
                    s3.delete_objects(Bucket=id_, Delete={"Objects": doomed})
        s3.delete_bucket(Bucket=id_)


class BucketPart(ResourceType):
    """Base of what belongs to one bucket: the id is the bucket's name, an update is another put."""

    replace_on = frozenset({"bucket"})
    taggable = False

    def create(self, c: Context, p: Props) -> str:
        self.put(c, p)
        return str(p["bucket"])

    def put(self, c: Context, p: Props) -> None:
        raise TypeError(f"{self.token} cannot be written")

    def update(self, c: Context, id_: str, old: Props, new: Props, changed: frozenset[str]) -> None:
        self.put(c, new)


class BucketVersioning(BucketPart):
    token = "aws:s3/bucketVersioning:BucketVersioning"
    modelled = frozenset({"bucket", "versioningConfiguration"})
    not_modelled = frozenset({"versioningConfiguration.mfaDelete"})

    def put(self, c: Context, p: Props) -> None:
        status = p["versioningConfiguration"]["status"]
        if status != "Disabled":  # AWS has no such state: it means never switched on
            c.client("s3").put_bucket_versioning(Bucket=p["bucket"], VersioningConfiguration={"Status": status})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        status = c.client("s3").get_bucket_versioning(Bucket=id_).get("Status", "Disabled")
        return {"bucket": id_, "versioningConfiguration": {"status": status}}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        if state.get("versioningConfiguration", {}).get("status") == "Enabled":
            c.client("s3").put_bucket_versioning(Bucket=id_, VersioningConfiguration={"Status": "Suspended"})


class BucketServerSideEncryptionConfiguration(BucketPart):
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    modelled = frozenset({"bucket", "rules"})
    not_modelled = frozenset({"rules.blockedEncryptionTypes"})

    def put(self, c: Context, p: Props) -> None:
        rules = []
        for rule in p["rules"]:
            default = rule.get("applyServerSideEncryptionByDefault")
            rules.append(
                some(
                    ApplyServerSideEncryptionByDefault=some(
                        SSEAlgorithm=default["sseAlgorithm"], KMSMasterKeyID=default.get("kmsMasterKeyId")
                    )
                    if default
                    else None,
                    BucketKeyEnabled=rule.get("bucketKeyEnabled"),
                )
            )
        c.client("s3").put_bucket_encryption(Bucket=p["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_bucket_encryption(Bucket=id_)["ServerSideEncryptionConfiguration"]["Rules"]
        given = state.get("rules") or []
        rules = []
        for index, rule in enumerate(live):
            mentioned = index < len(given) and "bucketKeyEnabled" in given[index]
            default = rule.get("ApplyServerSideEncryptionByDefault")
            rules.append(
                some(
                    applyServerSideEncryptionByDefault=some(
                        sseAlgorithm=default["SSEAlgorithm"], kmsMasterKeyId=default.get("KMSMasterKeyID")
                    )
                    if default
                    else None,
                    # S3 answers False for a rule that never mentioned it.
                    bucketKeyEnabled=rule.get("BucketKeyEnabled", False)
                    if mentioned
                    else rule.get("BucketKeyEnabled") or None,
                )
            )
        return {"bucket": id_, "rules": rules}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_encryption(Bucket=id_)


class BucketPublicAccessBlock(BucketPart):
    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    modelled = frozenset(
        {"bucket", "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"}
    )
    state_only = frozenset({"skipDestroy"})
    _members = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

    def put(self, c: Context, p: Props) -> None:
        wanted = {member: bool(p.get(member[0].lower() + member[1:], False)) for member in self._members}
        c.client("s3").put_public_access_block(Bucket=p["bucket"], PublicAccessBlockConfiguration=wanted)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_public_access_block(Bucket=id_)["PublicAccessBlockConfiguration"]
        return {"bucket": id_, **{member[0].lower() + member[1:]: live[member] for member in self._members}}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_public_access_block(Bucket=id_)


class BucketOwnershipControls(BucketPart):
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    modelled = frozenset({"bucket", "rule"})

    def put(self, c: Context, p: Props) -> None:
        rules = [{"ObjectOwnership": p["rule"]["objectOwnership"]}]
        c.client("s3").put_bucket_ownership_controls(Bucket=p["bucket"], OwnershipControls={"Rules": rules})

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_bucket_ownership_controls(Bucket=id_)["OwnershipControls"]["Rules"][0]
        return {"bucket": id_, "rule": {"objectOwnership": live["ObjectOwnership"]}}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_ownership_controls(Bucket=id_)


class BucketPolicy(BucketPart):
    token = "aws:s3/bucketPolicy:BucketPolicy"
    modelled = frozenset({"bucket", "policy"})
    documents = frozenset({"policy"})

    def put(self, c: Context, p: Props) -> None:
        c.client("s3").put_bucket_policy(Bucket=p["bucket"], Policy=p["policy"])

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        return {"bucket": id_, "policy": c.client("s3").get_bucket_policy(Bucket=id_)["Policy"]}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_policy(Bucket=id_)
