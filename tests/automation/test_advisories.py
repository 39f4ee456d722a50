"""Findings that do not block do not bury what matters."""

from __future__ import annotations

from automation.advisories import advisory_lines
from automation.events import Violation


def violation(
    resource: str, message: str = "Buckets lock.\nnot set. Write: x", policy: str = "s3-object-lock"
) -> Violation:
    return Violation(policy, "advisory", message, resource)


def test_a_rule_is_told_once_with_its_resources() -> None:
    lines = advisory_lines(violation(f"bucket-{number}") for number in range(8))
    assert lines == [
        "  [advisory] s3-object-lock: Buckets lock.",
        "    not set. Write: x",
        "      bucket-0, bucket-1, bucket-2, bucket-3, bucket-4, bucket-5 and 2 more",
    ]


def test_each_different_message_is_shown_up_to_a_limit() -> None:
    lines = advisory_lines(
        violation("", f"Exceptions are listed.\nwaiver {number}", "exceptions") for number in range(12)
    )
    assert lines[0] == "  [advisory] exceptions: Exceptions are listed."
    assert sum(line.startswith("    waiver ") for line in lines) == 10
    assert "      the whole stack" in lines
    assert lines[-1] == "    and 2 more; --json lists each"


def test_what_is_not_known_yet_takes_one_line() -> None:
    open_ = [
        violation(f"r{number}", "can't run policy 'a' from policy pack 'b' during preview: undetermined: x", rule)
        for number, rule in enumerate(["s3-replication", "rds-multi-az", "rds-multi-az"])
    ]
    assert advisory_lines([*open_, violation("bucket")]) == [
        "  [advisory] s3-object-lock: Buckets lock.",
        "    not set. Write: x",
        "      bucket",
        "  [advisory] 3 questions are open until the update, which judges them: s3-replication, rds-multi-az",
    ]


def test_nothing_found_says_nothing() -> None:
    assert advisory_lines([]) == []
