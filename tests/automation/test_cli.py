"""The command as its caller sees it: exit codes, one error with its fix, a stable JSON document, an instant --help."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from automation import local, stacks
from automation.cli import main
from automation.errors import SecurecartError, redact
from automation.events import Run, Violation
from automation.exit_codes import ExitCode
from automation.stacks import Workspace

CLEAN = {"same": 60}
CHANGING = {"same": 50, "create": 10}
VIOLATION = Violation(
    "rds-multi-az", "mandatory", "multiAz is false. Write: multi_az=True", "aws:rds/instance:Instance orders"
)


class FakeStacks:
    """Stands for the engine: what each preview finds, what is deployed, and which calls were made."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.changes = dict(CHANGING)
        self.violations: list[Violation] = []
        self.deployed: dict[str, list[dict[str, Any]]] = {"prod": [], "dr": []}
        self.failure: BaseException | None = None

    def preview(self, _workspace: Workspace, stack: str, on_run: Callable[[Run], None]) -> Run:
        return self._run("preview", stack, on_run)

    def deploy(self, _workspace: Workspace, stack: str, on_run: Callable[[Run], None]) -> Run:
        self.deployed[stack] = [resource(stack)]
        return self._run("up", stack, on_run)

    def destroy(self, _workspace: Workspace, stack: str, on_run: Callable[[Run], None]) -> Run:
        return self._run("destroy", stack, on_run)

    def resources(self, _workspace: Workspace, stack: str) -> list[dict[str, Any]]:
        return self.deployed[stack]

    def _run(self, operation: str, stack: str, on_run: Callable[[Run], None]) -> Run:
        self.calls.append(f"{operation} {stack}")
        if self.failure:
            raise self.failure
        run = Run(stack, operation, violations=list(self.violations), changes=dict(self.changes))
        on_run(run)
        return run


def resource(stack: str, *, protect: bool = False) -> dict[str, Any]:
    urn = f"urn:pulumi:{stack}::securecart::aws:rds/instance:Instance::orders"
    return {"type": "aws:rds/instance:Instance", "custom": True, "urn": urn, "id": "orders", "protect": protect}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeStacks:
    fake = FakeStacks()
    for name in ("preview", "deploy", "destroy", "resources"):
        monkeypatch.setattr(stacks, name, getattr(fake, name))
    monkeypatch.setattr(local, "workspace", lambda _report, _config: Workspace(tmp_path, {"SECURECART_CLOUD_ID": "c1"}))
    monkeypatch.setattr(local, "record_cloud", lambda _workspace: None)
    return fake


def securecart(*arguments: str) -> Result:
    return CliRunner(env={"SECURECART_TARGET": None}).invoke(main, arguments)


def test_up_previews_then_deploys_prod_then_dr(engine: FakeStacks) -> None:
    assert securecart("up").exit_code == ExitCode.OK
    assert engine.calls == ["preview prod", "up prod", "preview dr", "up dr"]


def test_up_without_changes_deploys_nothing_and_says_so(engine: FakeStacks) -> None:
    engine.changes = dict(CLEAN)
    engine.deployed["prod"] = [resource("prod")]
    done = securecart("up")
    assert done.exit_code == ExitCode.OK
    assert engine.calls == ["preview prod", "preview dr"]
    assert "prod is up to date" in done.output


@pytest.mark.parametrize("verb", ["up", "preview"])
def test_a_blocked_preview_exits_3_naming_rule_resource_and_fix_and_deploys_nothing(
    engine: FakeStacks, verb: str
) -> None:
    engine.violations = [VIOLATION]
    blocked = securecart(verb)
    assert blocked.exit_code == ExitCode.BLOCKED_BY_POLICY
    assert engine.calls == ["preview prod"]
    for part in ("rds-multi-az", "aws:rds/instance:Instance orders", "multi_az=True", "Nothing was changed"):
        assert part in blocked.output


def test_an_advisory_finding_is_shown_and_does_not_block(engine: FakeStacks) -> None:
    engine.violations = [Violation("s3-replication-declared", "advisory", "another stack replicates it", "bucket")]
    done = securecart("up", "--stack", "prod")
    assert done.exit_code == ExitCode.OK
    assert "[advisory] s3-replication-declared" in done.output


