"""`python -m tests.drills.doomed`: the real `securecart`, which dies by SIGKILL at each moment of each step once.

| moment     | what is true then |
|------------|-------------------|
| acted      | the step's call was made; nobody has waited for its effect |
| settled    | the effect is there; the journal does not say so: the worst moment |
| journalled | the journal says so; what depends on the step has not begun |

A run dies at the first moment that no earlier run died at, and writes it down first. SIGKILL cannot be caught: no lock is released,
no line is written, no thread ends well. The hooks are here and not in the product.

Each line of its input asks for one run (`Asked` as JSON): a process of its own, forked from this one, which has imported and read
what every run needs and does nothing else. The answer is a line with the exit code, or minus the signal.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any

ACTED, SETTLED, JOURNALLED = "acted", "settled", "journalled"
# Set by the test: the emulated cloud is its own, and so are the settings.
CHECKOUT = "DOOMED_CHECKOUT"
VARIABLES = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
SERVICES = ("sts", "s3", "rds", "ec2", "autoscaling", "cloudwatch", "dynamodb", "kms", "elbv2")
LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Asked:
    """One run: what is typed after `securecart`, and where its words go."""

    arguments: list[str]
    out: str
    errors: str
    deaths: str = ""
    """The file of the moments that were died at; empty: it lives."""

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    prepare()
    for line in sys.stdin:
        asked = Asked(**json.loads(line))
        child = os.fork()
        if child == 0:
            securecart(asked)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def prepare() -> None:
    """Imports what a run imports and reads the models of the services: most of the time of a short run. Calls nothing."""
    import automation.project  # noqa: PLC0415  before whatever takes over the name

    automation.project.REPOSITORY = Path(os.environ[CHECKOUT])
    from automation import local  # noqa: PLC0415
    from automation.recovery import commands, failback, failover, session  # noqa: F401, PLC0415
    from tests.drills.speed import seconds_for_minutes  # noqa: PLC0415

    variables = {name: os.environ[name] for name in VARIABLES}
    local.start = lambda _: variables
    seconds_for_minutes(setattr)
    make = session.clients_of(variables)
    for service in SERVICES:
        make(service, "us-west-2")


def securecart(asked: Asked) -> None:
    """The command, in this process, which ends with it."""
    signal.alarm(LONGEST_SECONDS)
    for descriptor, path in ((1, asked.out), (2, asked.errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    if asked.deaths:
        doom(Path(asked.deaths))
    from automation.cli import main as command  # noqa: PLC0415

    code = 0
    try:
        command(asked.arguments, prog_name="securecart")
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def doom(deaths: Path) -> None:
    """Puts a death after every act, before and after every line that says that a step is done."""
    from automation.recovery import run  # noqa: PLC0415
    from automation.recovery.journal import Journal, Kind  # noqa: PLC0415

    # Of two threads one dies, and the other one's moment is another run's; a line and the death after it are one.
    one_at_a_time = RLock()

    def die(step: str, moment: str) -> None:
        with one_at_a_time:
            line = f"{moment}\t{step}"
            if line in deaths.read_text().splitlines():
                return
            with deaths.open("a") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.kill(os.getpid(), signal.SIGKILL)

    carry_out, append = run._carry_out, Journal.append

    def dying(step: Any, *rest: Any) -> Any:
        def act() -> Any:
            facts = step.act()
            die(step.name, ACTED)
            return facts

        return carry_out(replace(step, act=act), *rest)

    def appending(self: Journal, kind: Kind, step: str = "", *rest: Any, **more: Any) -> Any:
        if kind is not Kind.STEP_DONE:
            return append(self, kind, step, *rest, **more)
        with one_at_a_time:
            die(step, SETTLED)
            event = append(self, kind, step, *rest, **more)
            die(step, JOURNALLED)
        return event

    run._carry_out, Journal.append = dying, appending


if __name__ == "__main__":
    main()
