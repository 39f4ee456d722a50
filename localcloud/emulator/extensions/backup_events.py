"""What AWS Backup tells the world: events on the Region's bus, and messages to the topic of a vault."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.backup.models import Vault, backup_backends

from localcloud.emulator.extensions.backup_store import Place
from localcloud.emulator.extensions.service_events import iso, publish, send_to_topic

_SOURCE = "aws.backup"
# Developer guide, "Notification options with AWS Backup": the events of a vault's topic, by kind of job. A failed
# backup or restore comes as ..._COMPLETED with its state; the events that said FAILED are never sent any more.
_JOB_EVENTS = {
    "BACKUP": ("BACKUP_JOB_STARTED", "BACKUP_JOB_COMPLETED", "BACKUP_JOB_COMPLETED"),
    "COPY": ("COPY_JOB_STARTED", "COPY_JOB_SUCCESSFUL", "COPY_JOB_FAILED"),
    "RESTORE": ("RESTORE_JOB_STARTED", "RESTORE_JOB_COMPLETED", "RESTORE_JOB_COMPLETED"),
}
_FAILED = frozenset({"ABORTED", "EXPIRED", "FAILED", "PARTIAL"})
_UNTOLD = frozenset({"AccountId", "IsParent", "NumberOfChildJobs", "ChildJobsInState", "MessageCategory"})


def job_changed(place: Place, kind: str, job: Mapping[str, Any], vault_arn: str) -> None:
    """A job ("BACKUP", "COPY" or "RESTORE") has the state that it is now in."""
    state = str(job.get("State") or job.get("Status"))
    resources = [job[name] for name in ("RecoveryPointArn", "DestinationRecoveryPointArn") if job.get(name)]
    publish(place, _SOURCE, f"{kind.capitalize()} Job State Change", resources or [vault_arn], _detail(job))
    started, succeeded, failed = _JOB_EVENTS[kind]
    if state == "RUNNING":
        _tell_vault(place, vault_arn, started, job, state)
    elif state == "COMPLETED":
        _tell_vault(place, vault_arn, succeeded, job, state)
    elif state in _FAILED:
        _tell_vault(place, vault_arn, failed, job, state)


def recovery_point_changed(place: Place, point: Mapping[str, Any]) -> None:
    """A recovery point was made, changed or deleted."""
    publish(place, _SOURCE, "Recovery Point State Change", [point["RecoveryPointArn"]], _detail(point))
    if point["Status"] == "MODIFIED":
        _tell_vault(place, point["BackupVaultArn"], "RECOVERY_POINT_MODIFIED", point, "MODIFIED")


def _tell_vault(place: Place, vault_arn: str, event: str, what: Mapping[str, Any], state: str) -> None:
    vault: Vault | None = backup_backends[place.account_id][place.region].vaults.get(vault_arn.rpartition(":")[2])
    if vault is None or vault.notifications is None or event not in vault.notifications["BackupVaultEvents"]:
        return
    identifier = next((str(what[name]) for name in ("BackupJobId", "CopyJobId", "RestoreJobId") if name in what), "")
    facts = {
        "Recovery point ARN": what.get("DestinationRecoveryPointArn") or what.get("RecoveryPointArn"),
        "Resource ARN": what.get("ResourceArn") or what.get("SourceResourceArn"),
        "Job ID": identifier,
        "Job State": state,
        "Message": what.get("StatusMessage"),
    }
    text = " ".join(f"{name} : {value}." for name, value in facts.items() if value)
    attributes = {
        "EventType": event.rpartition("_")[0],
        "State": state,
        "AccountId": place.account_id,
        "Id": identifier,
    }
    if isinstance(what.get("CreationDate"), datetime):
        attributes["StartTime"] = iso(what["CreationDate"])
    send_to_topic(
        vault.notifications["SNSTopicArn"],
        f"An AWS Backup event: {event}. {text}",
        "Notification from AWS Backup",
        attributes,
    )


def _detail(record: Mapping[str, Any]) -> dict[str, Any]:
    """Members as events name them: their first letter is small."""
    return {_small(name): _plain(value) for name, value in record.items() if value is not None and name not in _UNTOLD}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {_small(name): _plain(member) for name, member in value.items()}
    return value


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