def test_dr_is_not_previewed_before_prod_is_deployed(engine: FakeStacks) -> None:
    done = securecart("preview")
    assert done.exit_code == ExitCode.OK
    assert engine.calls == ["preview prod"]
    assert "dr is previewed after prod is deployed" in done.output


def test_dr_alone_is_refused_before_prod_is_deployed(engine: FakeStacks) -> None:
    assert securecart("up", "--stack", "dr").exit_code == ExitCode.REFUSED
    assert engine.calls == []


@pytest.mark.parametrize(("changes", "code"), [(CLEAN, ExitCode.OK), (CHANGING, ExitCode.FAILED)])
def test_expect_no_changes_fails_on_a_change(engine: FakeStacks, changes: dict[str, int], code: ExitCode) -> None:
    engine.changes = dict(changes)
    assert securecart("preview", "--expect-no-changes").exit_code == code


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (SecurecartError("stack prod is locked", "wait", ExitCode.LOCKED), ExitCode.LOCKED),
        (SecurecartError("up failed", "run again"), ExitCode.FAILED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (OSError("disk full"), ExitCode.FAILED),
    ],
)
def test_a_failure_is_one_error_with_a_fix_and_its_code(
    engine: FakeStacks, failure: BaseException, code: ExitCode
) -> None:
    engine.failure = failure
    failed = securecart("up")
    assert failed.exit_code == code
    assert failed.stderr.startswith("Error: ")
    assert len(failed.stderr.splitlines()) == 2
    assert "\nFix: " in failed.stderr
    assert "Traceback" not in failed.output


def test_destroy_without_yes_says_what_it_deletes_and_does_nothing(engine: FakeStacks) -> None:
    engine.deployed = {"prod": [resource("prod")], "dr": [resource("dr")]}
    refused = securecart("down", "--destroy")
    assert refused.exit_code == ExitCode.BAD_INPUT
    said = refused.output.splitlines()
    assert said[0] == "this deletes 1 resources of dr, and the data of: database orders"
    assert said[1] == "this deletes 1 resources of prod, and the data of: database orders"
    assert engine.calls == []


def test_prod_alone_is_not_destroyed_while_dr_replicates_from_it(engine: FakeStacks) -> None:
    engine.deployed = {"prod": [resource("prod")], "dr": [resource("dr")]}
    refused = securecart("down", "--destroy", "--stack", "prod", "--yes")
    assert refused.exit_code == ExitCode.REFUSED
    assert "dr is deployed" in refused.stderr
    assert engine.calls == []


def test_destroy_refuses_protected_resources_of_any_stack_before_deleting_any(engine: FakeStacks) -> None:
    engine.deployed = {"prod": [resource("prod", protect=True)], "dr": [resource("dr")]}
    refused = securecart("down", "--destroy", "--yes")
    assert refused.exit_code == ExitCode.REFUSED
    assert "prod: aws:rds/instance:Instance orders" in refused.output
    assert engine.calls == []


def test_destroy_goes_from_dr_to_prod(engine: FakeStacks) -> None:
    engine.deployed = {"prod": [resource("prod")], "dr": [resource("dr")]}
    assert securecart("down", "--destroy", "--yes").exit_code == ExitCode.OK
    assert engine.calls == ["destroy dr", "destroy prod"]


def test_plain_down_on_aws_is_a_usage_error() -> None:
    assert securecart("down", "--target", "aws").exit_code == ExitCode.BAD_INPUT


def test_an_unknown_target_is_a_usage_error_that_lists_the_targets() -> None:
    wrong = securecart("up", "--target", "moon")
    assert wrong.exit_code == ExitCode.BAD_INPUT
    assert "'local', 'aws'" in wrong.output


