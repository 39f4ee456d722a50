"""The executions of one ARC Region switch plan, asked for in the Region that takes over; ours are those of one journal.

An execution is ours by its comment, which begins with the identifier of our journal: a killed command finds it by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from automation.errors import SecurecartError
from automation.exit_codes import ExitCode
from automation.recovery.arc_plan import SERVICE
from automation.recovery.aws import code_of
from automation.recovery.world import World

ENDED_WELL = frozenset({"completed", "completedWithExceptions", "completedMonitoringApplicationHealth"})
ENDED_BADLY = frozenset({"canceled", "failed", "planExecutionTimedOut"})
PAUSED = frozenset({"pausedByFailedStep", "pausedByOperator"})
# API reference, ExecutionComment.
COMMENT_CHARACTERS = 1024

Execution = Mapping[str, Any]


@dataclass(frozen=True)
class Executions:
    """Those of one plan, from one Region."""

    world: World
    region: str
    plan_arn: str
    journal: str = ""

    def newest(self) -> dict[str, Any] | None:
        """Our latest one, with the states of its steps."""
        mine = self.mine()
        return self.call("get_plan_execution", executionId=mine[0]["executionId"]) if mine else None

    def mine(self) -> list[Execution]:
        """Newest first."""
        mine = [one for one in self._all() if str(one.get("comment", "")).startswith(f"{self.journal}:")]
        return sorted(mine, key=lambda one: one["startTime"], reverse=True)

    def start(self, mode: str, who: str) -> dict[str, Any]:
        """StartPlanExecution. Raises SecurecartError (LOCKED) while somebody else's execution of the plan is under way."""
        # The token makes a repeated request the same request; each further execution of one journal has its own.
        asked = {
            "targetRegion": self.region,
            "action": "activate",
            "mode": mode,
            "latestVersion": "true",
            "comment": self.comment(f"{self.journal}: {who}"),
            "clientToken": f"{self.journal}-{len(self.mine()) + 1}",
        }
        try:
            return self.call("start_plan_execution", **asked)
        except ClientError as refusal:
            if code_of(refusal) != "IllegalStateException":
                raise
            busy = [one for one in self._all() if one["executionState"] not in ENDED_WELL | ENDED_BADLY]
            told = ", ".join(
                f"{one['executionId']} is {one['executionState']} ({one.get('comment', '')})" for one in busy
            )
            raise SecurecartError(
                f"ARC refuses another execution of {self.plan_arn}: {told or refusal}.",
                f"wait until it ends, or cancel it: {self.command('cancel-plan-execution', *busy)}",
                ExitCode.LOCKED,
            ) from refusal

    def events(self, execution: Execution, kind: str = "") -> list[dict[str, Any]]:
        """What happened, in order; of one kind if asked."""
        asked = {"planArn": self.plan_arn, "executionId": execution["executionId"]}
        found = self.world.aws.pages(SERVICE, self.region, "list_plan_execution_events", "items", **asked)
        return [one for one in found if kind in ("", one.get("type"))]

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        return self.world.aws.call(SERVICE, self.region, operation, planArn=self.plan_arn, **asked)

    def command(self, operation: str, *executions: Execution) -> str:
        """The AWS CLI's command about an execution."""
        which = executions[0]["executionId"] if executions else "EXECUTION"
        return f"aws arc-region-switch {operation} --region {self.region} --plan-arn {self.plan_arn} --execution-id {which}"

    @staticmethod
    def comment(text: str) -> str:
        return text[:COMMENT_CHARACTERS]

    def _all(self) -> Sequence[dict[str, Any]]:
        asked = {"planArn": self.plan_arn}
        return self.world.aws.pages(SERVICE, self.region, "list_plan_executions", "items", **asked)
