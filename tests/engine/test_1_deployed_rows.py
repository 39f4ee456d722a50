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


def test_the_generated_role_of_deploy_knows_every_call_of_it(deployed: Deployed) -> None:
    assert deployed.unrecorded_calls == []


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
    volumes = own_volumes(estate)
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
        | {f"arn:aws:ec2:{PRIMARY}:{account_id(estate)}:volume/{v['VolumeId']}" for v in own_volumes(estate)}
    )
    assert stores <= selected


def own_volumes(estate: Estate) -> list[dict[str, Any]]:
    """The data volumes; the emulator gives each server a root volume that is no template's."""
    ours = [{"Name": "tag:store", "Values": ["backend"]}]
    return list(estate.client("ec2", PRIMARY).describe_volumes(Filters=ours)["Volumes"])


def account_id(estate: Estate) -> str:
    return str(estate.client("sts", PRIMARY).get_caller_identity()["Account"])


@BOTH
def test_data_has_no_public_path(estate: Estate, region: str) -> None:
    ec2 = estate.client("ec2", region)
    ours = [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]]
    assert len(ours) == 1
    inside = [{"Name": "vpc-id", "Values": ours}]
    assert len({s["AvailabilityZone"] for s in ec2.describe_subnets(Filters=inside)["Subnets"]}) == 3
    groups = estate.client("rds", region).describe_db_subnet_groups()["DBSubnetGroups"]
    data = {subnet["SubnetIdentifier"] for group in groups for subnet in group["Subnets"]}
    scaled = estate.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]
    data |= {subnet for group in scaled for subnet in group["VPCZoneIdentifier"].split(",")}
    assert len(data) == 3
    for table in ec2.describe_route_tables(Filters=inside)["RouteTables"]:
        served = {a.get("SubnetId") for a in table["Associations"]}
        if served & data:
            assert not [r for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
    open_ports = {
        (permission["FromPort"], group["GroupName"].split("-")[1])
        for group in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
        for permission in group["IpPermissions"]
        if permission["IpRanges"] or permission["Ipv6Ranges"]
    }
    assert open_ports == {(443, "front"), (80, "front")}, "the load balancer alone is open, and redirects plain HTTP"


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


@BOTH
def test_the_plan_has_every_rule_where_it_serves_and_some_where_it_does_not(estate: Estate, region: str) -> None:
    rules = {rule["RuleName"] for plan in plans(estate, region) for rule in plan["BackupPlan"]["Rules"]}
    assert rules == ({"frequent", "daily", "weekly", "monthly", "yearly"} if region == PRIMARY else {"weekly"})


@BOTH
def test_restores_are_tested_and_the_plan_is_audited_in_both_regions(estate: Estate, region: str) -> None:
    backup = estate.client("backup", region)
    (testing,) = backup.list_restore_testing_plans()["RestoreTestingPlans"]
    selections = backup.list_restore_testing_selections(RestoreTestingPlanName=testing["RestoreTestingPlanName"])
    assert {s["ProtectedResourceType"] for s in selections["RestoreTestingSelections"]} == {
        "RDS",
        "DynamoDB",
        "S3",
        "EBS",
    }
    (framework,) = backup.list_frameworks()["Frameworks"]
    controls = backup.describe_framework(FrameworkName=framework["FrameworkName"])["FrameworkControls"]
    given = {
        (control["ControlName"], parameter["ParameterName"]): parameter["ParameterValue"]
        for control in controls
        for parameter in control.get("ControlInputParameters", [])
    }
    assert int(given["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", "requiredRetentionDays"]) >= 7
    other = SECONDARY if region == PRIMARY else PRIMARY
    assert given["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION", "crossRegionList"] == other
    reports = {plan["ReportSetting"]["ReportTemplate"] for plan in backup.list_report_plans()["ReportPlans"]}
    assert {"BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT", "RESOURCE_COMPLIANCE_REPORT"} <= reports
    (recorder,) = estate.client("config", region).describe_configuration_recorder_status()[
        "ConfigurationRecordersStatus"
    ]
    assert recorder["recording"], "the controls judge what AWS Config records"


@BOTH
def test_the_trail_is_multi_region_validated_encrypted_and_in_a_replicated_bucket(estate: Estate, region: str) -> None:
    cloudtrail = estate.client("cloudtrail", region)
    (trail,) = [t for t in cloudtrail.describe_trails()["trailList"] if t["HomeRegion"] == region]
    assert trail["IsMultiRegionTrail"]
    assert trail["LogFileValidationEnabled"]
    assert trail["KmsKeyId"].startswith(f"arn:aws:kms:{region}:")
    assert cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
    assert trail["S3BucketName"] in bucket_names(estate, region)
    assert estate.client("s3", region).get_bucket_replication(Bucket=trail["S3BucketName"])
    selectors = json.dumps(cloudtrail.get_event_selectors(TrailName=trail["TrailARN"])["AdvancedEventSelectors"])
    assert "AWS::S3::Object" in selectors
    assert "AWS::DynamoDB::Table" in selectors


@BOTH
def test_threats_and_failures_become_alerts_on_an_encrypted_topic(estate: Estate, region: str) -> None:
    guardduty = estate.client("guardduty", region)
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    found = guardduty.get_detector(DetectorId=detector)
    enabled = {feature["Name"] for feature in found["Features"] if feature["Status"] == "ENABLED"}
    assert {"S3_DATA_EVENTS", "RDS_LOGIN_EVENTS", "EBS_MALWARE_PROTECTION"} <= enabled
    (topic,) = [t["TopicArn"] for t in estate.client("sns", region).list_topics()["Topics"]]
    attributes = estate.client("sns", region).get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"].startswith(f"arn:aws:kms:{region}:")
    events = estate.client("events", region)
    patterns = ""
    for rule in events.list_rules()["Rules"]:
        patterns += rule["EventPattern"]
        assert topic in {target["Arn"] for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]}
    for event in ("DeleteRecoveryPoint", "PutBackupVaultLockConfiguration", "ScheduleKeyDeletion", "StopLogging"):
        assert event in patterns


