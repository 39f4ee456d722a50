"""Roles that AWS services take on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.policies import Statement, document, trusts_service


@dataclass(frozen=True, kw_only=True)
class ServiceRoleArgs:
    """Inputs of a role for one AWS service."""

    service: str
    """The principal that may take it, for example `backup.amazonaws.com`."""
    role_name: str | None
    """None lets Pulumi name it."""
    account_id: str | None = None
    """Adds the confused-deputy guard, where the service documents that it sends `aws:SourceAccount`."""
    managed: Mapping[str, str] = field(default_factory=dict)
    """ARNs of AWS's managed policies, by the name of the resource that attaches each."""
    rights: Mapping[str, Sequence[Statement]] = field(default_factory=dict)
    """Statements of its own, by the name of the inline policy's resource."""


def service_role(name: str, args: ServiceRoleArgs, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Makes the role and answers its ARN once its rights are in place: a service checks them when it is given the role."""
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        name,
        name=args.role_name,
        assume_role_policy=trusts_service(args.service, args.account_id),
        tags={"Name": args.role_name or name},
        opts=child,
    )
    rights: list[pulumi.Output[str]] = [
        aws.iam.RolePolicyAttachment(attachment, role=role.name, policy_arn=arn, opts=child).id
        for attachment, arn in args.managed.items()
    ]
    rights += [
        aws.iam.RolePolicy(policy, role=role.name, policy=document(statements), opts=child).id
        for policy, statements in args.rights.items()
    ]
    return pulumi.Output.all(role.arn, *rights).apply(lambda made: str(made[0]))
