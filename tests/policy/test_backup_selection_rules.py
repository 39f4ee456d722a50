from __future__ import annotations

from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import PRIMARY, SECONDARY, UNKNOWN, Pack, Registration

SELECTION = "aws:backup/selection:Selection"
INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
VOLUME = "aws:ebs/volume:Volume"
FILES = "aws:efs/fileSystem:FileSystem"
RULES = {
    INSTANCE: "rds-in-backup-plan",
    CLUSTER: "rds-in-backup-plan",
    TABLE: "dynamodb-in-backup-plan",
    BUCKET: "s3-in-backup-plan",
    BUCKET_V2: "s3-in-backup-plan",
    VOLUME: "ebs-in-backup-plan",
    FILES: "efs-in-backup-plan",
}
STORES = [
    Registration(INSTANCE, "it", {"identifier": "orders"}),
    Registration(CLUSTER, "it", {"clusterIdentifier": "orders"}),
    Registration(TABLE, "it", {"name": "orders"}),
    Registration(BUCKET, "it", {"bucket": "orders"}),
    Registration(BUCKET_V2, "it", {"bucket": "orders"}),
    Registration(VOLUME, "it", {"size": 10}),
    Registration(FILES, "it", {"encrypted": True}),
]
TABLE_IT = STORES[2]
VOLUME_IT = STORES[5]
TAGGED = Registration(TABLE, "it", {"name": "orders", "tags": {"backup": "daily", "owner": "shop"}})
PASSES: list[Any] = []
FAILS = [("it", "violation")]
OPEN = [("", "undetermined")]


def selection(sources: dict[str, tuple[str, ...]] | None = None, **inputs: Any) -> Registration:
    return Registration(SELECTION, "selection", inputs, sources=sources or {})


def verdict(pack: Pack, *program: Registration) -> list[tuple[str, str]]:
    rule = next(RULES[r.type] for r in program if r.type in RULES)
    return [
        (
            d.resource,
            "undetermined" if d.message.startswith("undetermined") or "undetermined: " in d.message else "violation",
        )
        for d in of_rule(pack.judge(*program), rule)
    ]


def condition(operator: str, key: str, value: object) -> list[Any]:
    return [{operator: [{"key": f"aws:ResourceTag/{key}", "value": value}]}]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.type)
def test_a_store_that_a_selection_takes_its_arn_from_is_in_a_plan(pack: Pack, store: Registration) -> None:
    assert verdict(pack, store, selection({"resources": ("it",)}, resources=[UNKNOWN])) == PASSES
    assert verdict(pack, store, selection({"resources": ("it",)}, resources=UNKNOWN)) == PASSES


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.type)
def test_a_store_that_nothing_selects_is_refused(pack: Pack, store: Registration) -> None:
    [found] = of_rule(pack.judge(store), RULES[store.type])
    assert found.resource == "it"
    assert "Write: backup.Selection(" in found.message
    other = Registration("aws:sqs/queue:Queue", "other", {})
    assert verdict(pack, store, other, selection({"resources": ("other",)}, resources=[UNKNOWN])) == FAILS


WILDCARDS = [
    ("*", STORES),
    ("arn:aws:*", STORES),
    ("arn:*:*:*:*:*", STORES),
    ("arn:aws:rds:*:*:db:*", STORES[:1]),
    ("arn:aws:rds:*:*:cluster:ord*", [STORES[1]]),
    ("arn:aws:rds:*", STORES[:2]),
    ("arn:aws:dynamodb:us-east-1:123456789012:table/orders", [TABLE_IT]),
    ("arn:aws-cn:dynamodb:*:*:table/*", [TABLE_IT]),
    ("arn:aws:s3:::orders", STORES[3:5]),
    ("arn:aws:s3:::ord*", STORES[3:5]),
    ("arn:aws:ec2:*:*:volume/*", [VOLUME_IT]),
    ("arn:aws:elasticfilesystem:*:*:file-system/*", [STORES[6]]),
]