def test_every_copy_has_an_alarm_in_the_region_that_publishes_its_metric(estate: Estate) -> None:
    alarms = {
        region: estate.client("cloudwatch", region).describe_alarms()["MetricAlarms"] for region in (PRIMARY, SECONDARY)
    }
    lag = [a for a in alarms[SECONDARY] if "ReplicaLag" in json.dumps(a, default=str)]
    assert len(lag) == len(DATABASES)
    assert all(a["TreatMissingData"] == "breaching" for a in lag), "a lag that nobody reports is not a lag of zero"
    assert not [a for a in alarms[PRIMARY] if "ReplicaLag" in json.dumps(a, default=str)]
    for region in (PRIMARY, SECONDARY):
        assert all(a["AlarmActions"] for a in alarms[region] if "out-of-service" not in a["AlarmName"])


def test_the_name_follows_health_and_no_record_is_edited_in_a_disaster(estate: Estate) -> None:
    route53 = estate.client("route53", PRIMARY)
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = [
        r for r in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"] if "Failover" in r
    ]
    assert {r["Failover"] for r in records} == {"PRIMARY", "SECONDARY"}
    checks = {c["Id"]: c["HealthCheckConfig"] for c in route53.list_health_checks()["HealthChecks"]}
    balancers = {
        region: estate.client("elbv2", region).describe_load_balancers()["LoadBalancers"][0]["DNSName"]
        for region in (PRIMARY, SECONDARY)
    }
    for record in records:
        region = PRIMARY if record["Failover"] == "PRIMARY" else SECONDARY
        assert balancers[region] in record["AliasTarget"]["DNSName"]
        together = checks[record["HealthCheckId"]]
        assert together["Type"] == "CALCULATED"
        children = [checks[child] for child in together["ChildHealthChecks"]]
        assert {c["Type"] for c in children} == {"HTTPS", "CLOUDWATCH_METRIC"}
        (switch,) = [c for c in children if c["Type"] == "CLOUDWATCH_METRIC"]
        assert switch["AlarmIdentifier"]["Region"] == SECONDARY, "it must work while the primary Region does not"


def test_the_failover_is_declared_to_arc_and_the_objectives_to_resilience_hub(estate: Estate) -> None:
    arc = estate.client("arc-region-switch", SECONDARY)
    (listed,) = arc.list_plans()["plans"]
    plan = arc.get_plan(arn=listed["arn"])["plan"]
    assert plan["recoveryTimeObjectiveMinutes"] == 30
    assert set(plan["regions"]) == {PRIMARY, SECONDARY}
    described = json.dumps(plan["workflows"])
    for block in ("rdsPromoteReadReplicaConfig", "ec2AsgCapacityIncreaseConfig", "route53HealthCheckConfig"):
        assert block in described
    (policy,) = estate.client("resiliencehubv2", SECONDARY).list_policies()["policySummaries"]
    assert policy["name"] == "securecart-secondary"


def test_warm_standby_runs_a_share_of_the_servers_in_the_other_region(estate: Estate) -> None:
    sizes = {
        region: estate.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"][0]
        for region in (PRIMARY, SECONDARY)
    }
    assert sizes[PRIMARY]["DesiredCapacity"] == 3
    assert sizes[SECONDARY]["DesiredCapacity"] == 2, "34 % of 3, rounded up"
    assert sizes[PRIMARY]["MaxSize"] == sizes[SECONDARY]["MaxSize"]


def test_plan_shows_what_each_store_keeps(estate: Estate) -> None:
    shown = estate.securecart("plan", "--json")
    assert shown.code == 0, shown.text
    recovery = shown.json()["recovery"]
    assert recovery["strategy"] == estate.outputs("dr")["strategy"] == "warm-standby"
    assert {s["store"] for s in recovery["stores"]} >= {"databases.orders", "tables.order-history", "volumes.backend"}
    assert "planned: RPO" in estate.securecart("plan").text
