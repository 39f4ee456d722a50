"""What a data key's policy must say so that Auto Scaling can launch servers whose volumes are encrypted with it."""

from __future__ import annotations

from components.policies import Statement, for_service_role

# The role that Auto Scaling makes for itself with the first group of an account (EC2 Auto Scaling user guide,
# "Service-linked roles").
SERVICE_LINKED_ROLE = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
# EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes".
USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


def auto_scaling_statements(account_id: str) -> list[Statement]:
    """Statements for the policy of the key and of each replica: KMS copies neither policy nor grant to a replica.

    The service-linked role has no right to customer managed keys and its policy cannot be changed, so the key itself
    must admit it; without this every launch fails in silence (Client.InvalidKMSKey.InvalidState). Not a grant: it
    needs a grantee that exists, and the role exists only after the first group. For the same reason the role is a
    condition (for_service_role).
    """
    role_arn = f"arn:aws:iam::{account_id}:role/{SERVICE_LINKED_ROLE}"
    for_volumes = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        for_service_role("AutoScalingUsesTheKey", list(USE), role_arn=role_arn, account_id=account_id),
        for_service_role(
            "AutoScalingGrantsTheKeyToVolumes",
            "kms:CreateGrant",
            role_arn=role_arn,
            account_id=account_id,
            condition=for_volumes,
        ),
    ]
