"""The jobs of AWS Backup as DescribeBackupJob, DescribeCopyJob, DescribeRestoreJob and DescribeReportJob show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend, backup_backends

from localcloud.emulator.extensions.backup_store import Place

Record = dict[str, Any]
_PAGE = 1000


def records(backend: BackupBackend, kind: str) -> dict[str, Record]:
    """Every record of a kind ("backup_jobs", "copy_jobs", ...) of the Region, by its id, oldest first."""
    found: dict[str, Record] = backend.__dict__.setdefault(f"securecart_{kind}", {})
    return found


def find_record(backend: BackupBackend, kind: str, record_id: str) -> Record:
    """One of them, or the ResourceNotFoundException that AWS answers with."""
    found = records(backend, kind)
    if record_id not in found:
        raise ResourceNotFoundException(f"Cannot find {kind.removesuffix('s').replace('_', ' ')} with id {record_id}")
    return found[record_id]


def place_of(backend: BackupBackend) -> Place:
    """The account and Region of a backend."""
    return Place(backend.account_id, backend.region_name)


def backends() -> Iterator[BackupBackend]:
    """The backends of all accounts and Regions in use, in a steady order."""
    for _, regions in sorted(backup_backends.items()):
        for _, backend in sorted(dict.items(regions)):
            yield backend


def backend_of(account_id: str, region: str) -> BackupBackend:
    """The backend of one account and Region."""
    backend: BackupBackend = backup_backends[account_id][region]
    return backend


def page(found: Iterable[Record], asked: Mapping[str, Any], member: str) -> Record:
    """The page that MaxResults and NextToken ask for, newest first."""
    newest_first = list(found)[::-1]
    start = int(asked.get("NextToken") or 0)
    end = start + int(asked.get("MaxResults") or _PAGE)
    answer: Record = {member: newest_first[start:end]}
    if end < len(newest_first):
        answer["NextToken"] = str(end)
    return answer


def filtered(found: Iterable[Record], asked: Mapping[str, Any], filters: Mapping[str, str]) -> Iterator[Record]:
    """The records that pass what was asked; `filters` maps a parameter (ByState) to the member it looks at (State)."""
    wanted = [(name, filters[name], asked[name]) for name in filters if asked.get(name) is not None]
    for record in found:
        if all(_passes(name, record.get(member), value) for name, member, value in wanted):
            yield record


def _passes(parameter: str, actual: Any, value: Any) -> bool:
    if parameter.endswith("Before"):
        return actual is not None and actual <= moment(value)
    if parameter.endswith("After"):
        return actual is not None and actual >= moment(value)
    return value in ("*", "ANY") or actual == value


def moment(value: Any) -> datetime:
    """A time that travelled in a request, as an aware datetime."""
    if isinstance(value, str):
        value = float(value) if value.replace(".", "", 1).isdigit() else datetime.fromisoformat(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return found


def shown(record: Record, hidden: Iterable[str] = ()) -> Record:
    """A record without what it has no value for, and without what is ours alone."""
    left_out = set(hidden)
    return {name: value for name, value in record.items() if value is not None and name not in left_out}
