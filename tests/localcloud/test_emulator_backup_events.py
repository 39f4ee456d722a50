"""What happens to backups reaches whom the program tells: by events on the bus, and by the topics of vaults."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.watch.events import paths_of, text_of
from components.watch.patterns import Alert, alerts
from localcloud.emulator.server import Emulator
from tests.localcloud.backup_world import ACCOUNT, DAY, ROLE, World
from tests.localcloud.provider_world import PRIMARY, SECONDARY, Client

pytestmark = pytest.mark.usefixtures("empty_cloud")
PATTERNS: dict[str, Alert] = {alert.name: alert for alert in alerts(4)}


@pytest.fixture
def world(emulator: Emulator, client: Client) -> World:
    return World(emulator, client)


@pytest.fixture
def trail(world: World) -> str:
    """A trail of both Regions that logs management events."""
    bucket, name = world.bucket(), world.name("trail")
    cloudtrail = world.client("cloudtrail")
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name=name)
    return name


def alert_queue(world: World, alert: Alert, *, as_text: bool = False) -> str:
    """The program's rule for an alert, and a queue that hears its topic; returns the queue's URL."""
    topic, url = world.queue_of_topic()
    return _rule(world, alert.pattern(), topic, alert if as_text else None) and url


def _rule(world: World, pattern: str, target_arn: str, alert: Alert | None = None, **more: Any) -> str:
    name, events = world.name("rule"), world.client("events", world.region)
    events.put_rule(Name=name, EventPattern=pattern)
    target: dict[str, Any] = {"Id": "target", "Arn": target_arn, **more}
    if alert is not None:
        target["InputTransformer"] = {"InputPathsMap": dict(paths_of(alert)), "InputTemplate": text_of(alert)}
    assert events.put_targets(Rule=name, Targets=[target])["FailedEntryCount"] == 0
    return name


def messages(world: World, url: str) -> list[str]:
    return [str(heard["Message"]) for heard in world.heard(url)]


def test_the_programs_rule_hears_of_jobs_that_fail_and_of_no_others(world: World) -> None:
    url = alert_queue(world, PATTERNS["backup-jobs"])
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    failed = world.back_up(world.table_arn("missing"), vault)
    world.restore(point, targetTableName=table)
    started = world.backup.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName=vault,
        DestinationBackupVaultArn=world.elsewhere().vault_arn("missing"),
        IamRoleArn=ROLE,
    )
    events = [json.loads(message) for message in messages(world, url)]
    assert [event["detail-type"] for event in events] == [
        "Backup Job State Change",
        "Restore Job State Change",
        "Copy Job State Change",
    ]
    backup, restore, copy = (event["detail"] for event in events)
    assert (backup["backupJobId"], backup["state"]) == (failed["BackupJobId"], "FAILED")
    assert backup["statusMessage"] == failed["StatusMessage"]
    assert (restore["status"], restore["sourceResourceArn"]) == ("FAILED", world.table_arn(table))
    assert (copy["copyJobId"], copy["state"]) == (started["CopyJobId"], "FAILED")
    assert {event["source"] for event in events} == {"aws.backup"}
    assert {event["region"] for event in events} == {PRIMARY}


def test_every_state_of_a_job_and_of_a_recovery_point_is_an_event(world: World) -> None:
    pattern = json.dumps(
        {"source": ["aws.backup"], "detail-type": ["Backup Job State Change", "Recovery Point State Change"]}
    )
    topic, url = world.queue_of_topic()
    _rule(world, pattern, topic)
    vault, table = world.vault(), world.table(1)
    job = world.back_up(world.table_arn(table), vault, Lifecycle={"DeleteAfterDays": 1})
    world.advance(2 * DAY)
    events = [json.loads(message) for message in messages(world, url)]
    states = [(event["detail"].get("state") or event["detail"]["status"]) for event in events]
    assert states == ["RUNNING", "COMPLETED", "COMPLETED", "DELETED"]
    assert events[2]["resources"] == [job["RecoveryPointArn"]]
    assert events[2]["detail"]["backupVaultName"] == vault
    assert events[1]["detail"]["calculatedLifecycle"]["deleteAt"].endswith("Z")


def test_an_alert_is_the_text_that_the_program_wrote(world: World) -> None:
    alert = PATTERNS["backup-jobs"]
    url = alert_queue(world, alert, as_text=True)
    world.back_up(world.table_arn("missing"), world.vault())
    (text,) = messages(world, url)
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0] == f"SecureCart alert: {alert.title}."
    facts = dict(line.split(": ", 1) for line in lines[1:-2])
    assert (facts["state"], facts["type"], facts["status"]) == ("FAILED", "DynamoDB", "")
    assert facts["resource"] == world.table_arn("missing")


def test_a_vaults_topic_hears_of_its_jobs(world: World) -> None:
    topic, url = world.queue_of_topic()
    vault, table = world.vault(), world.table(1)
    world.backup.put_backup_vault_notifications(
        BackupVaultName=vault, SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
    )
    point = world.recovery_point(world.table_arn(table), vault)
    failed = world.back_up(world.table_arn("missing"), vault)
    world.recovery_point(world.table_arn(table), world.vault())
    heard = world.heard(url)
    attributes = [{name: value["Value"] for name, value in entry["MessageAttributes"].items()} for entry in heard]
    assert [(entry["EventType"], entry["State"]) for entry in attributes] == [
        ("BACKUP_JOB", "COMPLETED"),
        ("BACKUP_JOB", "FAILED"),
    ]
    assert attributes[1]["Id"] == failed["BackupJobId"]
    assert (point in heard[0]["Message"], heard[0]["Subject"]) == (True, "Notification from AWS Backup")


@pytest.mark.usefixtures("trail")
def test_who_deletes_backups_or_weakens_what_protects_them_is_heard_also_when_refused(world: World) -> None:
    url = alert_queue(world, PATTERNS["backup-tampering"])
    vault, table = world.vault(), world.table(1)
    point = world.recovery_point(world.table_arn(table), vault)
    world.backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7)
    named = {"BackupVaultName": vault, "RecoveryPointArn": point}
    with pytest.raises(ClientError):
        world.backup.delete_recovery_point(**named)
    with pytest.raises(ClientError):
        world.backup.delete_backup_vault(BackupVaultName=vault)
    world.backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    world.backup.delete_recovery_point(**named)
    world.backup.describe_backup_vault(BackupVaultName=vault)
    details = [json.loads(message)["detail"] for message in messages(world, url)]
    assert [(detail["eventName"], detail.get("errorCode")) for detail in details] == [
        ("PutBackupVaultLockConfiguration", None),
        ("DeleteRecoveryPoint", "InvalidRequestException"),
        ("DeleteBackupVault", "InvalidRequestException"),
        ("DeleteBackupVaultLockConfiguration", None),
        ("DeleteRecoveryPoint", None),
    ]
    assert {detail["requestParameters"]["backupVaultName"] for detail in details} == {vault}
    assert details[1]["requestParameters"]["recoveryPointArn"] == point
    assert details[1]["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_keys_trails_and_databases_are_watched_as_well(world: World, trail: str) -> None:
    urls = {name: alert_queue(world, PATTERNS[name]) for name in ("key-tampering", "trail-tampering", "database-loss")}
    key, database = world.key(), world.database()
    world.client("kms").disable_key(KeyId=key)
    world.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    world.client("rds").modify_db_instance(DBInstanceIdentifier=database, MasterUserPassword="not-a-secret-either")
    world.client("rds").delete_db_instance(DBInstanceIdentifier=database, SkipFinalSnapshot=True)
    world.client("cloudtrail").stop_logging(Name=trail)
    heard = {name: [json.loads(message)["detail"] for message in messages(world, url)] for name, url in urls.items()}
    assert [detail["eventName"] for detail in heard["key-tampering"]] == ["DisableKey", "ScheduleKeyDeletion"]
    assert heard["key-tampering"][1]["requestParameters"]["keyId"] == key
    assert [detail["eventName"] for detail in heard["trail-tampering"]] == ["StopLogging"]
    assert heard["trail-tampering"][0]["requestParameters"] == {"name": trail}
    (deleted,) = heard["database-loss"]
    assert (deleted["eventName"], deleted["requestParameters"]["dBInstanceIdentifier"]) == (
        "DeleteDBInstance",
        database,
    )


@pytest.mark.usefixtures("trail")
def test_a_trail_shows_no_password(world: World) -> None:
    topic, url = world.queue_of_topic()
    _rule(world, json.dumps({"source": ["aws.rds"], "detail": {"eventName": ["ModifyDBInstance"]}}), topic)
    database = world.database()
    world.client("rds").modify_db_instance(DBInstanceIdentifier=database, MasterUserPassword="not-a-secret-either")
    (message,) = messages(world, url)
    assert "not-a-secret-either" not in message
    assert json.loads(message)["detail"]["requestParameters"]["masterUserPassword"].startswith("HIDDEN")


def test_without_a_trail_that_logs_nothing_is_heard(world: World, trail: str) -> None:
    west = world.elsewhere()
    urls = [(side, alert_queue(side, PATTERNS["backup-tampering"])) for side in (world, west)]
    for side, _ in urls:
        side.backup.update_region_settings(ResourceTypeOptInPreference={"S3": True})
    assert [len(messages(side, url)) for side, url in urls] == [1, 1]
    world.client("cloudtrail").delete_trail(Name=trail)
    for entry in world.client("cloudtrail").describe_trails()["trailList"]:
        world.client("cloudtrail", entry["HomeRegion"]).stop_logging(Name=entry["TrailARN"])
    world.backup.update_region_settings(ResourceTypeOptInPreference={"S3": True})
    assert messages(world, urls[0][1]) == []
    assert west.region == SECONDARY


def test_an_event_that_cannot_be_delivered_waits_in_the_dead_letter_queue(world: World) -> None:
    name = world.name("undelivered")
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    missing = f"arn:aws:sns:{PRIMARY}:{ACCOUNT}:{world.name('missing')}"
    pattern = PATTERNS["backup-jobs"].pattern()
    rule = _rule(world, pattern, missing, DeadLetterConfig={"Arn": f"arn:aws:sqs:{PRIMARY}:{ACCOUNT}:{name}"})
    world.back_up(world.table_arn("missing"), world.vault())
    (event,) = world.heard(url)
    assert event["detail"]["state"] == "FAILED"
    world.client("events").disable_rule(Name=rule)
    world.back_up(world.table_arn("missing"), world.vault())
    assert world.heard(url) == []
