"""What a selection of a backup plan means: the resources that exist and that it names, by ARN, tag or condition."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from moto.backup.models import BackupBackend

from localcloud.emulator.extensions.backup_records import place_of
from localcloud.emulator.extensions.backup_region_settings import settings_of
from localcloud.emulator.extensions.backup_store import Tags
from localcloud.emulator.extensions.backup_stores import all_resources

_TAG_KEY = "aws:ResourceTag/"
_CONDITIONS: dict[str, Callable[[str | None, str], bool]] = {
    "StringEquals": lambda actual, value: actual == value,
    "StringNotEquals": lambda actual, value: actual != value,
    "StringLike": lambda actual, value: actual is not None and fnmatchcase(actual, value),
    "StringNotLike": lambda actual, value: actual is None or not fnmatchcase(actual, value),
}


def selected(backend: BackupBackend, document: dict[str, Any]) -> list[str]:
    """The ARNs of what a selection reaches in the backend's Region now.

    API reference, BackupSelection: Resources and ListOfTags add to each other, and any tag of the list is enough; every
    one of the Conditions must hold; NotResources take away. A wildcard or a tag reaches opted-in services only.
    """
    opted_in = settings_of(backend)["ResourceTypeOptInPreference"]
    return [
        arn
        for arn, (resource_type, tags) in all_resources(place_of(backend)).items()
        if _is_named(document, arn, tags, opted_in=opted_in.get(resource_type, False))
        and meets(document.get("Conditions") or {}, tags)
        and not _matches(arn, document.get("NotResources"))
    ]


def meets(conditions: dict[str, Any], tags: Tags) -> bool:
    """Whether tags meet every condition (of a plan's selection, or of one for restore tests)."""
    return all(
        _CONDITIONS[operator](tags.get(_key(entry).removeprefix(_TAG_KEY)), _value(entry))
        for operator, entries in conditions.items()
        for entry in entries or ()
    )


def _is_named(document: dict[str, Any], arn: str, tags: Tags, *, opted_in: bool) -> bool:
    resources = document.get("Resources") or []
    if arn in resources:
        return True
    if not opted_in:
        return False
    only_conditions = not resources and not document.get("ListOfTags")
    return only_conditions or _matches(arn, resources) or _is_tagged(tags, document.get("ListOfTags"))


def _is_tagged(tags: Tags, wanted: list[dict[str, str]] | None) -> bool:
    return any(tags.get(entry["ConditionKey"]) == entry["ConditionValue"] for entry in wanted or ())


def _matches(arn: str, patterns: list[str] | None) -> bool:
    return any(fnmatchcase(arn, pattern) for pattern in patterns or ())


def _key(entry: dict[str, str]) -> str:
    return entry.get("ConditionKey") or entry["Key"]


def _value(entry: dict[str, str]) -> str:
    return entry["ConditionValue"] if "ConditionValue" in entry else entry["Value"]
