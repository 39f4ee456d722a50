"""The role of S3 Batch Replication: what a bucket held before it replicated (row 8)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.buckets.replication import Side
from components.policies import Statement
from components.roles import ServiceRoleArgs, service_role

# Where the jobs write their reports and manifests, in the source bucket.
REPORTS = "batch-replication"


@dataclass(frozen=True, kw_only=True)
class BatchReplicationRoleArgs:
    """Inputs of the role of one direction."""

    role_name: str
    account_id: str
    """Owner of the bucket, whom the reports stay with."""
    source: Side


class BatchReplicationRole(pulumi.ComponentResource):
    """Live replication sees only what is written after it began. A Batch Replication job with this role copies the rest, for an
    adopted bucket and after a failback.

    Produces the following resources:
    - `iam.Role` and `iam.RolePolicy`

    Outputs: `arn`.

    AWS limits:
    - A job is started by an operator or by `securecart`, never by an `up`: it runs once (S3 Control CreateJob).
    - Its service is trusted without `aws:SourceAccount`, which the page on this role does not say that it sends (Amazon S3 user
      guide, "Granting permissions for Batch Operations").
    - It replicates by the bucket's own configuration, so that one must exist (Amazon S3 user guide, "S3 Batch Replication").

    Cost: free; a job and the objects that it copies are billed, not priced here.
    """

    def __init__(self, name: str, args: BatchReplicationRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("securecart:buckets:BatchReplicationRole", name, None, opts)
        role = ServiceRoleArgs(
            service="batchoperations.s3.amazonaws.com",
            role_name=args.role_name,
            rights={f"{name}-batch": _rights(args.source, args.account_id)},
        )
        self.arn: pulumi.Output[str] = service_role(f"{name}-batch", role, self)
        self.register_outputs({"arn": self.arn})


def _rights(source: Side, account_id: str) -> list[Statement]:
    """Amazon S3 user guide, "Configuring an IAM role for S3 Batch Replication"."""
    reports = pulumi.Output.concat(source.bucket_arn, f"/{REPORTS}/*")
    return [
        {
            "Effect": "Allow",
            "Action": "s3:InitiateReplication",
            "Resource": pulumi.Output.concat(source.bucket_arn, "/*"),
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"],
            "Resource": source.bucket_arn,
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            "Resource": reports,
            # A report lists every object: it never goes into a bucket of somebody else that took the name.
            "Condition": {"StringEquals": {"aws:ResourceAccount": account_id}},
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": source.key_arn,
            "Condition": {"StringLike": {"kms:ViaService": f"s3.{source.region}.amazonaws.com"}},
        },
    ]
