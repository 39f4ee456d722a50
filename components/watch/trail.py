"""The trail of a Region: who accessed or changed what, in a bucket that the other Region has too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.options import store_options
from components.policies import Condition, ServiceUse, Statement
from components.settings import limits

CLOUDTRAIL = "cloudtrail.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class DataEvents:
    """Objects and items whose use is recorded: by the prefix that the estate's names share, and by ARN beyond it."""

    bucket_prefix: str
    """Buckets whose names begin so."""
    table_prefix: str
    """Tables whose names begin so."""
    account_id: str
    regions: tuple[str, ...]
    """Regions of the tables; a bucket's ARN has none."""
    audit_bucket_names: tuple[str, ...]
    """Buckets that trails write to, in both Regions. Left out: each record of a write there would be a write there."""
    adopted_bucket_arns: tuple[str, ...] = ()
    """Buckets that existed before, under names of their own."""
    adopted_table_arns: tuple[str, ...] = ()
    """Tables that existed before, under names of their own."""
    reads: bool = False
    """Record reads too; by default writes alone."""


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """Inputs of a trail."""

    trail_name: str
    bucket_name: pulumi.Input[str]
    """Bucket of this Region; must be available only once its policy holds `bucket_statements`."""
    key_arn: pulumi.Input[str]
    """The bucket's own key, so that replication can read the records; its policy must hold `key_uses`."""
    data_events: DataEvents
    ephemeral: bool = False


class AuditTrail(pulumi.ComponentResource):
    """Records every management event of every Region, and every write to the estate's objects and items.

    Each Region has its own multi-Region trail that writes to its own Region's bucket, and the two buckets replicate to
    each other: losing either Region loses neither the recording nor the records. Digest files, signed by CloudTrail,
    prove that no record was changed or left out.

    Produces the following resources:
    - `cloudtrail.Trail` (protected; all Regions, global services, log file validation, SSE-KMS).

    Outputs: `arn`, `trail_name`.

    AWS limits:
    - The conditions of all advanced selectors hold at most 500 values a trail (CloudTrail PutEventSelectors): stores
      are selected by the prefix of their names, so that a thousand cost as many values as one.
    - At most five trails a Region, a multi-Region trail of another Region included (CloudTrail user guide, quotas).
    - Bucket policy and key policy come first, else CreateTrail answers InsufficientS3BucketPolicyException or
      InsufficientEncryptionPolicyException (CloudTrail CreateTrail).

    Cost: two trails record twice: the second copy of a management event is $2 per 100,000, a data event $0.10 per
    100,000 and trail.
    """

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:trail:AuditTrail", name, None, opts)
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=args.trail_name,
            s3_bucket_name=args.bucket_name,
            kms_key_id=args.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=selectors(args.data_events),
            tags={"Name": args.trail_name},
            opts=store_options(self, ephemeral=args.ephemeral),
        )
        self.arn: pulumi.Output[str] = trail.arn
        self.trail_name: pulumi.Output[str] = trail.name
        self.register_outputs({"arn": self.arn})


def trail_arn_of(trail_name: str, region: str, account_id: str) -> str:
    """The ARN that a trail will have; the policies of its bucket and key name it before it exists."""
    return f"arn:aws:cloudtrail:{region}:{account_id}:trail/{trail_name}"


def bucket_statements(bucket_arn: pulumi.Input[str], *, account_id: str, trail_arns: Sequence[str]) -> list[Statement]:
    """What the policy of a trail's bucket needs (CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail")."""
    trails = Condition(operator="StringEquals", key="aws:SourceArn", values=tuple(trail_arns))
    owned = Condition(operator="StringEquals", key="s3:x-amz-acl", values=("bucket-owner-full-control",))
    check = ServiceUse(
        sid="TrailsCheckTheBucket", service=CLOUDTRAIL, actions=("s3:GetBucketAcl",), conditions=(trails,)
    )
    write = ServiceUse(sid="TrailsWrite", service=CLOUDTRAIL, actions=("s3:PutObject",), conditions=(trails, owned))
    records = pulumi.Output.concat(bucket_arn, f"/AWSLogs/{account_id}/*")
    return [check.statement(bucket_arn), write.statement(records)]


