"""S3: the replication and the lifecycle of a bucket, both lists of rules in the API's own shape."""

from __future__ import annotations

from typing import Any

from localcloud.provider.catalog.s3 import BucketPart
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context
from localcloud.provider.schema import schema
from localcloud.provider.shapes import from_api, to_api


class BucketReplicationConfig(BucketPart):
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    modelled = frozenset({"bucket", "role", "rules"})
    state_only = frozenset({"token"})

    def put(self, c: Context, p: Props) -> None:
        shape = c.client("s3").meta.service_model.shape_for("ReplicationConfiguration")
        wanted: dict[str, Any] = to_api({"role": p["role"], "rules": [_dated(rule) for rule in p["rules"]]}, shape)
        c.client("s3").put_bucket_replication(Bucket=p["bucket"], ReplicationConfiguration=wanted)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_bucket_replication(Bucket=id_)["ReplicationConfiguration"]
        return {"bucket": id_, "role": live["Role"], "rules": _rules(self.token, live, state)}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_replication(Bucket=id_)


# What AWS fills in where a rule says nothing.
_RULE_DEFAULTS: dict[str, Any] = {}


def _rules(token: str, live: dict[str, Any], state: Props) -> Any:
    return from_api(live["Rules"], schema()[token]["members"]["rules"], state.get("rules"), _RULE_DEFAULTS)


def _dated(rule: Props) -> Props:
    """A rule without a filter is one of the old schema, where the whole bucket is an empty prefix."""
    return rule if rule.get("filter") is not None or rule.get("prefix") is not None else {**rule, "prefix": ""}


class BucketLifecycleConfiguration(BucketPart):
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    modelled = frozenset({"bucket", "rules"})

    def put(self, c: Context, p: Props) -> None:
        shape = c.client("s3").meta.service_model.shape_for("BucketLifecycleConfiguration")
        wanted: dict[str, Any] = to_api({"rules": p["rules"]}, shape)
        c.client("s3").put_bucket_lifecycle_configuration(Bucket=p["bucket"], LifecycleConfiguration=wanted)

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_bucket_lifecycle_configuration(Bucket=id_)
        return {"bucket": id_, "rules": _rules(self.token, live, state)}

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_lifecycle(Bucket=id_)
