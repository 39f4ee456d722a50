"""A restored volume takes over name and tags of the old one, and its place at a server that is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.steps import Facts, Settled, Step
from automation.recovery.world import World
from automation.restore import volume
from automation.restore.plan import OWNER
from automation.restore.wanted import RESTORED_FROM, Wanted
from components.tags import SNAPSHOT_POLICY

EXCHANGE_SECONDS = 1800.0
# On the old volume: which one replaced it and where it was, so that a run that was killed finds the place again.
_PLACE = "retired-from-place"


@dataclass(frozen=True)
class _Exchange:
    world: World
    wanted: Wanted
    old_id: str
    """Empty: there is no old one."""

    def act(self) -> Facts | None:
        old, new = self._described(self.old_id), self._new()
        if old:
            for one in old.get("Attachments", []):
                place = {_PLACE: f"{one['InstanceId']}:{one['Device']}"}
                self._call("create_tags", Resources=[self.old_id], Tags=_listed(place))
                self._call("detach_volume", VolumeId=self.old_id, InstanceId=one["InstanceId"], Device=one["Device"])
            tags = {"Name": self.wanted.retired, volume.RETIRED: new["VolumeId"]}
            self._call("create_tags", Resources=[self.old_id], Tags=_listed(tags))
            self._call("delete_tags", Resources=[self.old_id], Tags=[{"Key": SNAPSHOT_POLICY}])
        return {"volume": new["VolumeId"], "retired": self.old_id or "none"}

    def settled(self) -> Settled:
        """The new one gets the place once the old one has left it, and the name last."""
        old, new = self._described(self.old_id), self._new()
        tags = volume.tags_of(old or {})
        if old and tags.get(volume.RETIRED) != new.get("VolumeId"):
            return Settled(False, f"{self.old_id} is not retired yet")
        if old and old["State"] == "in-use":
            return Settled(False, f"{self.old_id} is being detached")
        if (place := tags.get(_PLACE)) and not new.get("Attachments"):
            instance, _, device = place.partition(":")
            self._call("attach_volume", VolumeId=new["VolumeId"], InstanceId=instance, Device=device)
            return Settled(False, f"{new['VolumeId']} is being attached to {instance}")
        living = volume.living(self.world, self.wanted.region, self.wanted.store).get(self.wanted.original) or {}
        if living.get("VolumeId") != new.get("VolumeId"):
            self._call("create_tags", Resources=[new["VolumeId"]], Tags=_listed({"Name": self.wanted.original}))
            self._call("delete_tags", Resources=[new["VolumeId"]], Tags=[{"Key": RESTORED_FROM}])
            return Settled(False, "the name is being handed over")
        return Settled(True, f"{new['VolumeId']} is in place", {"place": place or "none"})

    def _new(self) -> dict[str, Any]:
        return dict(volume.restored(self.world, self.wanted.region, self.wanted.name) or {})

    def _described(self, identifier: str) -> dict[str, Any] | None:
        return dict(self._call("describe_volumes", VolumeIds=[identifier])["Volumes"][0]) if identifier else None

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call("ec2", self.wanted.region, operation, **asked)


def volume_steps(world: World, wanted: Wanted, after: tuple[str, ...]) -> tuple[Step, ...]:
    """Raises SecurecartError (REFUSED) while the old volume is attached to a server that is not stopped."""
    old = _old(world, wanted)
    attached = old.get("Attachments") or []
    for one in attached:
        asked = {"InstanceIds": [one["InstanceId"]]}
        found = world.aws.call("ec2", wanted.region, "describe_instances", **asked)["Reservations"][0]["Instances"][0]
        if found["State"]["Name"] != "stopped":
            raise SecurecartError(
                f"{old['VolumeId']} is attached to {one['InstanceId']}, which is {found['State']['Name']}: its file system would"
                " be torn; nothing was changed.",
                f"aws ec2 stop-instances --region {wanted.region} --instance-ids {one['InstanceId']}, then again",
                ExitCode.REFUSED,
            )
    exchange = _Exchange(world, wanted, str(old.get("VolumeId", "")))
    return (
        Step(
            name=f"put {wanted.label} in place", owner=OWNER, timeout_seconds=EXCHANGE_SECONDS, depends_on=after,
            act=exchange.act, settled=exchange.settled, interrupts=bool(attached),
            does=f"{wanted.name} takes name, tags and place of {wanted.original}; the old volume is kept, without new snapshots",
            destroys=f"nothing; what was written after {wanted.from_text} stays in the old volume only",
        ),
    )  # fmt: skip


def _old(world: World, wanted: Wanted) -> dict[str, Any]:
    """The volume that gives way: the living one, or the one that an interrupted exchange has retired."""
    new = volume.restored(world, wanted.region, wanted.name) or {}
    living = volume.living(world, wanted.region, wanted.store).get(wanted.original)
    if living and living["VolumeId"] != new.get("VolumeId"):
        return living
    filters = [{"Name": f"tag:{volume.RETIRED}", "Values": [str(new.get("VolumeId"))]}]
    found = world.aws.call("ec2", wanted.region, "describe_volumes", Filters=filters)["Volumes"]
    return dict(found[0]) if found else {}


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
