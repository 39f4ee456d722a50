"""Waivers by configuration and by tag: what they spare, what is said of them, and when they are violations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from resilience_policies.clock import today
from tests.policy.case import of_rule
from tests.policy.pack import UNKNOWN, Diagnostic, Pack, Registration

INSTANCE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
RULE = "rds-multi-az"
DATABASE = Registration(INSTANCE, "reports", {})
TOMORROW = today() + timedelta(days=1)
YESTERDAY = today() - timedelta(days=1)
WAIVER: dict[str, Any] = {
    "rule": RULE,
    "resource": "reports",
    "reason": "Rebuilt from S3 in ten minutes.",
    "owner": "data-team",
    "expires": str(TOMORROW),
}


def judged(pack: Pack, *program: Registration, waivers: list[Any], **config: Mapping[str, Any]) -> list[Diagnostic]:
    pack.configure({"waivers": {"waivers": waivers}, **config})
    return pack.judge(*program)


def tagged(value: object, key: str = f"policy-waiver/{RULE}", name: str = "reports") -> Registration:
    return Registration(INSTANCE, name, {"tags": {key: value}})


@pytest.mark.parametrize("resource", ["reports", "repo*", "urn:*::reports"])
def test_a_waiver_spares_its_rule_on_its_resource_and_is_listed(pack: Pack, resource: str) -> None:
    other = Registration(INSTANCE, "orders", {})
    found = judged(pack, DATABASE, other, waivers=[WAIVER | {"resource": resource}])
    assert [d.resource for d in of_rule(found, RULE)] == ["orders"]
    assert {d.resource for d in of_rule(found, "rds-backup-retention")} == {"reports", "orders"}
    assert of_rule(found, "waivers") == []
    [listed] = of_rule(found, "exceptions")
    assert (listed.level, listed.resource) == ("ADVISORY", "reports")
    expected = (
        f"{RULE} is waived on reports until {TOMORROW} by data-team: Rebuilt from S3 in ten minutes. [waivers[0]]"
    )
    assert expected in listed.message


def test_a_tag_of_the_resource_waives_too(pack: Pack) -> None:
    found = pack.judge(tagged(f"expires={TOMORROW} owner=data-team reason=Rebuilt from S3, owner = none"))
    assert of_rule(found, RULE) == []
    assert of_rule(found, "waivers") == []
    [listed] = of_rule(found, "exceptions")
    assert (
        f"until {TOMORROW} by data-team: Rebuilt from S3, owner = none [the tag policy-waiver/{RULE} of reports]"
        in (listed.message)
    )


def test_a_default_tag_of_the_provider_waives_nothing(pack: Pack) -> None:
    value = f"expires={TOMORROW} owner=data-team reason=everything"
    found = pack.judge(Registration(INSTANCE, "reports", {"tagsAll": {f"policy-waiver/{RULE}": value}}))
    assert [d.resource for d in of_rule(found, RULE)] == ["reports"]


def test_a_stack_rule_is_waived_on_one_resource_by_tag_and_by_entry(pack: Pack) -> None:
    tag = {"policy-waiver/s3-versioning": f"expires={TOMORROW} owner=web reason=Build output."}
    program = [
        Registration(BUCKET, "one", {"tags": tag}),
        Registration(BUCKET, "two", {}),
        Registration(BUCKET, "three", {}),
    ]
    found = judged(pack, *program, waivers=[WAIVER | {"rule": "s3-versioning", "resource": "two"}])
    assert [d.resource for d in of_rule(found, "s3-versioning")] == ["three"]
    assert {d.resource for d in of_rule(found, "exceptions")} == {"one", "two"}
    assert of_rule(found, "waivers") == []


def test_a_finding_about_the_whole_stack_is_waived_by_an_empty_resource(pack: Pack) -> None:
    waiver = WAIVER | {"rule": "backup-plan-copies-to-other-region", "resource": ""}
    healthy = judged(pack, DATABASE, waivers=[])
    assert [d.resource for d in of_rule(healthy, waiver["rule"])] == [""]
    found = judged(pack, DATABASE, waivers=[waiver])
    assert of_rule(found, waiver["rule"]) == []
    [listed] = of_rule(found, "exceptions")
    assert "is waived on the stack until" in listed.message


def test_one_line_lists_a_waiver_that_spares_many(pack: Pack) -> None:
    program = [Registration(INSTANCE, f"reports-{number:02}", {}) for number in range(13)]
    found = judged(pack, *program, waivers=[WAIVER | {"resource": "reports-*"}])
    [listed] = of_rule(found, "exceptions")
    assert "reports-09 and 3 more until" in listed.message
    assert listed.resource == ""


BAD: dict[str, tuple[Any, str]] = {
    "expired": (WAIVER | {"expires": str(YESTERDAY)}, f"expired on {YESTERDAY}"),
    "reasonless": (WAIVER | {"reason": " "}, "reason is missing: why this is acceptable"),
    "ownerless": ({k: v for k, v in WAIVER.items() if k != "owner"}, "owner is missing: who decided"),
    "endless": (WAIVER | {"expires": None}, "expires is missing: the last day"),
    "no day": (WAIVER | {"expires": "2027-02-30"}, "expires '2027-02-30' is not a day; write it as YYYY-MM-DD"),
    "unknown rule": (
        WAIVER | {"rule": "rds-mutli-az"},
        "rule 'rds-mutli-az' does not exist (did you mean rds-multi-az?)",
    ),
    "of a waiver": (WAIVER | {"rule": "waivers"}, "rule 'waivers' does not exist"),
    "unknown key": (
        WAIVER | {"ticket": "X-1"},
        "unknown key 'ticket'; allowed: rule, resource, reason, owner, expires",
    ),
    "everything": (WAIVER | {"resource": "*"}, "resource '*' is everything; to switch a rule off, set its level"),
    "no object": ("rds-multi-az", "must be an object with the keys rule, resource"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_faulty_waiver_is_a_violation_and_spares_nothing(pack: Pack, case: str) -> None:
    waiver, says = BAD[case]
    found = judged(pack, DATABASE, waivers=[waiver])
    assert [d.mandatory for d in of_rule(found, RULE)] == [True]
    messages = [d.message for d in of_rule(found, "waivers") if d.mandatory]
    assert any(says in message and message.count("waivers[0]") == 1 for message in messages), messages
    assert of_rule(found, "exceptions") == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("Rebuilt; data-team; 2027-01-01", "its value must read: expires=YYYY-MM-DD owner=TEAM reason=WHY"),
        (f"expires={TOMORROW} owner=data-team", "reason is missing"),
        (f"expires={YESTERDAY} owner=a reason=b", "expired on"),
        ("", "its value is empty or not known yet"),
        (UNKNOWN, "its value is empty or not known yet"),
    ],
)
def test_a_faulty_tag_is_a_violation_on_its_resource(pack: Pack, value: str, says: str) -> None:
    found = pack.judge(tagged(value))
    assert [d.mandatory for d in of_rule(found, RULE)] == [True]
    [fault] = of_rule(found, "waivers")
    assert says in fault.message
    assert (fault.mandatory, fault.resource) == (True, "reports")


def test_an_unused_waiver_is_a_violation(pack: Pack) -> None:
    tags = {f"policy-waiver/{RULE}": f"expires={TOMORROW} owner=a reason=b"}
    kept = Registration(INSTANCE, "reports", {"multiAz": True, "tags": tags})
    found = judged(pack, kept, waivers=[WAIVER, WAIVER | {"resource": "gone"}])
    messages = {(d.resource, d.message.splitlines()[-1]) for d in of_rule(found, "waivers")}
    assert len(messages) == 3
    assert (
        "",
        "waivers[1]: rds-multi-az has nothing to say on gone; remove the waiver, or correct its resource",
    ) in messages
    assert ("reports", True) in {(resource, "of reports" in message) for resource, message in messages}


def test_a_waiver_is_not_called_unused_while_its_rule_cannot_judge(pack: Pack) -> None:
    later = Registration(INSTANCE, "reports", {"multiAz": UNKNOWN})
    found = judged(pack, later, waivers=[WAIVER])
    assert of_rule(found, "waivers") == []
    [listed] = of_rule(found, "exceptions")
    assert "is waived on reports (not judged yet) until" in listed.message


def test_a_waiver_is_not_called_unused_while_its_rule_is_off(pack: Pack) -> None:
    off = {RULE: {"enforcementLevel": "disabled"}}
    found = judged(pack, DATABASE, waivers=[WAIVER], **off)
    assert of_rule(found, "waivers") == []
    assert any(f"switched off in the configuration: {RULE}" in d.message for d in of_rule(found, "exceptions"))
