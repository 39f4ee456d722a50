"""Which rules of a bucket's replication configuration reach a version of an object.

S3 user guide, "Replication configuration", "What does Amazon S3 replicate?", "Replicating encrypted objects" and "Replicating
metadata changes with replica modification sync".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """What the rules look at in a version."""

    key_name: str
    tags: Mapping[str, str]
    by_kms: bool
    """Encrypted with a key of KMS."""
    is_replica: bool
    is_delete_marker: bool


def destinations(configuration: Mapping[str, Any], candidate: Candidate) -> dict[str, Rule]:
    """The buckets that get the version, each with the rule by which: of several, the one with the highest priority."""
    chosen: dict[str, Rule] = {}
    for rule in sorted(configuration.get("Rules", []), key=lambda rule: rule.get("Priority", 0)):
        if rule["Status"] == "Enabled" and _is_in_scope(rule, candidate):
            chosen[destination_of(rule)] = rule
    return {name: rule for name, rule in chosen.items() if _is_selected(rule, candidate)}


def destination_of(rule: Rule) -> str:
    """The bucket that the rule replicates to."""
    return str(rule["Destination"]["Bucket"]).rpartition(":")[2]


def _is_in_scope(rule: Rule, candidate: Candidate) -> bool:
    scope = rule.get("Filter", {})
    both = scope.get("And", {})
    prefix = scope.get("Prefix") or both.get("Prefix") or rule.get("Prefix") or ""
    tags = [*([scope["Tag"]] if "Tag" in scope else []), *both.get("Tags", [])]
    return candidate.key_name.startswith(prefix) and all(candidate.tags.get(tag["Key"]) == tag["Value"] for tag in tags)


def _is_selected(rule: Rule, candidate: Candidate) -> bool:
    if candidate.is_delete_marker:
        # Without a filter a rule is of the first version, which replicates them.
        return "Filter" not in rule or _is_on(rule, "DeleteMarkerReplication")
    criteria = rule.get("SourceSelectionCriteria", {})
    if candidate.by_kms and not _is_on(criteria, "SseKmsEncryptedObjects"):
        return False
    return not candidate.is_replica or _is_on(criteria, "ReplicaModifications")


def _is_on(settings: Mapping[str, Any], name: str) -> bool:
    return bool(settings.get(name, {}).get("Status") == "Enabled")
