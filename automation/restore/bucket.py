"""S3: a bucket beside the old one with every object as it was at a moment, or as a recovery point holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.aws import code_of
from automation.recovery.checks import Verdict
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from automation.restore import jobs, objects
from automation.restore.moments import Window
from automation.restore.proof import Proof, digest
from automation.restore.table import data_key
from automation.restore.wanted import Purpose, RecoveryPoint, Wanted, backup_role, iso, side_of

# Set when every object is there: a bucket with it is not copied into again.
WHOLE = "restored-whole"
_NO_BUCKET = ("404", "NoSuchBucket")
_NO_DOCUMENT = ("NoSuchBucketPolicy", "NoSuchTagSet", "NoSuchLifecycleConfiguration")


@dataclass
class BucketRestorer:
    """Closed, encrypted and versioned before the first object is in it. The old bucket is only read."""

    world: World
    wanted: Wanted
    _job: str = ""

    def check(self) -> None:
        source = self.wanted.source
        if not isinstance(source, datetime):
            return
        name, region = self.wanted.original, self.wanted.region
        if not self._original:
            raise SecurecartError(
                f"{name} does not exist in {region}: its versions are gone with it; nothing was changed.",
                "--recovery-point ARN", ExitCode.BAD_INPUT,
            )  # fmt: skip
        if self._call("get_bucket_versioning", Bucket=name).get("Status") != "Enabled":
            raise SecurecartError(
                f"{name} is not versioned: what it was cannot be known; nothing was changed.",
                "--recovery-point ARN", ExitCode.BAD_INPUT,
            )  # fmt: skip
        Window(self._earliest(), None).check(self.wanted.label, source)
        newest = max((one.modified_at for one in self._versions), default=self.world.now())
        Window(None, max(self.world.now(), newest)).check(self.wanted.label, source)

    def act(self) -> Facts | None:
        self._create()
        source = self.wanted.source
        if isinstance(source, RecoveryPoint):
            metadata = {
                "DestinationBucketName": self.wanted.name, "NewBucket": "false", "Encrypted": "true",
                "EncryptionType": "SSE-KMS", "KMSKey": self._key,
            }  # fmt: skip
            if source.continuous and source.created_at is None:
                raise SecurecartError(f"{source.arn} does not say from when on it reaches")
            role = backup_role(self.world, side_of(self.world, self.wanted.region), "restore-tests")
            self._job = jobs.start_restore(
                self.world, self.wanted.region, source, role, metadata, salt=self.wanted.name
            )
            return {"bucket": self.wanted.name, "restoreJobId": self._job}
        there = set(objects.current(self.world, self.wanted.region, self.wanted.name))
        missing = [one for key, one in self._as_of(source).items() if key not in there]
        objects.copy_all(self._pair, missing)
        self._tag(whole=True)
        return {"bucket": self.wanted.name, "copied": len(missing), "there": len(there)}

    def settled(self) -> Settled:
        name = self.wanted.name
        if self._job:
            job = jobs.restore_settled(self.world, self.wanted.region, self._job)
            if not job.done:
                return job
            self._tag(whole=True)
        if not exists(self.world, self.wanted.region, name):
            return Settled(False, f"{name} is not there yet")
        whole = tags_of(self.world, self.wanted.region, name).get(WHOLE) == "true"
        return Settled(whole, f"{name} is {'whole' if whole else 'not whole yet'}", {"bucket": name})

    def verify(self) -> Proof:
        name, region, source = self.wanted.name, self.wanted.region, self.wanted.source
        restored = objects.current(self.world, region, name)
        known: dict[str, Any] = {
            "records": len(restored),
            "checksum": digest((one.key, one.size, one.etag) for one in restored.values()),
            "latest": None,
        }
        said = f"{name}: {len(restored)} objects, {sum(one.size for one in restored.values())} bytes"
        moment = source if isinstance(source, datetime) else source.created_at
        if not self._original or moment is None or (isinstance(source, RecoveryPoint) and source.continuous):
            verdict = Verdict.UNKNOWN
            return Proof(verdict=verdict, said=f"{said}; no version of the living bucket to compare with", **known)
        expected = self._as_of(moment)
        known["latest"] = max((one.modified_at for one in expected.values()), default=None)
        wrong = objects.compare(self._pair, expected, restored)
        known["facts"] = {"expected": len(expected), **{word: keys[:20] for word, keys in wrong.items()}}
        problems = ", ".join(f"{len(keys)} {word}" for word, keys in wrong.items() if keys)
        if problems:
            return Proof(
                verdict=Verdict.FAIL, said=f"{said}; of {len(expected)} as of {iso(moment)}: {problems}", **known
            )
        return Proof(verdict=Verdict.PASS, said=f"{said}, each equal to its version of {iso(moment)}", **known)

    def _as_of(self, moment: datetime) -> dict[str, objects.Version]:
        return objects.as_of(self._versions, moment)

    def _earliest(self) -> datetime | None:
        """Versions are kept as long as the lifecycle says; before the bucket there was nothing."""
        days = self.world.estate.settings.buckets[self.wanted.store].noncurrent_retention_days
        created = self._original.get("CreationDate")
        kept = self.world.now() - timedelta(days=days)
        return max(kept, created) if isinstance(created, datetime) else kept

    def _create(self) -> None:
        """Creates and closes the bucket; every call may be repeated."""
        name, region = self.wanted.name, self.wanted.region
        if not exists(self.world, region, name):
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self._call("create_bucket", Bucket=name, ObjectOwnership="BucketOwnerEnforced", **where)
        closed = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        self._call("put_public_access_block", Bucket=name, PublicAccessBlockConfiguration=closed)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self._key}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        self._call("put_bucket_encryption", Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        if self.wanted.purpose is Purpose.RESTORE or isinstance(self.wanted.source, RecoveryPoint):
            self._call("put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if self.wanted.purpose is Purpose.RESTORE and (policy := self._policy()):
            self._call("put_bucket_policy", Bucket=name, Policy=policy)
        self._tag(whole=False)

    def _policy(self) -> str:
        """The old bucket's, about the new one: for ours that is TLS only."""
        if not self._original:
            return ""
        document = self._document("get_bucket_policy").get("Policy")
        arn = f"arn:aws:s3:::{self.wanted.original}"
        return json.dumps(json.loads(document)).replace(arn, f"arn:aws:s3:::{self.wanted.name}") if document else ""

    def _tag(self, *, whole: bool) -> None:
        there = tags_of(self.world, self.wanted.region, self.wanted.name)
        kept: Mapping[str, str] = {}
        if self._original and self.wanted.purpose is Purpose.RESTORE:
            kept = tags_of(self.world, self.wanted.region, self.wanted.original)
        wanted = {key: value for key, value in kept.items() if not key.startswith("aws:")} | self.wanted.tags
        wanted[WHOLE] = "true" if whole or there.get(WHOLE) == "true" else "false"
        tags = [{"Key": key, "Value": value} for key, value in wanted.items()]
        self._call("put_bucket_tagging", Bucket=self.wanted.name, Tagging={"TagSet": tags})

    def _document(self, operation: str) -> dict[str, Any]:
        return _document(self.world, self.wanted.region, operation, self.wanted.original)

    @cached_property
    def _original(self) -> dict[str, Any]:
        """The living bucket as ListBuckets shows it; empty when it is gone."""
        buckets = self._call("list_buckets")["Buckets"]
        return next((dict(one) for one in buckets if one["Name"] == self.wanted.original), {})

    @cached_property
    def _versions(self) -> list[objects.Version]:
        return objects.versions(self.world, self.wanted.region, self.wanted.original)

    @property
    def _pair(self) -> objects.Pair:
        wanted = self.wanted
        return objects.Pair(world=self.world, region=wanted.region, source=wanted.original, target=wanted.name)

    @cached_property
    def _key(self) -> str:
        return data_key(self.world, self.wanted.region)

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call("s3", self.wanted.region, operation, **asked)


def exists(world: World, region: str, name: str) -> bool:
    try:
        world.aws.call("s3", region, "head_bucket", Bucket=name)
    except ClientError as refusal:
        if code_of(refusal) in _NO_BUCKET:
            return False
        raise
    return True


def tags_of(world: World, region: str, name: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in _document(world, region, "get_bucket_tagging", name).get("TagSet", [])}


def _document(world: World, region: str, operation: str, bucket: str) -> dict[str, Any]:
    """A bucket's document; empty where it has none."""
    try:
        return world.aws.call("s3", region, operation, Bucket=bucket)
    except ClientError as refusal:
        if code_of(refusal) in (*_NO_DOCUMENT, *_NO_BUCKET):
            return {}
        raise
