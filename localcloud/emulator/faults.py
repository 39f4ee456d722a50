"""Faults of AWS's API that are switched on for a drill: throttling, internal errors and latency, by service and Region.

They are switches of the running process and not data of the cloud: a restart, a reset and a heal end them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.session import Session

from localcloud.emulator.admin_error import AdminError
from localcloud.emulator.requests import Asked

ALL = "all"
THROTTLE, ERRORS, LATENCY = "throttle", "errors", "latency"
KINDS = (THROTTLE, ERRORS, LATENCY)
# Where the name that a client signs with is not the name of its client class, which is what people type.
_SIGNING_NAMES = {
    "cloudwatch": "monitoring",
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "stepfunctions": "states",
    "resourcegroupstaggingapi": "tagging",
    "resiliencehubv2": "resiliencehub",
    "s3control": "s3",
}


@dataclass
class Fault:
    """One switch. `rate` is a share of calls from 0 to 1; `region` None means every Region."""

    kind: str
    service: str
    region: str | None
    rate: float = 1.0
    milliseconds: float = 0.0
    seed: int | None = None
    calls_seen: int = 0
    calls_hit: int = 0
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        # With a seed the same calls in the same order meet the same faults, so a drill can be repeated.
        self._random = random.Random(self.seed)  # noqa: S311  chance for a drill, not for a secret

    def concerns(self, asked: Asked) -> bool:
        """Whether the call is one of those that this fault is for."""
        return self.service in (ALL, asked.service) and self.region in (None, asked.region)

    def strikes(self) -> bool:
        """Decide for one call that the fault is for."""
        self.calls_seen += 1
        hit = self._random.random() < self.rate
        self.calls_hit += hit
        return hit

    def shown(self) -> dict[str, Any]:
        """The fault as health lists it."""
        size = {"milliseconds": self.milliseconds} if self.kind == LATENCY else {"rate": self.rate, "seed": self.seed}
        counted = {"callsSeen": self.calls_seen, "callsHit": self.calls_hit}
        return {"kind": self.kind, "service": self.service, "region": self.region, **size, **counted}


@dataclass(frozen=True)
class Trouble:
    """What one call meets: a delay before its answer, and instead of an answer `THROTTLE` or `ERRORS`."""

    delay_seconds: float = 0.0
    instead: str | None = None


class Faults:
    """The faults that are on."""

    def __init__(self) -> None:
        self._on: dict[tuple[str, str, str | None], Fault] = {}

    def switch_on(self, fault: Fault) -> None:
        """Put a fault in place of the one of its kind, service and Region, if there is one."""
        self._on[fault.kind, fault.service, fault.region] = fault

    def switch_off(self, kind: str, service: str, region: str | None) -> None:
        """End the faults of a kind: those of one service, or with ALL of every service; of one Region, or of all."""
        gone = [key for key in self._on if key[0] == kind and service in (ALL, key[1]) and region in (None, key[2])]
        for key in gone:
            del self._on[key]

    def heal(self, region: str) -> None:
        """End every fault that the Region meets; one that is for all Regions ends for all."""
        self._on = {key: fault for key, fault in self._on.items() if fault.region not in (None, region)}

    def reset(self) -> None:
        """End all."""
        self._on.clear()

    def meet(self, asked: Asked) -> Trouble:
        """Roll the dice of each fault that is for this call. Of several delays the longest counts."""
        delay_ms = 0.0
        instead: str | None = None
        for fault in self._on.values():
            if not fault.concerns(asked) or not fault.strikes():
                continue
            if fault.kind == LATENCY:
                delay_ms = max(delay_ms, fault.milliseconds)
            else:
                instead = instead or fault.kind
        return Trouble(delay_ms / 1000, instead)

    def shown(self) -> list[dict[str, Any]]:
        """What is on, for health."""
        return [fault.shown() for fault in self._on.values()]


def read_fault(asked: dict[str, Any], regions: tuple[str, ...]) -> Fault:
    """A fault from the body of an admin request; AdminError names the key, its value and what is allowed."""
    kind, service, region = read_place(asked, regions)
    seed = asked.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise AdminError(f"seed {seed!r} is not a whole number")
    if kind == LATENCY:
        return Fault(kind, service, region, milliseconds=_number(asked, "milliseconds", 0, 600_000))
    return Fault(kind, service, region, rate=_number(asked, "rate", 0, 1), seed=seed)


def read_place(asked: dict[str, Any], regions: tuple[str, ...]) -> tuple[str, str, str | None]:
    """Kind, signing name of the service, and Region (None: all) of a fault that is asked for."""
    kind, region = asked.get("kind"), asked.get("region")
    if kind not in KINDS:
        raise AdminError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    if region is not None and region not in regions:
        raise AdminError(f"region {region!r} is none of {', '.join(regions)}: leave it out for all of them")
    return str(kind), signing_name(str(asked.get("service", ALL))), region


def signing_name(service: str) -> str:
    """The name that requests of the service are signed with; AdminError for what is no AWS service."""
    if service == ALL:
        return ALL
    if service in _SIGNING_NAMES.values():
        return service
    if service not in _known_services():
        raise AdminError(
            f"service {service!r} is no AWS service: use boto3's name of its client (s3, rds, ...), or all"
        )
    return _SIGNING_NAMES.get(service, service)


@cache
def _known_services() -> frozenset[str]:
    return frozenset(Session().get_available_services())


def _number(asked: dict[str, Any], name: str, least: float, most: float) -> float:
    value = asked.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise AdminError(f"{name} {value!r} is not a number from {least:g} to {most:g}")
    return float(value)
