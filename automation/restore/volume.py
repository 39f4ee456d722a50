"""EBS: a volume beside the old one, from the last snapshot before a moment, or from a recovery point (which is a snapshot)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.checks import Verdict
from automation.recovery.steps import Facts, Settled
from automation.recovery.world import World
from automation.restore.jobs import token_of
from automation.restore.moments import Window
from automation.restore.proof import Proof
from automation.restore.table import data_key
from automation.restore.volume_content import UnreadableError, snapshot_digest
from automation.restore.wanted import RESTORED_FROM, Purpose, RecoveryPoint, Wanted, iso
from components.tags import STORE

# Tags: by which volume one was retired, and under which name one was made.
RETIRED, MADE_AS = "retired-by", "restored-name"
Described = dict[str, Any]


@dataclass
class VolumeRestorer:
    """In the zone of the old volume, under the Region's key, with the old one's tags, so that snapshots go on.

    Its first snapshot is taken at once: it is how the content is read, and the restored volume's first copy.
    """

    world: World
    wanted: Wanted

    def check(self) -> None:
        self._snapshot  # noqa: B018  says what is missing

    def act(self) -> Facts | None:
        if self._restored():
            return None
        snapshot, template = self._snapshot, self._original or {}
        asked = {
            "SnapshotId": snapshot["SnapshotId"],
            "AvailabilityZone": template.get("AvailabilityZone") or self._a_zone(),
            "Encrypted": True,
            "KmsKeyId": data_key(self.world, self.wanted.region),
            "VolumeType": template.get("VolumeType") or "gp3",
            "Iops": template.get("Iops") if template.get("VolumeType") != "gp2" else None,
            "Throughput": template.get("Throughput") or None,
            "ClientToken": token_of(self.wanted.name, self.wanted.from_text, self.wanted.token),
            "TagSpecifications": [{"ResourceType": "volume", "Tags": _listed(self._tags())}],
        }
        made = self._call("create_volume", **{key: value for key, value in asked.items() if value})
        return {"volume": made["VolumeId"], "snapshot": snapshot["SnapshotId"]}

    def settled(self) -> Settled:
        found = self._restored()
        if found is None:
            return Settled(False, f"{self.wanted.name} is not there yet")
        facts = {
            "volume": found["VolumeId"],
            "snapshot": found.get("SnapshotId"),
            "asOf": iso(self._snapshot["StartTime"]),
        }
        if found["State"] != "available":
            return Settled(found["State"] == "in-use", f"{found['VolumeId']} is {found['State']}", facts)
        first = self._first_snapshot(found["VolumeId"])
        return Settled(first["State"] == "completed", f"{first['SnapshotId']} is {first.get('Progress')}", facts)

    def verify(self) -> Proof:
        found, source = self._restored(), self._snapshot
        if found is None:
            return Proof(verdict=Verdict.FAIL, said=f"{self.wanted.name} is gone")
        first = self._first_snapshot(found["VolumeId"])
        latest = source["StartTime"]
        try:
            expected, restored = (
                snapshot_digest(self.world, self.wanted.region, one["SnapshotId"]) for one in (source, first)
            )
        except UnreadableError as reason:
            said = f"{found['VolumeId']}: its blocks cannot be read: {reason}"
            return Proof(verdict=Verdict.UNKNOWN, said=said, latest=latest)
        facts = {"volume": found["VolumeId"], "snapshot": source["SnapshotId"], "bytes": restored.bytes}
        same = expected.sha256 == restored.sha256
        return Proof(
            verdict=Verdict.PASS if same else Verdict.FAIL,
            said=f"{found['VolumeId']}: {restored.blocks} blocks, {'equal to' if same else 'DIFFERENT from'} {source['SnapshotId']}"
            f" of {iso(latest)}",
            records=restored.blocks, checksum=restored.sha256, latest=latest, facts=facts,
        )  # fmt: skip

    @cached_property
    def _snapshot(self) -> Described:
        """What it is made of. Raises SecurecartError (BAD_INPUT) with the window when there is none."""
        source = self.wanted.source
        if isinstance(source, RecoveryPoint):
            asked = {"SnapshotIds": [source.arn.rpartition("/")[2]]}
            return dict(self._call("describe_snapshots", **asked)["Snapshots"][0])
        found = snapshots_of(self.world, self.wanted.region, self.wanted.store, self.wanted.original, self._original)
        times = [one["StartTime"] for one in found]
        if not times:
            raise SecurecartError(
                f"no snapshot of {self.wanted.label} in {self.wanted.region}; nothing was changed.",
                "--recovery-point ARN, or --region of the other Region", ExitCode.BAD_INPUT,
            )  # fmt: skip
        Window(min(times), None).check(self.wanted.label, source)
        Window(None, max(self.world.now(), *times)).check(self.wanted.label, source)
        return max((one for one in found if one["StartTime"] <= source), key=lambda one: one["StartTime"])

    @cached_property
    def _original(self) -> Described | None:
        return living(self.world, self.wanted.region, self.wanted.store).get(self.wanted.original)

    def _restored(self) -> Described | None:
        return restored(self.world, self.wanted.region, self.wanted.name)

    def _first_snapshot(self, volume_id: str) -> Described:
        filters = [{"Name": "volume-id", "Values": [volume_id]}]
        found = self.world.aws.pages("ec2", self.wanted.region, "describe_snapshots", "Snapshots", Filters=filters)
        if found:
            return dict(min(found, key=lambda one: one["StartTime"]))
        tags = [{"ResourceType": "snapshot", "Tags": _listed(self.wanted.tags | {"Name": self.wanted.name})}]
        described = f"First snapshot of the restored {self.wanted.original}"
        return self._call("create_snapshot", VolumeId=volume_id, Description=described, TagSpecifications=tags)

    def _tags(self) -> dict[str, str]:
        kept = tags_of(self._original or {}) if self.wanted.purpose is Purpose.RESTORE else {}
        kept = {key: value for key, value in kept.items() if not key.startswith("aws:")}
        return {**kept, "Name": self.wanted.name, MADE_AS: self.wanted.name, **self.wanted.tags}

    def _a_zone(self) -> str:
        zones = self._call("describe_availability_zones", Filters=[{"Name": "state", "Values": ["available"]}])
        return str(zones["AvailabilityZones"][0]["ZoneName"])

    def _call(self, operation: str, **asked: Any) -> Described:
        return self.world.aws.call("ec2", self.wanted.region, operation, **asked)


def living(world: World, region: str, store: str) -> dict[str, Described]:
    """The volumes of a store by name; neither what was restored and waits, nor what was retired."""
    filters = [{"Name": f"tag:{STORE}", "Values": [store]}]
    found = world.aws.pages("ec2", region, "describe_volumes", "Volumes", Filters=filters)
    return {
        tags["Name"]: dict(one)
        for one in found
        if "Name" in (tags := tags_of(one)) and RESTORED_FROM not in tags and RETIRED not in tags
    }


def restored(world: World, region: str, name: str) -> Described | None:
    """The volume that was made under that name, also once it has taken another's place."""
    filters = [{"Name": f"tag:{MADE_AS}", "Values": [name]}]
    found = world.aws.call("ec2", region, "describe_volumes", Filters=filters)["Volumes"]
    return dict(found[0]) if found else None


def names_of(world: World, region: str, store: str) -> list[str]:
    """The names of a store's volumes: of those that live, else of those that left snapshots."""
    if found := living(world, region, store):
        return sorted(found)
    return sorted({tags_of(one).get("Name", "") for one in _tagged_snapshots(world, region, store)} - {""})


def snapshots_of(world: World, region: str, store: str, name: str, original: Described | None) -> list[Described]:
    """Complete snapshots of a volume: of its id, and by the tags that copies from the other Region carry."""
    found = {
        one["SnapshotId"]: one for one in _tagged_snapshots(world, region, store) if tags_of(one).get("Name") == name
    }
    if original:
        filters = [{"Name": "volume-id", "Values": [original["VolumeId"]]}]
        for one in world.aws.pages(
            "ec2", region, "describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=filters
        ):
            found[one["SnapshotId"]] = one
    return [dict(one) for one in found.values() if one["State"] == "completed"]


def tags_of(described: Described) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in described.get("Tags", [])}


def _tagged_snapshots(world: World, region: str, store: str) -> list[Described]:
    filters = [{"Name": f"tag:{STORE}", "Values": [store]}]
    return world.aws.pages("ec2", region, "describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=filters)


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
