"""One case for each type of the catalog: what to create, what to change, what a stranger changes behind Pulumi's back."""

from __future__ import annotations

import json

from localcloud.provider.codec import Props
from tests.localcloud import (
    provider_cases_audit,
    provider_cases_backup,
    provider_cases_data,
    provider_cases_front,
    provider_cases_recovery,
    provider_cases_route53,
    provider_cases_servers,
    provider_cases_watch,
)
from tests.localcloud.provider_world import (
    ACCOUNT,
    PRIMARY,
    ROLE_POLICY,
    SECONDARY,
    Case,
    Client,
    Inputs,
    World,
    tagged,
    trust,
)


def bucket_policy(bucket: str, effect: str = "Deny") -> str:
    statement = {
        "Sid": "tls",
        "Effect": effect,
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OTHER_ROLE_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}],
}
VAULT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteRecoveryPoint"], "Resource": ["*"]}],
}
OTHER_VAULT_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteBackupVault"], "Resource": ["*"]}],
}

OPEN_TO_PUBLIC_POLICIES = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": False,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
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


def _plan_rules(world: World, delete_after: int = 35) -> list[Props]:
    return [
        {
            "ruleName": "daily",
            "targetVaultName": world.vault(),
            "schedule": "cron(0 5 ? * * *)",
            "startWindow": 60,
            "completionWindow": 180,
            "lifecycle": {"deleteAfter": delete_after},
            "copyActions": [
                {
                    "destinationVaultArn": f"arn:aws:backup:{SECONDARY}:{ACCOUNT}:backup-vault:far",
                    "lifecycle": {"deleteAfter": delete_after},
                }
            ],
        }
    ]


def _plan_renamed(client: Client, id_: str, inputs: Props) -> None:
    plan = client("backup").get_backup_plan(BackupPlanId=id_)["BackupPlan"]
    plan["Rules"][0]["Lifecycle"] = {"DeleteAfterDays": 7}
    plan["Rules"] = [{key: value for key, value in plan["Rules"][0].items() if key != "RuleId"}]
    client("backup").update_backup_plan(BackupPlanId=id_, BackupPlan=plan)


def _every_region_setting(world: World) -> Props:
    """All of them, as with the official provider: one that is left out shows as a difference after a refresh."""
    live = world.client("backup").describe_region_settings()
    return {"resourceTypeOptInPreference": {**live["ResourceTypeOptInPreference"], "RDS": True, "S3": True}}


def _region_settings(client: Client, _: str, __: Props) -> None:
    client("backup").update_region_settings(ResourceTypeOptInPreference={"RDS": False})


def _dlm_details(hour: str) -> Props:
    return {
        "resourceTypes": ["VOLUME"],
        "targetTags": {"securecart:backup": "dlm"},
        "schedules": [
            {
                "name": "daily",
                "createRule": {"interval": 24, "intervalUnit": "HOURS", "times": hour},
                "retainRule": {"count": 7},
                "copyTags": True,
                "crossRegionCopyRules": [
                    {
                        "target": SECONDARY,
                        "encrypted": True,
                        "copyTags": True,
                        "retainRule": {"interval": 7, "intervalUnit": "DAYS"},
                    }
                ],
            }
        ],
    }


def _database(world: World) -> Props:
    return {
        "identifier": world.name(), "engine": "postgres", "engineVersion": "16.8", "instanceClass": "db.t4g.micro",
        "allocatedStorage": 20, "storageType": "gp3", "dbName": "cart", "username": "securecart", "password": "correct-horse",
        "storageEncrypted": True, "kmsKeyId": world.key(), "backupRetentionPeriod": 7, "multiAz": True,
        "copyTagsToSnapshot": True, "skipFinalSnapshot": True, "applyImmediately": True,
    }  # fmt: skip


def _replication(world: World) -> Props:
    return {
        "bucket": world.bucket(versioned=True),
        "role": world.role_arn(),
        "rules": [
            {
                "id": "everything",
                "status": "Enabled",
                "priority": 1,
                "filter": {"prefix": ""},
                "deleteMarkerReplication": {"status": "Enabled"},
                "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
                "destination": {
                    "bucket": f"arn:aws:s3:::{world.bucket(SECONDARY, versioned=True)}",
                    "storageClass": "STANDARD",
                    "encryptionConfiguration": {"replicaKmsKeyId": world.key(SECONDARY)},
                    "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
                    "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
                },
            }
        ],
    }


