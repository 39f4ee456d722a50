"""Thresholds that follow from the data class of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.policy.case import of_rule
from tests.policy.pack import UNKNOWN, Diagnostic, Pack, Registration

RULE = "rds-backup-retention"
CONFIG: Mapping[str, Mapping[str, Any]] = {RULE: {"minDays": 7, "byDataClass": {"payments": {"minDays": 35}}}}


def judged(pack: Pack, config: Mapping[str, Mapping[str, Any]], **inputs: Any) -> list[Diagnostic]:
    pack.configure(config)
    return of_rule(
        pack.judge(Registration("aws:rds/instance:Instance", "db", {"backupRetentionPeriod": 14, **inputs})), RULE
    )


@pytest.mark.parametrize("place", ["tags", "tagsAll"])
def test_the_number_of_the_data_class_decides_and_the_message_says_so(pack: Pack, place: str) -> None:
    [violation] = judged(pack, CONFIG, **{place: {"data-class": "payments"}})
    assert violation.mandatory
    assert (
        "is 14; at least 35 days are required (minDays for data class payments, set in the policy configuration)"
        in (violation.message)
    )


@pytest.mark.parametrize("tags", [{}, {"data-class": "logs"}, {"class": "payments"}])
def test_other_classes_keep_the_general_number(pack: Pack, tags: dict[str, str]) -> None:
    assert judged(pack, CONFIG, tags=tags) == []


def test_the_tag_that_decides_can_be_named(pack: Pack) -> None:
    assert judged(pack, {**CONFIG, "data-class-tag": {"tagKey": "class"}}, tags={"class": "payments"})


def test_an_unknown_class_is_undetermined_once_and_judged_by_the_general_number(pack: Pack) -> None:
    [open_question] = judged(pack, CONFIG, tags={"data-class": UNKNOWN})
    assert not open_question.mandatory
    assert "undetermined: the data class is not known yet, and minDays depends on it" in open_question.message
    found = judged(pack, CONFIG, tags={"data-class": UNKNOWN}, backupRetentionPeriod=1)
    assert [d.mandatory for d in found] == [True, False]
    assert "at least 7 days are required (minDays, the rule's default)" in found[0].message


def test_an_unknown_class_does_not_matter_where_no_number_depends_on_it(pack: Pack) -> None:
    assert judged(pack, {}, tags={"data-class": UNKNOWN}) == []
