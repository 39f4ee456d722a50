"""Runs the whole program of a stack once under mocks and keeps every registration, options included.

`Mocks` never sees the options of a resource, so the monitor itself is extended: it reads the raw request.
"""

from __future__ import annotations

import asyncio
import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
import pulumi_aws  # noqa: F401  registers the package's resource types before the first run
import yaml
from pulumi.runtime import mocks as sdk
from pulumi.runtime import rpc, settings

from components.recorded import READ_OUTPUTS

REPO = Path(__file__).resolve().parents[2]
# Settings of one stack; all others are read by both.
STACK_KEYS = {"role", "network", "certificateArn", "links", "ephemeral"}


@dataclass(frozen=True)
class Registered:
    """One registration as the engine would have received it."""

    type: str
    name: str
    urn: str
    parent: str
    provider: str
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    depends_on: tuple[str, ...]
    custom: bool
    inputs: dict[str, Any]
    imports: str = ""
    """Id of what exists and is taken into the state."""
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The URNs that each top-level property took its value from."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """What the mocked AWS answered, the id apart."""
    id: str = ""


@dataclass
class Program:
    """What a stack registered, and what it exported."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    invokes: list[tuple[str, str]] = field(default_factory=list)

    def of(self, token: str) -> list[Registered]:
        """The registrations of a type; a type that nobody registered is a mistake of the test."""
        found = [r for r in self.resources if r.type == token]
        assert found, f"{token} was never registered"
        return found


class Answers(sdk.Mocks):
    """Plays AWS: computed outputs in the real formats, since the program takes ARNs apart."""

    def __init__(self, primary: dict[str, Any] | None, last: dict[str, Any] | None = None) -> None:
        self._primary = primary
        self._last = last or {}

    def new_resource(self, args: sdk.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**state, "outputs": self._primary or {}}
        service = args.typ.split(":")[1].split("/")[0] if ":" in args.typ else ""
        region = "us-west-2" if "us-west-2" in args.provider else "us-east-1"
        if args.typ == "aws:kms/key:Key":
            state |= {"keyId": f"mrk-{args.name}", "arn": f"arn:aws:kms:{region}:123456789012:key/mrk-{args.name}"}
        elif args.typ == "aws:kms/replicaKey:ReplicaKey":
            key = str(args.inputs["primaryKeyArn"]).replace("us-east-1", "us-west-2")
            state |= {"keyId": key.rsplit("/", 1)[1], "arn": key}
        elif args.typ == "aws:s3/bucket:Bucket":
            state["arn"] = f"arn:aws:s3:::{args.inputs['bucket']}"
        elif args.typ == "aws:backup/vault:Vault":
            state["arn"] = f"arn:aws:backup:{region}:123456789012:backup-vault:{args.inputs['name']}"
        elif args.typ == "aws:lb/loadBalancer:LoadBalancer":
            state |= {"dnsName": f"{args.name}.{region}.elb.amazonaws.com", "zoneId": "Z00000000000000000001"}
            state["arn"] = (
                f"arn:aws:elasticloadbalancing:{region}:123456789012:loadbalancer/app/{args.inputs['name']}/1"
            )
        elif args.typ == "aws:ec2/vpcEndpoint:VpcEndpoint":
            state["prefixListId"] = f"pl-{args.name}"
        elif args.typ == "aws:route53/zone:Zone":
            state |= {"zoneId": f"Z-{args.name}", "nameServers": ["ns-1.example.net", "ns-2.example.net"]}
        else:
            state.setdefault("arn", f"arn:aws:{service}:{region}:123456789012:{args.name}")
        state.setdefault("name", args.name)
        return f"{args.name}-id", state

    def call(self, args: sdk.MockCallArgs) -> dict[str, Any]:
        if args.token == READ_OUTPUTS:
            return {"name": args.args["name"], "outputs": self._last, "secretOutputNames": []}
        if args.token.endswith("getAvailabilityZones"):
            return {"names": ["zone-a", "zone-b", "zone-c", "zone-d"], "id": "zones"}
        if args.token.endswith("getRandomPassword"):
            return {"randomPassword": "generated-by-the-mock", "id": "password"}
        raise AssertionError(f"the program called {args.token}, which no test answers")


