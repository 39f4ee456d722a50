"""S3: the replication and the lifecycle of a bucket, both lists of rules in the API's own shape."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.provider.catalog.s3 import BucketPart
from localcloud.provider.codec import Props
from localcloud.provider.resource import Context, some
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
    modelled = frozenset({"bucket", "rules", "transitionDefaultMinimumObjectSize"})
    kept = frozenset({"transitionDefaultMinimumObjectSize"})
    # A date comes back as a point in time, in other words than the program's.
    not_modelled = frozenset({"rules.expiration.date", "rules.transitions.date"})
    state_only = frozenset({"timeouts"})

    def put(self, c: Context, p: Props) -> None:
        shape = c.client("s3").meta.service_model.shape_for("BucketLifecycleConfiguration")
        wanted: dict[str, Any] = to_api({"rules": p["rules"]}, shape)
        c.client("s3").put_bucket_lifecycle_configuration(
            Bucket=p["bucket"],
            LifecycleConfiguration=wanted,
            **some(TransitionDefaultMinimumObjectSize=p.get("transitionDefaultMinimumObjectSize")),
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_bucket_lifecycle_configuration(Bucket=id_)
        return {
            "bucket": id_,
            "rules": _rules(self.token, live, state),
            "transitionDefaultMinimumObjectSize": live.get("TransitionDefaultMinimumObjectSize"),
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        c.client("s3").delete_bucket_lifecycle(Bucket=id_)


class BucketObjectLockConfiguration(BucketPart):
    """Deleting it takes the default retention away; Object Lock itself stays on for ever."""

    token = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    replace_on = frozenset({"bucket", "objectLockEnabled"})
    modelled = frozenset({"bucket", "objectLockEnabled", "rule"})
    defaults: ClassVar = {"objectLockEnabled": "Enabled"}
    state_only = frozenset({"token"})
    secrets = frozenset({"token"})

    def put(self, c: Context, p: Props) -> None:
        retention = (p.get("rule") or {}).get("defaultRetention")
        configuration = {
            "ObjectLockEnabled": "Enabled",
            **some(
                Rule={
                    "DefaultRetention": some(
                        Mode=retention.get("mode"), Days=retention.get("days"), Years=retention.get("years")
                    )
                }
                if retention
                else None
            ),
        }
        c.client("s3").put_object_lock_configuration(
            Bucket=p["bucket"], ObjectLockConfiguration=configuration, **some(Token=p.get("token"))
        )

    def read(self, c: Context, id_: str, state: Props) -> Props | None:
        live = c.client("s3").get_object_lock_configuration(Bucket=id_)["ObjectLockConfiguration"]
        retention = (live.get("Rule") or {}).get("DefaultRetention")
        stated = (
            some(mode=retention["Mode"], days=retention.get("Days"), years=retention.get("Years")) if retention else {}
        )
        return {
            "bucket": id_,
            "objectLockEnabled": live["ObjectLockEnabled"],
            "rule": {"defaultRetention": stated} if stated else None,
        }

    def delete(self, c: Context, id_: str, state: Props) -> None:
        self.put(c, {"bucket": id_})