def _replication_stopped(client: Client, id_: str, _: Props) -> None:
    live = client("s3").get_bucket_replication(Bucket=id_)["ReplicationConfiguration"]
    live["Rules"][0]["Status"] = "Disabled"
    client("s3").put_bucket_replication(Bucket=id_, ReplicationConfiguration=live)


def _lifecycle(days: int) -> list[Props]:
    return [
        {
            "id": "old-versions",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "noncurrentVersionExpiration": {"noncurrentDays": days},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]


def _lifecycle_off(client: Client, id_: str, _: Props) -> None:
    live = client("s3").get_bucket_lifecycle_configuration(Bucket=id_)["Rules"]
    live[0]["Status"] = "Disabled"
    client("s3").put_bucket_lifecycle_configuration(Bucket=id_, LifecycleConfiguration={"Rules": live})


def _table(world: World) -> Props:
    return {
        "name": world.name(),
        "hashKey": "pk",
        "attributes": [{"name": "pk", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "streamEnabled": True,
        "streamViewType": "NEW_AND_OLD_IMAGES",
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": world.key()},
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
        "deletionProtectionEnabled": False,
    }


def _no_recovery(client: Client, id_: str, region: str = PRIMARY) -> None:
    client("dynamodb", region).update_continuous_backups(
        TableName=id_, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


CASES: dict[str, Case] = {
    "aws:backup/plan:Plan": Case(
        lambda w: {"name": w.name(), "rules": _plan_rules(w), "tags": {"a": "1"}},
        lambda w: {"rules": _plan_rules(w, 90)},
        None,
        _plan_renamed,
        "rules",
    ),
    "aws:backup/regionSettings:RegionSettings": Case(
        _every_region_setting,
        lambda w: {
            "resourceTypeOptInPreference": {**_every_region_setting(w)["resourceTypeOptInPreference"], "S3": False}
        },
        None,
        _region_settings,
        "resourceTypeOptInPreference",
        ends=False,
    ),
    "aws:backup/selection:Selection": Case(
        lambda w: {
            "name": w.name(),
            "planId": w.plan(),
            "iamRoleArn": w.role_arn(),
            "resources": ["arn:aws:rds:us-east-1:123456789012:db:b", "arn:aws:rds:us-east-1:123456789012:db:a"],
        },
        replacing={"resources": ["arn:aws:dynamodb:*:*:table/*"]},
        import_id=lambda id_, inputs: f"{inputs['planId']}|{id_}",
    ),
    "aws:backup/vault:Vault": Case(
        lambda w: {"name": w.name(), "kmsKeyArn": w.key(), "tags": {"a": "1"}},
        tagged(a="2"),
        {"name": "other"},
        lambda client, _, inputs: client("backup").tag_resource(
            ResourceArn=f"arn:aws:backup:{PRIMARY}:{ACCOUNT}:backup-vault:{inputs['name']}", Tags={"a": "x"}
        ),
        "tags",
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Case(
        lambda w: {"backupVaultName": w.vault(), "minRetentionDays": 7, "maxRetentionDays": 90},
        replacing={"maxRetentionDays": 120},
        stranger=lambda client, id_, _: client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=id_, MinRetentionDays=1, MaxRetentionDays=90
        ),
        drifted="minRetentionDays",
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Case(
        lambda w: {"backupVaultName": w.vault(), "policy": json.dumps(VAULT_POLICY, indent=1)},
        lambda _: {"policy": json.dumps(OTHER_VAULT_POLICY)},
        {"backupVaultName": "other"},
        lambda client, id_, _: client("backup").put_backup_vault_access_policy(
            BackupVaultName=id_, Policy=json.dumps({**VAULT_POLICY, "Id": "stranger"})
        ),
        "policy",
    ),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": Case(
        lambda w: {"description": "daily", "executionRoleArn": w.role_arn(), "policyDetails": _dlm_details("03:00")},
        lambda _: {"policyDetails": _dlm_details("04:00")},
        None,
        lambda client, id_, _: client("dlm").update_lifecycle_policy(PolicyId=id_, State="DISABLED", Description="off"),
        "description",
    ),
    "aws:dynamodb/table:Table": Case(
        _table,
        lambda _: {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}, "tags": {"a": "1"}},
        {"hashKey": "id", "attributes": [{"name": "id", "type": "S"}]},
        lambda client, id_, _: _no_recovery(client, id_),
        "pointInTimeRecovery",
    ),
    "aws:dynamodb/tableReplica:TableReplica": Case(
        lambda w: {"globalTableArn": w.table_arn(), "pointInTimeRecovery": True, "tags": {"a": "1"}},
        tagged(a="2"),
        {"kmsKeyArn": "arn:aws:kms:us-west-2:123456789012:key/other"},
        lambda client, id_, _: _no_recovery(client, id_.split(":")[0], SECONDARY),
        "pointInTimeRecovery",
        SECONDARY,
    ),
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
    "aws:rds/instance:Instance": Case(
        _database,
        lambda _: {"backupRetentionPeriod": 14, "deletionProtection": False, "tags": {"a": "1"}},
        {"storageEncrypted": False},
        lambda client, _, inputs: client("rds").modify_db_instance(
            DBInstanceIdentifier=inputs["identifier"], BackupRetentionPeriod=1, ApplyImmediately=True
        ),
        "backupRetentionPeriod",
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": Case(
        lambda w: {"sourceDbInstanceArn": w.database_arn(), "kmsKeyId": w.key(SECONDARY), "retentionPeriod": 14},
        replacing={"retentionPeriod": 21},
        region=SECONDARY,
    ),
    "aws:rds/parameterGroup:ParameterGroup": Case(
        lambda w: {
            "name": w.name(),
            "family": "postgres16",
            "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}],
        },
        tagged(a="1"),
        {"family": "postgres15"},
        lambda client, id_, _: client("rds").modify_db_parameter_group(
            DBParameterGroupName=id_,
            Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
        ),
        "parameters",
    ),
    "aws:rds/subnetGroup:SubnetGroup": Case(
        lambda w: {"name": w.name(), "description": "private", "subnetIds": sorted(w.two_subnets(), reverse=True)},
        lambda w: {"subnetIds": w.two_subnets()},
        {"name": "other"},
        lambda client, id_, inputs: client("rds").modify_db_subnet_group(
            DBSubnetGroupName=id_, DBSubnetGroupDescription="stranger", SubnetIds=inputs["subnetIds"]
        ),
        "description",
    ),
    "aws:s3/bucket:Bucket": Case(
        lambda w: {"bucket": w.name(), "forceDestroy": True, "tags": {"a": "1"}},
        tagged(a="2"),
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_tagging(
            Bucket=id_, Tagging={"TagSet": [{"Key": "a", "Value": "x"}]}
        ),
        "tags",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Case(
        lambda w: {"bucket": w.bucket(), "rules": _lifecycle(30)},
        lambda _: {"rules": _lifecycle(60)},
        {"bucket": "other"},
        _lifecycle_off,
        "rules",
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Case(
        lambda w: {"bucket": w.bucket(), "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        lambda _: {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_ownership_controls(
            Bucket=id_, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        "rule",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Case(
        lambda w: {"bucket": (name := w.bucket()), "policy": bucket_policy(name)},
        lambda _: {"policy": bucket_policy("any", "Allow")},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_policy(Bucket=id_, Policy=bucket_policy("stranger")),
        "policy",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Case(
        lambda w: {
            "bucket": w.bucket(),
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        lambda _: {"blockPublicAcls": False},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_public_access_block(
            Bucket=id_, PublicAccessBlockConfiguration=OPEN_TO_PUBLIC_POLICIES
        ),
        "blockPublicPolicy",
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Case(
        _replication, lambda w: {"role": w.role_arn()}, {"bucket": "other"}, _replication_stopped, "rules"
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Case(
        lambda w: {
            "bucket": w.bucket(),
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": w.key()},
                    "bucketKeyEnabled": True,
                }
            ],
        },
        lambda _: {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_encryption(
            Bucket=id_,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        ),
        "rules",
        ends=False,
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Case(
        lambda w: {"bucket": w.bucket(), "versioningConfiguration": {"status": "Enabled"}},
        lambda _: {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other"},
        lambda client, id_, _: client("s3").put_bucket_versioning(
            Bucket=id_, VersioningConfiguration={"Status": "Suspended"}
        ),
        "versioningConfiguration",
        ends=False,
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
    **provider_cases_audit.CASES,
    **provider_cases_backup.CASES,
    **provider_cases_data.CASES,
    **provider_cases_front.CASES,
    **provider_cases_recovery.CASES,
    **provider_cases_route53.CASES,
    **provider_cases_servers.CASES,
    **provider_cases_watch.CASES,
}