class RecordingMonitor(sdk.MockMonitor):
    """Keeps the raw requests."""

    def __init__(self, answers: Answers, program: Program) -> None:
        super().__init__(answers)
        self._program = program

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  gRPC's name
        answer = super().RegisterResource(request)
        self._program.resources.append(
            Registered(
                type=request.type,
                name=request.name,
                urn=answer.urn,
                parent=request.parent,
                provider=request.provider,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                ignore_changes=tuple(request.ignoreChanges),
                depends_on=tuple(request.dependencies),
                custom=request.custom,
                inputs=rpc.deserialize_properties(request.object),
                imports=request.importId,
                sources={key: tuple(found.urns) for key, found in request.propertyDependencies.items()},
                outputs=rpc.deserialize_properties(answer.object),
                id=answer.id,
            )
        )
        return answer

    def Invoke(self, request: Any) -> Any:  # noqa: N802  gRPC's name
        self._program.invokes.append((request.tok, request.provider))
        return super().Invoke(request)


def configuration(stack: str, **changed: Any) -> dict[str, str]:
    """The configuration as the engine would hand it over: Pulumi.yaml, then the stack's file, then `changed`."""
    project = yaml.safe_load((REPO / "Pulumi.yaml").read_text())["config"]
    values = {key: entry["value"] for key, entry in project.items()}
    values |= yaml.safe_load((REPO / f"Pulumi.{stack}.yaml").read_text())["config"]
    values |= {f"securecart:{key}": value for key, value in changed.items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def run_program(stack: str, last: dict[str, Any] | None = None, **changed: Any) -> Program:
    """Runs `__main__.py` for `stack` and drains it; dr reads the outputs of a prod that ran the same way.

    `last` are the outputs that the stack has from an earlier deployment.
    """
    shared = {key: value for key, value in changed.items() if key not in STACK_KEYS}
    primary = (run_program("prod", **shared) if shared else program("prod")).outputs if stack == "dr" else None
    recorded = _mocked(stack, primary, last)
    pulumi.runtime.set_all_config(configuration(stack, **changed))

    def start() -> None:
        exported: dict[str, Any] = {}
        original = pulumi.export
        pulumi.export = exported.__setitem__
        try:
            runpy.run_path(str(REPO / "__main__.py"), run_name="__main__")
        finally:
            pulumi.export = original
        pulumi.Output.from_input(exported).apply(recorded.outputs.update)

    pulumi.runtime.test(start)()
    return recorded


def registrations(build: Callable[[], object]) -> Program:
    """What `build` registers, for instance one component by itself; it runs inside the program, as `__main__.py` would."""
    recorded = _mocked("prod", None)
    pulumi.runtime.test(build)()
    return recorded


def _mocked(stack: str, primary: dict[str, Any] | None, last: dict[str, Any] | None = None) -> Program:
    """Puts the recording monitor in the engine's place."""
    recorded = Program()
    settings.reset_options()
    asyncio.set_event_loop(asyncio.new_event_loop())  # Python >= 3.14 makes no loop by itself
    sdk.set_mocks(
        Answers(primary, last),
        project="securecart",
        stack=stack,
        preview=False,
        organization="organization",
        monitor=RecordingMonitor(Answers(primary, last), recorded),
    )
    return recorded


@cache
def program(stack: str) -> Program:
    """The shipped program of `stack`, run once a session."""
    return run_program(stack)


@cache
def everything() -> Program:
    """dr with every part that is off by default, or that a stronger strategy adds."""
    values = {key.removeprefix("securecart:"): value for key, value in configuration("dr").items()}
    tables, backup = json.loads(values["tables"]), json.loads(values["backup"])
    tables["order-history"]["provisioned"] = {
        "minimumReadUnits": 5, "maximumReadUnits": 50, "minimumWriteUnits": 5, "maximumWriteUnits": 50,
    }  # fmt: skip
    backup["airGapped"] = {"minDays": 7, "maxDays": 2555}
    backup["rules"]["weekly"]["airGapped"] = True
    return run_program("dr", strategy="active-active", tables=tables, backup=backup, elasticRecovery={"enabled": True})
