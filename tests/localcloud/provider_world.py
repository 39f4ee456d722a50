"""What the provider cases are made of: the case itself, and the world that it needs around its resource."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.provider.codec import Props

# Makes a boto3 client of (service, Region).
Client = Callable[..., Any]
PRIMARY, SECONDARY = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"
ROLE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}],
}


class World:
    """Makes what a case needs besides its own resource, each under a name of its own."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._numbers = itertools.count()

    def name(self) -> str:
        return f"case-{next(self._numbers)}"

    def key(self, region: str = PRIMARY, multi: bool = False) -> str:
        return str(self.client("kms", region).create_key(MultiRegion=multi)["KeyMetadata"]["Arn"])

    def vpc(self) -> str:
        return str(self.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    def subnet(self, vpc: str, third: int = 1, zone: str = "us-east-1a") -> str:
        made = self.client("ec2").create_subnet(VpcId=vpc, CidrBlock=f"10.0.{third}.0/24", AvailabilityZone=zone)
        return str(made["Subnet"]["SubnetId"])

    def two_subnets(self) -> list[str]:
        vpc = self.vpc()
        return [self.subnet(vpc, 1, "us-east-1a"), self.subnet(vpc, 2, "us-east-1b")]

    def route_table(self, vpc: str) -> str:
        return str(self.client("ec2").create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])

    def group(self) -> str:
        made = self.client("ec2").create_security_group(GroupName=self.name(), Description="x", VpcId=self.vpc())
        return str(made["GroupId"])

    def bucket(self, region: str = PRIMARY, versioned: bool = False) -> str:
        s3, name = self.client("s3", region), self.name()
        location = {} if region == PRIMARY else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **location)
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def role(self) -> str:
        name = self.name()
        self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust("backup"))
        return name

    def role_arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:role/{self.role()}"

    def policy_arn(self) -> str:
        made = self.client("iam").create_policy(PolicyName=self.name(), PolicyDocument=json.dumps(ROLE_POLICY))
        return str(made["Policy"]["Arn"])

    def vault(self) -> str:
        name = self.name()
        self.client("backup").create_backup_vault(BackupVaultName=name)
        return name

    def plan(self) -> str:
        rule = {"RuleName": "daily", "TargetBackupVaultName": self.vault()}
        made = self.client("backup").create_backup_plan(BackupPlan={"BackupPlanName": self.name(), "Rules": [rule]})
        return str(made["BackupPlanId"])

    def secret(self) -> str:
        return str(self.client("secretsmanager").create_secret(Name=self.name())["ARN"])

    def table_arn(self) -> str:
        made = self.client("dynamodb").create_table(
            TableName=self.name(),
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return str(made["TableDescription"]["TableArn"])

    def database_arn(self) -> str:
        made = self.client("rds").create_db_instance(
            DBInstanceIdentifier=self.name(), Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
            BackupRetentionPeriod=7, MasterUsername="securecart", MasterUserPassword="correct-horse", StorageEncrypted=True,
        )  # fmt: skip
        return str(made["DBInstance"]["DBInstanceArn"])


def trust(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


Inputs = Callable[[World], Props]
# (client, id, inputs): changes the resource with boto3 alone.
Stranger = Callable[[Client, str, Props], Any]


@dataclass(frozen=True)
class Case:
    """`changed`: inputs of an in-place update; `replacing`: inputs that need a new resource; `drifted`: what `stranger` alters."""

    inputs: Inputs
    changed: Inputs | None = None
    replacing: Props | None = None
    stranger: Stranger | None = None
    drifted: str = ""
    region: str = PRIMARY
    # False where AWS has no deletion: the resource is forgotten, or set back.
    ends: bool = True
    import_id: Callable[[str, Props], str] = lambda id_, _: id_


def tagged(**tags: str) -> Inputs:
    return lambda _: {"tags": tags}
