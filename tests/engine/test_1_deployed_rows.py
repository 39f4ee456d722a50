"""The core rows of design.md as boto3 sees them after `securecart up`, in both Regions of the local cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.conftest import Deployed
from tests.engine.estate import PRIMARY, SECONDARY, Estate

pytestmark = pytest.mark.engine

DATABASES = {"orders", "payments"}
TABLES = {"order-history", "payment-history"}
BUCKETS = {"invoices", "product-images", "logs"}
BOTH = pytest.mark.parametrize("region", [PRIMARY, SECONDARY])


def databases(estate: Estate, region: str) -> list[dict[str, Any]]:
    return list(estate.client("rds", region).describe_db_instances()["DBInstances"])


def table_names(estate: Estate, region: str) -> list[str]:
    return list(estate.client("dynamodb", region).list_tables()["TableNames"])


def bucket_names(estate: Estate, region: str) -> list[str]:
    """Buckets are global names; the Region is asked of each."""
    s3 = estate.client("s3", region)
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return [n for n in names if (s3.get_bucket_location(Bucket=n)["LocationConstraint"] or PRIMARY) == region]


def vault_names(estate: Estate, region: str) -> list[str]:
    return [v["BackupVaultName"] for v in estate.client("backup", region).list_backup_vaults()["BackupVaultList"]]


def plans(estate: Estate, region: str) -> list[dict[str, Any]]:
    backup = estate.client("backup", region)
    ids = [p["BackupPlanId"] for p in backup.list_backup_plans()["BackupPlansList"]]
    return [backup.get_backup_plan(BackupPlanId=i) for i in ids]


def test_up_succeeds_and_says_so_in_one_json_document(deployed: Deployed) -> None:
    assert deployed.up.code == 0, deployed.up.text[-6000:]
    assert deployed.up.json()["schemaVersion"]


def test_databases_are_multi_az_encrypted_private_and_keep_seven_days(estate: Estate) -> None:
    found = databases(estate, PRIMARY)
    assert {name for name in DATABASES if any(name in d["DBInstanceIdentifier"] for d in found)} == DATABASES
    for database in found:
        assert database["Engine"] == "postgres"
        assert database["MultiAZ"]
        assert database["StorageEncrypted"]
        assert database["KmsKeyId"].startswith(f"arn:aws:kms:{PRIMARY}:")
        assert database["BackupRetentionPeriod"] >= 7
        assert database["DeletionProtection"]
        assert database["CopyTagsToSnapshot"]
        assert not database["PubliclyAccessible"]


def test_each_database_has_an_encrypted_promotable_replica_and_replicated_backups_in_the_other_region(
    estate: Estate,
) -> None:
    sources = {d["DBInstanceArn"] for d in databases(estate, PRIMARY)}
    replicas = databases(estate, SECONDARY)
    assert {r["ReadReplicaSourceDBInstanceIdentifier"] for r in replicas} == sources
    for replica in replicas:
        assert replica["StorageEncrypted"]
        assert replica["KmsKeyId"].startswith(f"arn:aws:kms:{SECONDARY}:")
        assert replica["BackupRetentionPeriod"] >= 7, "a promotion needs backups that are already on"
        assert replica["DeletionProtection"]
    answer = estate.client("rds", SECONDARY).describe_db_instance_automated_backups()
    replicated = [b for b in answer["DBInstanceAutomatedBackups"] if b["DBInstanceArn"] in sources]
    assert len(replicated) == len(sources)


@BOTH
def test_tables_recover_to_any_second_of_35_days_in_both_regions(estate: Estate, region: str) -> None:
    dynamodb = estate.client("dynamodb", region)
    names = table_names(estate, region)
    assert {store for store in TABLES if any(store in n for n in names)} == TABLES
    for name in names:
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = backups["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        assert recovery.get("RecoveryPeriodInDays", 35) == 35  # the API's default
        table = dynamodb.describe_table(TableName=name)["Table"]
        assert table["SSEDescription"]["KMSMasterKeyArn"].startswith(f"arn:aws:kms:{region}:")
        assert table["DeletionProtectionEnabled"]
        assert {r["RegionName"] for r in table["Replicas"]} >= {PRIMARY, SECONDARY} - {region}


@BOTH
def test_buckets_are_versioned_encrypted_private_and_replicate_to_the_other_region(estate: Estate, region: str) -> None:
    s3 = estate.client("s3", region)
    names = bucket_names(estate, region)
    assert {store for store in BUCKETS if any(store in n for n in names)} == BUCKETS
    elsewhere = bucket_names(estate, SECONDARY if region == PRIMARY else PRIMARY)
    for name in names:
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        default = rules[0]["ApplyServerSideEncryptionByDefault"]
        assert default["SSEAlgorithm"] == "aws:kms"
        assert default["KMSMasterKeyID"].startswith(f"arn:aws:kms:{region}:")
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
        for rule in s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]:
            assert rule["Status"] == "Enabled"
            assert rule["Destination"]["Bucket"].rsplit(":", 1)[1] in elsewhere
            assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"] == "Enabled"
            assert rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"]
            assert rule["Destination"]["ReplicationTime"]["Time"]["Minutes"] == 15


@BOTH
def test_new_volumes_are_encrypted_with_our_key_in_both_regions(estate: Estate, region: str) -> None:
    ec2 = estate.client("ec2", region)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"].startswith(f"arn:aws:kms:{region}:")


def test_volumes_are_encrypted_and_their_snapshots_are_copied_encrypted_to_the_other_region(estate: Estate) -> None:
    volumes = estate.client("ec2", PRIMARY).describe_volumes()["Volumes"]
    assert volumes
    assert all(v["Encrypted"] and v["KmsKeyId"].startswith(f"arn:aws:kms:{PRIMARY}:") for v in volumes)
    dlm = estate.client("dlm", PRIMARY)
    policies = [
        dlm.get_lifecycle_policy(PolicyId=p["PolicyId"])["Policy"] for p in dlm.get_lifecycle_policies()["Policies"]
    ]
    assert policies
    for policy in policies:
        assert policy["State"] == "ENABLED"
        targets = {tag["Key"]: tag["Value"] for tag in policy["PolicyDetails"]["TargetTags"]}
        wanted = targets.items()
        reached = [v for v in volumes if wanted <= {t["Key"]: t["Value"] for t in v["Tags"]}.items()]
        assert len(reached) == len(volumes), "every volume carries the tags that the policy selects"
        for schedule in policy["PolicyDetails"]["Schedules"]:
            for copy in schedule["CrossRegionCopyRules"]:
                assert copy["Target"] == SECONDARY
                assert copy["Encrypted"]
                assert copy["CmkArn"].startswith(f"arn:aws:kms:{SECONDARY}:")


@BOTH
def test_vaults_have_their_own_key_a_governance_lock_and_a_policy_that_denies_deletion(
    estate: Estate, region: str
) -> None:
    backup = estate.client("backup", region)
    names = vault_names(estate, region)
    assert names
    for name in names:
        vault = backup.describe_backup_vault(BackupVaultName=name)
        assert vault["EncryptionKeyArn"].startswith(f"arn:aws:kms:{region}:")
        assert vault["Locked"]
        assert vault["MinRetentionDays"] >= 7
        assert vault.get("LockDate") is None, "a lock date would mean compliance mode, which is never a default"
        policy = json.loads(backup.get_backup_vault_access_policy(BackupVaultName=name)["Policy"])
        denied = {a for s in policy["Statement"] if s["Effect"] == "Deny" for a in s["Action"]}
        assert "backup:DeleteRecoveryPoint" in denied


def test_the_plan_copies_to_the_vault_that_really_exists_in_the_other_region(estate: Estate) -> None:
    vaults = {v["BackupVaultArn"] for v in estate.client("backup", SECONDARY).list_backup_vaults()["BackupVaultList"]}
    found = plans(estate, PRIMARY)
    assert found
    copies = {
        c["DestinationBackupVaultArn"]
        for p in found
        for r in p["BackupPlan"]["Rules"]
        for c in r.get("CopyActions", [])
    }
    assert copies
    assert copies <= vaults


def test_selections_reach_every_store_of_the_primary_region(estate: Estate) -> None:
    backup = estate.client("backup", PRIMARY)
    selected: set[str] = set()
    for plan in plans(estate, PRIMARY):
        for listed in backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]:
            answer = backup.get_backup_selection(BackupPlanId=plan["BackupPlanId"], SelectionId=listed["SelectionId"])
            selected |= set(answer["BackupSelection"].get("Resources", []))
    dynamodb = estate.client("dynamodb", PRIMARY)
    stores = (
        {d["DBInstanceArn"] for d in databases(estate, PRIMARY)}
        | {dynamodb.describe_table(TableName=n)["Table"]["TableArn"] for n in table_names(estate, PRIMARY)}
        | {f"arn:aws:s3:::{n}" for n in bucket_names(estate, PRIMARY)}
        | {
            f"arn:aws:ec2:{PRIMARY}:{account_id(estate)}:volume/{v['VolumeId']}"
            for v in estate.client("ec2", PRIMARY).describe_volumes()["Volumes"]
        }
    )
    assert stores <= selected


def account_id(estate: Estate) -> str:
    return str(estate.client("sts", PRIMARY).get_caller_identity()["Account"])


@BOTH
def test_data_has_no_public_path(estate: Estate, region: str) -> None:
    ec2 = estate.client("ec2", region)
    ours = [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]]
    assert len(ours) == 1
    inside = [{"Name": "vpc-id", "Values": ours}]
    assert len({s["AvailabilityZone"] for s in ec2.describe_subnets(Filters=inside)["Subnets"]}) == 3
    assert (
        ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": ours}])["InternetGateways"]
        == []
    )
    for group in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]:
        for permission in group["IpPermissions"]:
            assert permission["IpRanges"] == []
            assert permission["Ipv6Ranges"] == []
    for table in ec2.describe_route_tables(Filters=inside)["RouteTables"]:
        assert not [r for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]


@BOTH
def test_data_keys_rotate_and_are_replicas_of_one_multi_region_key(estate: Estate, region: str) -> None:
    kms = estate.client("kms", region)
    keys = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in kms.list_keys()["Keys"]]
    customer = [k for k in keys if k["KeyManager"] == "CUSTOMER" and k["KeyState"] == "Enabled"]
    assert [k for k in customer if k.get("MultiRegion")]
    assert [k for k in customer if not k.get("MultiRegion")], "vaults have keys of their own"
    for key in customer:
        if key.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType") != "REPLICA":
            assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