def key_uses(*, account_id: str, trail_arns: Sequence[str]) -> tuple[ServiceUse, ...]:
    """What the key of a trail's bucket must allow (CloudTrail user guide, "Configure AWS KMS key policies").

    Decrypt, because the bucket uses a bucket key: without it CreateTrail is refused.
    """
    trails = Condition(operator="StringEquals", key="aws:SourceArn", values=tuple(trail_arns))
    context = Condition(
        operator="StringLike",
        key="kms:EncryptionContext:aws:cloudtrail:arn",
        values=(f"arn:aws:cloudtrail:*:{account_id}:trail/*",),
    )
    return (
        ServiceUse(
            sid="TrailsEncrypt", service=CLOUDTRAIL, actions=("kms:GenerateDataKey*",), conditions=(trails, context)
        ),
        ServiceUse(
            sid="TrailsUseTheBucketKey",
            service=CLOUDTRAIL,
            actions=("kms:DescribeKey", "kms:Decrypt"),
            conditions=(trails,),
        ),
    )


def selectors(events: DataEvents) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgs]:
    """Management events of all kinds, data events of the estate.

    Raises ValueError beyond CloudTrail's 500 values, and where no audit bucket is left out.
    """
    if not events.audit_bucket_names:
        raise ValueError(
            "audit_bucket_names is empty: the trail would record its own records (CloudTrail user guide, data events);"
            " name the buckets that trails write to, in both Regions"
        )
    buckets = [f"arn:aws:s3:::{events.bucket_prefix}", *(f"{arn}/" for arn in events.adopted_bucket_arns)]
    audit = [f"arn:aws:s3:::{name}/" for name in events.audit_bucket_names]
    tables = [f"arn:aws:dynamodb:{region}:{events.account_id}:table/{events.table_prefix}" for region in events.regions]
    made = [
        _selector("Management events", _Field(name="eventCategory", equals=["Management"])),
        _data("Objects", "AWS::S3::Object", events, _Field(name="resources.ARN", begins=buckets, never=audit)),
        _data("Items", "AWS::DynamoDB::Table", events, _Field(name="resources.ARN", begins=tables)),
    ]
    if events.adopted_table_arns:
        # Equals, not a prefix: a table's ARN ends with its name, and `cart` must not bring `cart-archive` along.
        adopted = _Field(name="resources.ARN", equals=list(events.adopted_table_arns))
        made.append(_data("Items of adopted tables", "AWS::DynamoDB::Table", events, adopted))
    values = sum(field.values for fields in made for field in fields.fields)
    if values > limits.TRAIL_SELECTOR_VALUES:
        raise ValueError(
            f"the trail's selectors have {values} values, CloudTrail allows {limits.TRAIL_SELECTOR_VALUES}"
            f" (PutEventSelectors): {len(events.adopted_bucket_arns)} buckets and {len(events.adopted_table_arns)} tables"
            " are adopted under names of their own; adopt fewer in one account, or give them the estate's prefix"
        )
    return [fields.args() for fields in made]


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One condition of a selector."""

    name: str
    equals: list[str] | None = None
    begins: list[str] | None = None
    never: list[str] | None = None

    @property
    def values(self) -> int:
        return sum(len(listed or ()) for listed in (self.equals, self.begins, self.never))

    def args(self) -> aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs:
        return aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
            field=self.name, equals=self.equals, starts_withs=self.begins, not_starts_withs=self.never or None
        )


@dataclass(frozen=True, kw_only=True)
class _Selector:
    """One advanced selector: an event must meet every condition."""

    name: str
    fields: tuple[_Field, ...]

    def args(self) -> aws.cloudtrail.TrailAdvancedEventSelectorArgs:
        return aws.cloudtrail.TrailAdvancedEventSelectorArgs(
            name=self.name, field_selectors=[field.args() for field in self.fields]
        )


def _selector(name: str, *fields: _Field) -> _Selector:
    return _Selector(name=name, fields=fields)


def _data(name: str, resource_type: str, events: DataEvents, resources: _Field) -> _Selector:
    kind = (_Field(name="eventCategory", equals=["Data"]), _Field(name="resources.type", equals=[resource_type]))
    writes = () if events.reads else (_Field(name="readOnly", equals=["false"]),)
    return _selector(name, *kind, resources, *writes)