@pytest.mark.parametrize(("pattern", "chosen"), WILDCARDS, ids=[pattern for pattern, _ in WILDCARDS])
def test_a_wildcard_selects_what_it_matches_and_nothing_else(
    pack: Pack, pattern: str, chosen: list[Registration]
) -> None:
    for store in STORES:
        expected = PASSES if store in chosen else FAILS
        assert verdict(pack, store, selection(resources=[pattern])) == expected, store.type


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ((VOLUME_IT, selection(resources=["arn:aws:ec2:us-east-1:1:volume/vol-1"])), OPEN),
        (
            (
                Registration(VOLUME, "it", {}, outputs={"arn": "arn:aws:ec2:us-east-1:1:volume/vol-1"}),
                selection(resources=["arn:aws:ec2:us-east-1:1:volume/vol-1"]),
            ),
            PASSES,
        ),
        (
            (
                Registration(VOLUME, "it", {}, outputs={"arn": "arn:aws:ec2:us-east-1:1:volume/vol-2"}),
                selection(resources=["arn:aws:ec2:us-east-1:1:volume/vol-1"]),
            ),
            FAILS,
        ),
        ((TABLE_IT, selection(resources=["arn:aws:dynamodb:us-west-2:1:table/orders"])), FAILS),
        ((TABLE_IT, selection(resources=["arn:aws:dynamodb:us-east-1:1:table/other"])), FAILS),
        ((TABLE_IT, selection(resources=[UNKNOWN])), OPEN),
        ((TABLE_IT, selection(resources=[])), FAILS),
        ((TABLE_IT, Registration(SELECTION, "far", {"resources": ["*"]}, SECONDARY)), FAILS),
    ],
    ids=["id unknown", "existing", "existing, another", "Region", "name", "nobody knows", "empty", "plan elsewhere"],
)
def test_arns(pack: Pack, program: tuple[Registration, ...], expected: list[Any]) -> None:
    assert verdict(pack, *program) == expected


def tags(*pairs: tuple[str, object]) -> dict[str, Any]:
    return {"selectionTags": [{"type": "STRINGEQUALS", "key": key, "value": value} for key, value in pairs]}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (selection(**tags(("backup", "daily"))), PASSES),
        (selection(**tags(("backup", "never"), ("owner", "shop"))), PASSES),
        (selection(**tags(("backup", "never"))), FAILS),
        (selection(**tags(("backup", "Daily"))), FAILS),
        (selection(**tags(("other", "daily"))), FAILS),
        (selection(**tags(("backup", UNKNOWN))), OPEN),
        (selection(**tags(("other", UNKNOWN))), FAILS),
        (selection(selectionTags=UNKNOWN), OPEN),
        (selection(resources=["arn:aws:dynamodb:*:*:table/x"], **tags(("backup", "daily"))), PASSES),
        (selection(notResources=["arn:aws:dynamodb:*:*:table/ord*"], **tags(("backup", "daily"))), FAILS),
    ],
    ids=["tag", "any tag", "value", "case", "key", "unknown", "unknown, no such tag", "list", "or ARN", "excluded"],
)
def test_tags_add_to_a_selection(pack: Pack, chosen: Registration, expected: list[Any]) -> None:
    assert verdict(pack, TAGGED, chosen) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (selection(resources=["*"], conditions=condition("stringEquals", "backup", "daily")), PASSES),
        (selection(conditions=condition("stringEquals", "backup", "daily")), PASSES),
        (selection(resources=["*"], conditions=condition("stringEquals", "backup", "weekly")), FAILS),
        (selection(resources=["*"], conditions=condition("stringLikes", "backup", "d*")), PASSES),
        (selection(resources=["*"], conditions=condition("stringEquals", "backup", "d*")), FAILS),
        (selection(resources=["*"], conditions=condition("stringNotEquals", "backup", "daily")), FAILS),
        (selection(resources=["*"], conditions=condition("stringNotEquals", "absent", "daily")), PASSES),
        (selection(resources=["*"], conditions=condition("stringNotLikes", "backup", "d*")), FAILS),
        (selection(resources=["*"], conditions=condition("stringNotLikes", "backup", "w*")), PASSES),
        (selection(resources=["*"], conditions=condition("stringEquals", "backup", UNKNOWN)), OPEN),
        (selection(resources=["*"], conditions=UNKNOWN), OPEN),
        (
            selection(
                resources=["*"],
                conditions=[
                    {
                        "stringEquals": [{"key": "aws:ResourceTag/backup", "value": "daily"}],
                        "stringLikes": [{"key": "aws:ResourceTag/owner", "value": "other*"}],
                    }
                ],
            ),
            FAILS,
        ),
        (selection(resources=["arn:aws:s3:::*"], conditions=condition("stringEquals", "backup", "daily")), FAILS),
    ],
    ids=lambda value: None if isinstance(value, list) else str(dict(value.inputs))[:60],
)
def test_every_condition_has_to_hold(pack: Pack, chosen: Registration, expected: list[Any]) -> None:
    assert verdict(pack, TAGGED, chosen) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (selection(resources=["*"], notResources=["arn:aws:dynamodb:*:*:table/orders"]), FAILS),
        (selection(resources=["*"], notResources=["arn:aws:rds:*"]), PASSES),
        (selection(notResources=["arn:aws:rds:*"]), PASSES),
        (selection({"notResources": ("it",)}, resources=["*"], notResources=[UNKNOWN]), FAILS),
        (selection(resources=["*"], notResources=UNKNOWN), OPEN),
    ],
)
def test_exclusions_take_away(pack: Pack, chosen: Registration, expected: list[Any]) -> None:
    assert verdict(pack, TABLE_IT, chosen) == expected


