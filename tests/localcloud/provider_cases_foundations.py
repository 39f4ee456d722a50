"""Cases of what the stores stand on: network, volumes, keys, secrets, roles."""

from __future__ import annotations

import json

from localcloud.provider.codec import Props
from tests.localcloud.provider_world import (
    ROLE_POLICY,
    SECONDARY,
    Case,
    Client,
    Inputs,
    tagged,
    trust,
)

OTHER_ROLE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}],
}


def _ec2_tag(client: Client, id_: str, _: Props) -> None:
    client("ec2").create_tags(Resources=[id_], Tags=[{"Key": "stranger", "Value": "here"}])


def _key_description(client: Client, id_: str, _: Props) -> None:
    client("kms").update_key_description(KeyId=id_, Description="by a stranger")


def _group_rule(description: str) -> Inputs:
    return lambda world: {
        "securityGroupId": world.group(), "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrIpv4": "10.0.0.0/16",
        "description": description,
    }  # fmt: skip


CASES: dict[str, Case] = {
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Case(
        lambda w: {"keyArn": w.key()},
        replacing={"keyArn": "arn:aws:kms:us-east-1:123456789012:key/other"},
        stranger=lambda client, _, __: client("ec2").modify_ebs_default_kms_key_id(
            KmsKeyId=client("kms").create_key()["KeyMetadata"]["Arn"]
        ),
        drifted="keyArn",
        ends=False,
    ),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Case(
        lambda _: {"enabled": True},
        lambda _: {"enabled": False},
        None,
        lambda client, _, __: client("ec2").disable_ebs_encryption_by_default(),
        "enabled",
        ends=False,
    ),
    "aws:ebs/volume:Volume": Case(
        lambda w: {"availabilityZone": "us-east-1a", "size": 20, "type": "gp3", "encrypted": True, "kmsKeyId": w.key()},
        lambda _: {"size": 40, "tags": {"a": "1"}},
        {"availabilityZone": "us-east-1b"},
        lambda client, id_, _: client("ec2").modify_volume(VolumeId=id_, Size=30),
        "size",
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Case(
        lambda w: {"vpcId": w.vpc()}, tagged(a="1"), {"vpcId": "vpc-other"}, _ec2_tag, "tags", ends=False
    ),
    "aws:ec2/routeTable:RouteTable": Case(
        lambda w: {"vpcId": w.vpc()}, tagged(a="1"), {"vpcId": "vpc-other"}, _ec2_tag, "tags"
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Case(
        lambda w: {"subnetId": w.subnet(vpc := w.vpc()), "routeTableId": w.route_table(vpc)},
        replacing={"subnetId": "subnet-other"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Case(
        lambda w: {"name": w.name(), "description": "database", "vpcId": w.vpc()},
        tagged(a="1"),
        {"description": "other"},
        _ec2_tag,
        "tags",
    ),
    "aws:ec2/subnet:Subnet": Case(
        lambda w: {"vpcId": w.vpc(), "cidrBlock": "10.0.9.0/24", "availabilityZone": "us-east-1a"},
        tagged(a="1"),
        {"cidrBlock": "10.0.8.0/24"},
        _ec2_tag,
        "tags",
    ),
    "aws:ec2/vpc:Vpc": Case(
        lambda _: {"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True},
        tagged(a="1"),
        {"cidrBlock": "10.2.0.0/16"},
        lambda client, id_, _: client("ec2").modify_vpc_attribute(VpcId=id_, EnableDnsHostnames={"Value": False}),
        "enableDnsHostnames",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Case(
        lambda w: {
            "vpcId": (vpc := w.vpc()),
            "serviceName": "com.amazonaws.us-east-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": [w.route_table(vpc)],
        },
        tagged(a="1"),
        {"serviceName": "com.amazonaws.us-east-1.dynamodb"},
        _ec2_tag,
        "tags",
    ),
    "aws:iam/role:Role": Case(
        lambda w: {"name": w.name(), "assumeRolePolicy": trust("backup"), "description": "backs up"},
        lambda _: {"assumeRolePolicy": trust("s3"), "tags": {"a": "1"}},
        {"name": "other"},
        lambda client, id_, _: client("iam").update_assume_role_policy(RoleName=id_, PolicyDocument=trust("ec2")),
        "assumeRolePolicy",
    ),
    "aws:iam/rolePolicy:RolePolicy": Case(
        lambda w: {"name": "inline", "role": w.role(), "policy": json.dumps(ROLE_POLICY, indent=3)},
        lambda _: {"policy": json.dumps(OTHER_ROLE_POLICY)},
        {"name": "other"},
        lambda client, _, inputs: client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName="inline", PolicyDocument=json.dumps({**ROLE_POLICY, "Id": "stranger"})
        ),
        "policy",
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Case(
        lambda w: {"role": w.role(), "policyArn": w.policy_arn()},
        replacing={"role": "other"},
    ),
    "aws:kms/alias:Alias": Case(
        lambda w: {"name": f"alias/{w.name()}", "targetKeyId": w.key().split("/")[1]},
        lambda w: {"targetKeyId": w.key().split("/")[1]},
        {"name": "alias/other"},
        lambda client, id_, _: client("kms").update_alias(
            AliasName=id_, TargetKeyId=client("kms").create_key()["KeyMetadata"]["KeyId"]
        ),
        "targetKeyId",
    ),
    "aws:kms/key:Key": Case(
        lambda _: {
            "description": "databases",
            "enableKeyRotation": True,
            "rotationPeriodInDays": 365,
            "multiRegion": True,
            "deletionWindowInDays": 30,
        },
        lambda _: {"rotationPeriodInDays": 180, "tags": {"a": "1"}},
        {"multiRegion": False},
        _key_description,
        "description",
    ),
    "aws:kms/replicaKey:ReplicaKey": Case(
        lambda w: {"primaryKeyArn": w.key(multi=True), "description": "far", "deletionWindowInDays": 30},
        lambda _: {"description": "farther"},
        {"primaryKeyArn": "arn:aws:kms:us-east-1:123456789012:key/mrk-other"},
        lambda client, id_, _: client("kms", SECONDARY).update_key_description(KeyId=id_, Description="stranger"),
        "description",
        SECONDARY,
    ),
    "aws:secretsmanager/secret:Secret": Case(
        lambda w: {
            "name": w.name(),
            "description": "database",
            "kmsKeyId": w.key(),
            "recoveryWindowInDays": 0,
            "replicas": [{"region": SECONDARY, "kmsKeyId": w.key(SECONDARY)}],
        },
        lambda _: {"description": "the database", "tags": {"a": "1"}},
        {"name": "other"},
        lambda client, id_, _: client("secretsmanager").update_secret(SecretId=id_, Description="stranger"),
        "description",
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Case(
        lambda w: {"secretId": w.secret(), "secretString": "correct-horse"},
        replacing={"secretString": "battery-staple"},
        ends=False,
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Case(
        _group_rule("out"), tagged(a="1"), {"cidrIpv4": "10.9.0.0/16"}, _ec2_tag, "tags"
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Case(
        _group_rule("in"), tagged(a="1"), {"cidrIpv4": "10.9.0.0/16"}, _ec2_tag, "tags"
    ),
}