def test_json_is_one_document_with_a_version_and_the_error(engine: FakeStacks) -> None:
    engine.violations = [VIOLATION]
    blocked = securecart("up", "--json")
    document = json.loads(blocked.stdout)
    assert list(document) == ["schemaVersion", "command", "target", "exitCode", "runs", "error"]
    assert (document["schemaVersion"], document["command"], document["target"], document["exitCode"]) == (
        1,
        "up",
        "local",
        3,
    )
    assert set(document["runs"][0]) == {
        "stack", "operation", "changes", "outputsChanged", "seconds", "violations", "failed"
    }  # fmt: skip
    assert document["runs"][0]["violations"][0]["policy"] == "rds-multi-az"
    assert blocked.stderr == ""


def test_a_policy_configuration_is_checked_with_every_fault_at_once(tmp_path: Path) -> None:
    file = tmp_path / "policy-config.json"
    file.write_text('{"rds-mutli-az": "advisory", "rds-backup-retention": {"minDays": 99}}')
    said = securecart("policy", "check-config", str(file))
    assert said.exit_code == ExitCode.BAD_INPUT
    assert "rds-mutli-az: no such rule (did you mean rds-multi-az?)" in said.stderr
    assert "rds-backup-retention.minDays: is 99; must be a whole number from 1 to 35" in said.stderr
    document = json.loads(securecart("policy", "check-config", str(file), "--json").stdout)
    assert [fault["path"] for fault in document["faults"]] == ["rds-mutli-az", "rds-backup-retention.minDays"]
    file.write_text("{}")
    assert securecart("policy", "check-config", str(file)).exit_code == ExitCode.OK


def test_help_imports_neither_pulumi_nor_boto3_nor_rich_nor_the_local_cloud() -> None:
    script = (
        "import sys; from automation.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {m.split('.')[0] for m in sys.modules} & {'pulumi', 'boto3', 'rich', 'localcloud', 'grpc'}\n"
        "sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "130  interrupted" in done.stdout


def test_secrets_are_redacted_from_messages() -> None:
    assert redact("passphrase hunter2-long is wrong", ("hunter2-long", "", "is")) == "passphrase [secret] is wrong"


def test_a_region_is_taken_out_and_brought_back(monkeypatch: pytest.MonkeyPatch) -> None:
    out: list[str] = []

    def outage(region: str) -> list[str]:
        out.append(region)
        return out

    monkeypatch.setattr(local, "outage", outage)
    monkeypatch.setattr(local, "heal", lambda region: [other for other in out if other != region])
    taken = securecart("local", "outage", "us-east-1")
    assert (taken.exit_code, "us-east-1" in taken.output) == (ExitCode.OK, True)
    healed = securecart("local", "heal", "us-east-1")
    assert (healed.exit_code, healed.output.strip()) == (ExitCode.OK, "every Region of the local cloud answers")


def test_the_lag_between_the_regions_is_set_in_seconds_from_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "ask", lambda name, asked, _: {f"{name}Seconds": asked["seconds"]})
    said = securecart("local", "lag", "2.5")
    assert (said.exit_code, "2.5 s later" in said.output) == (ExitCode.OK, True)
    assert securecart("local", "lag", "-1").exit_code == ExitCode.BAD_INPUT


def test_an_outage_of_a_cloud_that_does_not_run_says_how_to_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURECART_LOCAL_ROOT", str(tmp_path))
    refused = securecart("local", "outage", "us-east-1")
    assert refused.exit_code == ExitCode.BAD_INPUT
    assert "Fix: securecart local start, then: securecart local outage us-east-1" in refused.output


def test_the_clock_goes_forward_by_a_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, int]] = []

    def ask(name: str, body: dict[str, int], command: str) -> dict[str, str]:
        assert (name, command) == ("clock", "local clock --advance 93600s")
        asked.append(body)
        return {"now": "2026-11-30T04:00:00+00:00"}

    monkeypatch.setattr(local, "ask", ask)
    moved = securecart("local", "clock", "--advance", "26h")
    assert (moved.exit_code, asked) == (ExitCode.OK, [{"advance_seconds": 26 * 3600}])
    assert "2026-11-30T04:00:00+00:00" in moved.output
    refused = securecart("local", "clock", "--advance", "0h")
    assert (refused.exit_code, len(asked)) == (2, 1)
    assert "26h" in refused.output
