"""What the engine reports while it works, in our own small model: no other file knows the shape of engine events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

STACK_TYPE = "pulumi:pulumi:Stack"
# Steps that leave the cloud as it is.
UNCHANGING = frozenset(
    {"same", "read", "refresh", "read-replacement", "discard", "read-discard", "remove-pending-replace"}
)


@dataclass(frozen=True)
class Violation:
    """One finding of the policy pack."""

    policy: str
    level: str
    message: str
    resource: str

    @property
    def mandatory(self) -> bool:
        return self.level == "mandatory"


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning of the program, a provider, or the engine; `resource` is empty when it belongs to none."""

    severity: str
    message: str
    resource: str


@dataclass(frozen=True)
class PlannedStep:
    """One change of a resource; `keys` are the inputs that differ, where the engine names them."""

    op: str
    type: str
    urn: str
    keys: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return short_name(self.urn)


@dataclass
class Run:
    """One preview, update or destroy of a stack: filled event by event, read by the display and by the exit code."""

    stack: str
    operation: str
    active: dict[str, str] = field(default_factory=dict)
    steps: list[PlannedStep] = field(default_factory=list)
    """Every change, in the order in which it began."""
    finished: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    ended: list[PlannedStep] = field(default_factory=list)
    """Every change as it ended: a refresh begins alike for all, and only its end says that a resource is gone."""
    violations: list[Violation] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    """The stack's own, as the run leaves them; in a preview what is not known yet is missing or a placeholder."""
    outputs_changed: bool = False
    seconds: float = 0.0

    @property
    def blocking(self) -> list[Violation]:
        return [violation for violation in self.violations if violation.mandatory]

    @property
    def changing(self) -> list[str]:
        """Each step that changed (or would change) something: `update aws:rds/instance:Instance orders-instance`."""
        return [f"{step.op} {step.name}" for step in self.ended]

    @property
    def changed(self) -> bool:
        """Whether the engine changes (or would change) anything."""
        return self.outputs_changed or any(n and op not in UNCHANGING for op, n in self.changes.items())

    def add(self, event: Any) -> None:
        """Take one pulumi.automation.events.EngineEvent in; kinds that say nothing to an operator are ignored."""
        if event.resource_pre_event:
            step = event.resource_pre_event.metadata
            if _op(step.op) not in UNCHANGING:
                self.active[step.urn] = _op(step.op)
                keys = frozenset(step.diffs or ()) | frozenset(step.detailed_diff or ())
                self.steps.append(PlannedStep(_op(step.op), str(step.type), step.urn, keys))
        elif event.res_outputs_event:
            self._finish(event.res_outputs_event)
        elif event.res_op_failed_event:
            urn = event.res_op_failed_event.metadata.urn
            self.active.pop(urn, None)
            self.failed.append(short_name(urn))
        elif event.policy_event:
            found = event.policy_event
            self._add_violation(
                Violation(
                    found.policy_name,
                    found.enforcement_level,
                    found.message.strip(),
                    short_name(found.resource_urn or ""),
                )
            )
        elif event.diagnostic_event:
            said = event.diagnostic_event
            if said.severity in ("error", "warning") and said.message.strip():
                self.diagnostics.append(Diagnostic(said.severity, said.message.strip(), short_name(said.urn or "")))
        elif event.summary_event:
            self.changes = {_op(op): count for op, count in (event.summary_event.resource_changes or {}).items()}

    def _finish(self, event: Any) -> None:
        step = event.metadata
        self.active.pop(step.urn, None)
        self.finished[_op(step.op)] += 1
        if _op(step.op) not in UNCHANGING and step.type != STACK_TYPE:
            self.ended.append(PlannedStep(_op(step.op), str(step.type), step.urn))
        if step.type == STACK_TYPE and step.new is not None:
            before = step.old.outputs if step.old else None
            self.outputs = dict(step.new.outputs or {})
            self.outputs_changed = (before or {}) != self.outputs

    def _add_violation(self, violation: Violation) -> None:
        # A preview reports a stack policy's finding once for the resource and once in the summary.
        if violation not in self.violations:
            self.violations.append(violation)


def short_name(urn: str) -> str:
    """`aws:rds/instance:Instance orders` of a URN: the type and name that the reader wrote in the program."""
    parts = urn.split("::")
    if len(parts) < 4:
        return urn
    return f"{parts[2].rsplit('$', 1)[-1]} {'::'.join(parts[3:])}"


def _op(op: object) -> str:
    return str(getattr(op, "value", op))