def test_an_unknown_tag_is_open_and_hides_no_other_store(pack: Pack) -> None:
    hidden = Registration(TABLE, "hidden", {"name": "hidden", "tags": {"backup": UNKNOWN}})
    assert verdict(pack, hidden, TABLE_IT, selection(**tags(("backup", "daily")))) == [*FAILS, *OPEN]


def test_a_default_tag_of_the_provider_counts(pack: Pack) -> None:
    table = Registration(TABLE, "it", {"name": "orders", "tagsAll": {"backup": "daily"}})
    assert verdict(pack, table, selection(**tags(("backup", "daily")))) == PASSES


def test_copies_are_judged_where_their_own_region_has_a_plan(pack: Pack) -> None:
    table_arn = "arn:aws:dynamodb:us-east-1:1:table/orders"
    replica = Registration(REPLICA, "it", {"globalTableArn": table_arn}, SECONDARY)
    elsewhere = Registration(SELECTION, "near", {"resources": ["arn:aws:s3:::x"]}, PRIMARY)
    beside = Registration(SELECTION, "far", {"resources": ["arn:aws:s3:::x"]}, SECONDARY)
    by_name = Registration(SELECTION, "far", {"resources": ["arn:aws:dynamodb:*:*:table/orders"]}, SECONDARY)

    def found(*program: Registration) -> list[str]:
        return [d.resource for d in of_rule(pack.judge(*program), "dynamodb-in-backup-plan")]

    assert found(replica, elsewhere) == []
    assert found(replica, beside) == ["it"]
    assert found(replica, by_name) == []


def test_a_read_replica_beside_its_source_is_covered_by_it(pack: Pack) -> None:
    replica = Registration(INSTANCE, "it", {"replicateSourceDb": "orders"})
    assert verdict(pack, replica, selection(resources=["arn:aws:s3:::x"])) == PASSES


def test_of_two_buckets_that_fill_each_other_neither_is_only_a_copy(pack: Pack) -> None:
    def filling(source: str, destination: str) -> Registration:
        rules = [{"status": "Enabled", "destination": {"bucket": f"arn:aws:s3:::{destination}"}}]
        type_ = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
        return Registration(type_, f"{source}-{destination}", {"bucket": source, "rules": rules})

    near = Registration(BUCKET, "near", {"bucket": "near"})
    far = Registration(BUCKET, "far", {"bucket": "far"}, SECONDARY)
    assert verdict(pack, near, far, filling("near", "far")) == [("near", "violation")]
    both = verdict(pack, near, far, filling("near", "far"), filling("far", "near"))
    assert both == [("near", "violation"), ("far", "violation")]


@pytest.mark.parametrize(("status", "expected"), [("ENABLED", PASSES), ("DISABLED", FAILS), (UNKNOWN, OPEN)])
def test_automatic_backups_of_efs_are_a_plan(pack: Pack, status: str, expected: list[Any]) -> None:
    policy = Registration(
        "aws:efs/backupPolicy:BackupPolicy",
        "policy",
        {"fileSystemId": UNKNOWN, "backupPolicy": {"status": status}},
        sources={"fileSystemId": ("it",)},
    )
    assert verdict(pack, STORES[6], policy) == expected


def test_a_plan_of_another_stack_is_claimed_by_tag_or_told_by_configuration(pack: Pack) -> None:
    def table(**tags: str) -> Registration:
        return Registration(TABLE, "it", {"name": "orders", "tags": tags})

    assert verdict(pack, table(**{"backed-up-by": "central"})) == PASSES
    assert verdict(pack, table(**{"backed-up-by": "prod"})) == FAILS
    pack.configure({"dynamodb-in-backup-plan": {"selectedElsewhere": ["backup=daily*", "tier"]}})
    assert verdict(pack, table(backup="daily-35")) == PASSES
    assert verdict(pack, table(tier="gold")) == PASSES
    assert verdict(pack, table(backup="weekly")) == FAILS


def test_what_loses_data_without_a_plan_blocks_and_the_rest_advises(pack: Pack) -> None:
    served = {policy.name: policy.enforcementLevel for policy in pack.info().policies}
    levels = {name: served[name] for name in RULES.values()}
    mandatory, advisory = 1, 0
    assert {name for name, level in levels.items() if level == mandatory} == {
        "ebs-in-backup-plan",
        "efs-in-backup-plan",
    }
    assert {name for name, level in levels.items() if level == advisory} == {
        "rds-in-backup-plan",
        "dynamodb-in-backup-plan",
        "s3-in-backup-plan",
    }
