"""What a drill made goes, and a sweep by its tag proves that nothing is left. Only what carries the tag is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.recovery import databases
from automation.recovery.aws import code_of
from automation.recovery.steps import Facts, Settled, Step
from automation.recovery.world import World
from automation.restore import objects
from automation.restore.plan import OWNER
from automation.restore.wanted import DRILL
from components.naming import PROJECT

CLEAN_SECONDS = 3600.0
# What may be gone when it is to be deleted, by service.
_GONE = frozenset(
    {
        "DBInstanceNotFound", "InvalidDBInstanceState", "ResourceNotFoundException", "NoSuchBucket", "InvalidVolume.NotFound",
        "InvalidSnapshot.NotFound", "InvalidGroup.NotFound",
    }
)  # fmt: skip
# Still in use by what is on its way out: asked again at the next poll.
_BUSY = frozenset({"DependencyViolation", "ResourceInUseException", "BucketNotEmpty", "VolumeInUse"})


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A resource that carries a drill's tag."""

    kind: str
    name: str
    delete: Callable[[], object]

    @property
    def text(self) -> str:
        return f"{self.kind} {self.name}"


def clean_step(world: World, region: str, token: str, depends_on: tuple[str, ...]) -> Step:
    """Deletes until the sweep finds nothing."""

    def act() -> Facts | None:
        found = list(sweep(world, region, token))
        _delete(found)
        return {"deleted": sorted(one.text for one in found)}

    def settled() -> Settled:
        left = list(sweep(world, region, token))
        if not left:
            return Settled(True, "nothing is left", {"left": [], "sweptFor": f"{DRILL}={token}"})
        if not began:
            began.append(True)  # the first question comes before the first deletion
        else:
            _delete(left)
        return Settled(False, f"still there: {', '.join(one.text for one in left)}")

    began: list[bool] = []
    return Step(
        name="clean up", owner=OWNER, timeout_seconds=CLEAN_SECONDS, depends_on=depends_on, act=act, settled=settled,
        does=f"everything in {region} that carries the tag {DRILL}={token} is deleted; a sweep proves it",
        destroys="the drill's own resources, nothing else",
    )  # fmt: skip


def sweep(world: World, region: str, token: str) -> Iterator[Leftover]:
    """What carries the tag, asked of every service by itself: AWS's tagging index lags behind by minutes."""
    yield from _instances(world, region, token)
    yield from _tables(world, region, token)
    yield from _buckets(world, region, token)
    yield from _ec2(world, region, token)


def _named(name: str, token: str) -> bool:
    """By name, too: a run that was killed may have had no time to tag."""
    return name.startswith(f"{PROJECT}-drill-{token}-")


def _tagged_table(world: World, region: str, name: str) -> str | None:
    if not name.startswith(PROJECT):
        return None
    arn = f"arn:aws:dynamodb:{region}:{world.estate.account_id}:table/{name}"
    found = world.aws.pages("dynamodb", region, "list_tags_of_resource", "Tags", ResourceArn=arn)
    return {str(tag["Key"]): str(tag["Value"]) for tag in found}.get(DRILL)


def _delete(found: list[Leftover]) -> None:
    for one in found:
        try:
            one.delete()
        except ClientError as refusal:
            if code_of(refusal) not in _GONE | _BUSY:
                raise SecurecartError(f"{one.text} cannot be deleted: {refusal}") from refusal


def _instances(world: World, region: str, token: str) -> Iterator[Leftover]:
    for one in world.aws.pages("rds", region, "describe_db_instances", "DBInstances"):
        tags = {tag["Key"]: tag["Value"] for tag in one.get("TagList", [])}
        name = one["DBInstanceIdentifier"]
        if tags.get(DRILL) != token and not _named(name, token):
            continue

        def delete(name: str = name, status: str = one["DBInstanceStatus"]) -> None:
            if status == databases.AVAILABLE:
                asked = {"SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}
                world.aws.call("rds", region, "delete_db_instance", DBInstanceIdentifier=name, **asked)

        yield Leftover(kind="database", name=name, delete=delete)


def _tables(world: World, region: str, token: str) -> Iterator[Leftover]:
    for name in world.aws.pages("dynamodb", region, "list_tables", "TableNames"):
        if _named(name, token) or _tagged_table(world, region, name) == token:
            yield Leftover(
                kind="table", name=name, delete=_call(world, "dynamodb", region, "delete_table", TableName=name)
            )


def _buckets(world: World, region: str, token: str) -> Iterator[Leftover]:
    for bucket in world.aws.call("s3", region, "list_buckets")["Buckets"]:
        name = bucket["Name"]
        if _named(name, token):

            def delete(name: str = name) -> None:
                empty(world, region, name)
                world.aws.call("s3", region, "delete_bucket", Bucket=name)

            yield Leftover(kind="bucket", name=name, delete=delete)


def empty(world: World, region: str, bucket: str) -> None:
    """Deletes every version and marker."""

    def gone(one: objects.Version) -> object:
        asked = {"Bucket": bucket, "Key": one.key, "VersionId": one.version_id}
        return world.aws.call("s3", region, "delete_object", **asked)

    objects.side_by_side(gone, objects.versions(world, region, bucket))


def _ec2(world: World, region: str, token: str) -> Iterator[Leftover]:
    filters = [{"Name": f"tag:{DRILL}", "Values": [token]}]
    kinds: list[tuple[str, str, str, str, str, dict[str, Any]]] = [
        ("volume", "describe_volumes", "Volumes", "VolumeId", "delete_volume", {}),
        ("snapshot", "describe_snapshots", "Snapshots", "SnapshotId", "delete_snapshot", {"OwnerIds": ["self"]}),
        ("security group", "describe_security_groups", "SecurityGroups", "GroupId", "delete_security_group", {}),
    ]
    for kind, describe, key, name, operation, more in kinds:
        for one in world.aws.pages("ec2", region, describe, key, Filters=filters, **more):
            yield Leftover(
                kind=kind, name=one[name], delete=_call(world, "ec2", region, operation, **{name: one[name]})
            )


def _call(world: World, service: str, region: str, operation: str, **asked: Any) -> Callable[[], object]:
    return lambda: world.aws.call(service, region, operation, **asked)
