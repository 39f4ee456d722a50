"""Content written back into a table or a bucket that cannot be renamed. What that overwrites can be brought back in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.steps import Facts, Settled, Step
from automation.recovery.world import World
from automation.restore import objects
from automation.restore.bucket import exists
from automation.restore.plan import OWNER
from automation.restore.table import describe, differences, items
from automation.restore.wanted import Wanted

CONTENT_SECONDS = 8 * 3600.0
# DynamoDB BatchWriteItem: "up to 25 item put or delete operations".
_WRITES_AT_ONCE = 25


def table_steps(world: World, wanted: Wanted, after: tuple[str, ...], *, keep_new: bool) -> tuple[Step, ...]:
    """Raises SecurecartError (REFUSED) unless the living table can be brought back to before the swap."""
    region, live_name = wanted.region, wanted.original
    live = _require(describe(world, region, live_name), live_name, "securecart up creates the table, then swap")
    said = world.aws.call("dynamodb", region, "describe_continuous_backups", TableName=live_name)
    recovery = said["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise SecurecartError(
            f"{live_name} has no point-in-time recovery: what a swap overwrites would be lost; nothing was changed.",
            "turn it on, then swap", ExitCode.REFUSED,
        )  # fmt: skip
    keys = [one["AttributeName"] for one in live["KeySchema"]]

    def write_back() -> Facts:
        right, there = items(world, region, wanted.name), items(world, region, live_name)
        puts = [{"PutRequest": {"Item": item}} for key, item in right.items() if there.get(key) != item]
        gone = [] if keep_new else [there[key] for key in there.keys() - right.keys()]
        deletes = [{"DeleteRequest": {"Key": {key: item[key] for key in keys}}} for item in gone]
        _write(world, region, live_name, [*puts, *deletes])
        now = items(world, region, live_name)
        wrong = [key for key, item in right.items() if now.get(key) != item]
        return {"written": len(puts), "deleted": len(deletes), "changedMeanwhile": len(wrong)}

    found = differences(items(world, region, wanted.name), items(world, region, live_name))
    return (_content_step(wanted, after, write_back, _words(found, "items", keep_new=keep_new)),)


def bucket_steps(world: World, wanted: Wanted, after: tuple[str, ...], *, keep_new: bool) -> tuple[Step, ...]:
    """Raises SecurecartError (REFUSED) unless the living bucket keeps versions."""
    region, live_name = wanted.region, wanted.original
    _require(exists(world, region, live_name), live_name, "securecart up creates the bucket, then swap")
    state = world.aws.call("s3", region, "get_bucket_versioning", Bucket=live_name).get("Status")
    if state != "Enabled":
        raise SecurecartError(
            f"{live_name} keeps no versions: what a swap overwrites would be lost; nothing was changed.",
            "turn versioning on, then swap", ExitCode.REFUSED,
        )  # fmt: skip
    pair = objects.Pair(world=world, region=region, source=wanted.name, target=live_name)

    def compared() -> tuple[dict[str, objects.Version], dict[str, list[str]]]:
        right = objects.current(world, region, wanted.name)
        return right, objects.compare(pair, right, objects.current(world, region, live_name))

    def write_back() -> Facts:
        right, wrong = compared()
        copied = [*wrong["missing"], *wrong["different"]]
        objects.copy_all(pair, [right[key] for key in copied])
        deleted = [] if keep_new else wrong["unexpected"]
        objects.side_by_side(
            lambda key: world.aws.call("s3", region, "delete_object", Bucket=live_name, Key=key), deleted
        )
        _, now = compared()
        return {
            "written": len(copied),
            "deleted": len(deleted),
            "changedMeanwhile": len(now["missing"] + now["different"]),
        }

    _, wrong = compared()
    found = {
        word: len(wrong[key])
        for word, key in (("changedSince", "different"), ("goneSince", "missing"), ("newSince", "unexpected"))
    }
    return (_content_step(wanted, after, write_back, _words(found, "objects", keep_new=keep_new)),)


def _content_step(wanted: Wanted, after: tuple[str, ...], write_back: Callable[[], Facts], destroys: str) -> Step:
    done: list[Facts] = []

    def act() -> Facts | None:
        done.append(write_back())
        return done[-1]

    return Step(
        name=f"put {wanted.label} in place", owner=OWNER, timeout_seconds=CONTENT_SECONDS, depends_on=after, act=act,
        settled=lambda: Settled(bool(done), "writing back", done[-1] if done else {}),
        does=f"{wanted.original} gets the content of {wanted.name}", destroys=destroys,
    )  # fmt: skip


def _words(found: dict[str, int], what: str, *, keep_new: bool) -> str:
    new = f"keeps {found['newSince']} that came since" if keep_new else f"deletes {found['newSince']} that came since"
    return (
        f"overwrites {found['changedSince']} {what} that changed since, brings {found['goneSince']} back, {new}; all of it can be"
        " brought back in turn"
    )


def _write(world: World, region: str, table: str, writes: list[dict[str, Any]]) -> None:
    for start in range(0, len(writes), _WRITES_AT_ONCE):
        left: dict[str, Any] = {table: writes[start : start + _WRITES_AT_ONCE]}
        while left:
            left = (
                world.aws.call("dynamodb", region, "batch_write_item", RequestItems=left).get("UnprocessedItems") or {}
            )


def _require(found: Any, name: str, fix: str) -> Any:
    if not found:
        raise SecurecartError(f"{name} does not exist; nothing was changed.", fix, ExitCode.REFUSED)
    return found
