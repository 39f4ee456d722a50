"""Profiles and selections: which rules a process serves at which level, and that it refuses what it cannot follow."""

from __future__ import annotations

import subprocess

import pytest

from resilience_policies import profiles
from resilience_policies.profiles import PROFILE, SELECT, BadSettingError
from resilience_policies.registry import RULES
from resilience_policies.rule import PACK_SERVICE
from tests.policy.case import of_rule
from tests.policy.pack import PACK, Registration, command, environment, running

OURS = [rule for rule in RULES if rule.service != PACK_SERVICE]


def levels(**environment: str) -> dict[str, str]:
    return {rule.id: rule.level for rule in profiles.chosen(environment, RULES).rules}


def test_baseline_is_the_default_and_keeps_each_rules_own_level() -> None:
    assert levels() == levels(**{PROFILE: "baseline"}) == {rule.id: rule.level for rule in RULES}


def test_strict_makes_everything_mandatory_but_listings() -> None:
    found = levels(**{PROFILE: "strict"})
    assert found == {
        rule.id: "disabled" if rule.level == "disabled" else "advisory" if rule.listing else "mandatory"
        for rule in RULES
    }
    assert found["s3-replication-declared"] == found["exceptions"] == "advisory"


def test_detect_only_blocks_nothing() -> None:
    assert set(levels(**{PROFILE: "detect-only"}).values()) <= {"advisory", "disabled"}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("service=rds", {rule.id for rule in OURS if rule.service == "rds"}),
        ("service=rds,service=kms", {rule.id for rule in OURS if rule.service in ("rds", "kms")}),
        ("severity=high", {rule.id for rule in OURS if rule.severity.value in ("high", "critical")}),
        (
            "service=rds, framework=pci-dss-4.0",
            {
                rule.id
                for rule in OURS
                if rule.service == "rds" and any(t.startswith("pci-dss-4.0:") for t in rule.tags)
            },
        ),
    ],
)
def test_a_selection_widens_within_a_key_and_narrows_across_keys(selection: str, expected: set[str]) -> None:
    found = set(levels(**{SELECT: selection}))
    assert found == expected | {rule.id for rule in RULES if rule.service == PACK_SERVICE}
    assert 0 < len(expected) < len(OURS)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (
            {PROFILE: "strickt"},
            f"{PROFILE} is 'strickt'; allowed: baseline, strict, detect-only (did you mean strict?)",
        ),
        ({SELECT: "service=rd"}, f"{SELECT} holds service='rd'; allowed: "),
        ({SELECT: "rds"}, f"{SELECT} holds 'rds'; write key=value with a key of: service, severity, framework"),
        ({SELECT: "service=kms,severity=critical"}, "which selects no rule"),
        ({SELECT: "service=rds,"}, f"{SELECT} holds ''; write key=value"),
    ],
)
def test_what_cannot_be_followed_is_refused(variables: dict[str, str], says: str) -> None:
    with pytest.raises(BadSettingError) as refused:
        profiles.chosen(variables, RULES)
    assert says in str(refused.value)


def test_a_refused_process_says_all_faults_once_and_never_serves() -> None:
    variables = environment(**{PROFILE: "x", SELECT: "severity=worst"})
    ended = subprocess.run(command(), cwd=PACK, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"aws-data-resilience does not start: {PROFILE} is 'x'; allowed: baseline, strict, detect-only; "
        f"{SELECT} holds severity='worst'; allowed: low, medium, high, critical"
    ]


def test_a_served_selection_judges_its_rules_only_and_says_so() -> None:
    with running(**{PROFILE: "detect-only", SELECT: "service=rds"}) as pack:
        pack.configure({})
        found = pack.judge(
            Registration("aws:rds/instance:Instance", "db", {}), Registration("aws:s3/bucket:Bucket", "b", {})
        )
    assert of_rule(found, "rds-backup-retention")
    assert not [d for d in found if d.mandatory or d.resource == "b"]
    [listed] = of_rule(found, "exceptions")
    left_out = sum(rule.service != "rds" for rule in OURS)
    assert f"the selection 'service=rds' leaves out {left_out} rules of this pack" in listed.message
