"""Settings of alerts, trail, threat detection and alarms (rows 14 and 16)."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import Frozen


class Protocol(StrEnum):
    """How a subscriber hears of an alert. SNS also knows http: an alert names people and keys, it does not go in the open."""

    EMAIL = "email"
    EMAIL_JSON = "email-json"
    HTTPS = "https"
    SMS = "sms"
    SQS = "sqs"
    LAMBDA = "lambda"


# Amazon SNS Subscribe, Endpoint: what each protocol takes, and how to say it.
ENDPOINTS: dict[Protocol, tuple[str, str]] = {
    Protocol.EMAIL: (r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "an e-mail address"),
    Protocol.EMAIL_JSON: (r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "an e-mail address"),
    Protocol.HTTPS: (r"https://[^\s/]+\.[^\s/]+(/\S*)?", "a public URL beginning with https://"),
    Protocol.SMS: (r"\+[1-9]\d{6,14}", "a phone number in E.164 form, for example +12065550100"),
    Protocol.SQS: (r"arn:aws:sqs:[a-z]{2}(-[a-z]+)+-\d:\d{12}:[\w-]{1,80}", "the ARN of a standard queue"),
    Protocol.LAMBDA: (
        r"arn:aws:lambda:[a-z]{2}(-[a-z]+)+-\d:\d{12}:function:[\w-]{1,64}(:[\w$-]+)?",
        "the ARN of a function",
    ),
}


class Subscriber(Frozen):
    """Someone, or something, that hears of every alert."""

    protocol: Protocol = Field(description="email, email-json, https, sms, sqs or lambda")
    endpoint: str = Field(min_length=1, max_length=2048, description="address, URL, phone number or ARN, by protocol")

    @model_validator(mode="after")
    def endpoint_fits_the_protocol(self) -> Self:
        pattern, allowed = ENDPOINTS[self.protocol]
        if not re.fullmatch(pattern, self.endpoint):
            raise ValueError(
                f"endpoint is {self.endpoint!r}, protocol {self.protocol} takes {allowed} (Amazon SNS Subscribe Endpoint)"
            )
        return self


class GuardDuty(StrEnum):
    """Whether the stack makes the Region's detector. GuardDuty allows one an account and Region."""

    CREATE = "create"
    ADOPT = "adopt"


class Watch(Frozen):
    """Who is told, of what, and from which threshold on; what is recorded, and for how long."""

    subscribers: tuple[Subscriber, ...] = Field(
        default=(), description="who hears of alerts; the owner of an e-mail address or URL must confirm it"
    )
    guard_duty: GuardDuty = Field(default=GuardDuty.CREATE, description="create, or adopt the detector that exists")
    detector_id: str | None = Field(
        default=None, pattern=r"^[a-f0-9]{32}$", description="the Region's detector, with guardDuty adopt"
    )
    finding_severity: int = limits.FINDING_SEVERITY.field(
        default=4, description="GuardDuty findings alert from this severity on; 4 is medium"
    )
    replica_lag_seconds: int = limits.ALARM_LAG.field(
        default=300, description="a read replica further behind its primary than this alarms"
    )
    table_latency_milliseconds: int = limits.ALARM_LATENCY.field(
        default=60_000, description="a global table slower to replicate than this alarms"
    )
    bucket_latency_seconds: int = limits.ALARM_LAG.field(
        default=900, description="a bucket further behind its source than this alarms; replication time control: 900"
    )
    copy_age_hours: int = limits.COPY_AGE.field(
        default=30, description="alarms when no copy into the other Region's vault completed for this long"
    )
    free_storage_gib: int | None = limits.ALARM_FREE_STORAGE.field(
        default=None, description="a database with less free storage alarms; unset: no alarm"
    )
    trail: bool = Field(default=True, description="record management and data events in this Region's trail")
    trail_reads: bool = Field(default=False, description="record reads of objects and items too; billed for each event")
    trail_retention_days: int = limits.TRAIL_RETENTION.field(default=400, description="records are kept this long")

    def problems(self, *, ephemeral: bool = False) -> list[str]:
        """What is wrong with these settings together; each begins with the key to change."""
        found = []
        adopted = self.guard_duty is GuardDuty.ADOPT
        if adopted and self.detector_id is None:
            found.append(
                "watch.detectorId is missing, with guardDuty adopt it names the detector"
                " (aws guardduty list-detectors); write it, or guardDuty: create"
            )
        if not adopted and self.detector_id is not None:
            found.append(
                f"watch.detectorId is {self.detector_id}, with guardDuty create the stack makes its own"
                " (Amazon GuardDuty allows one detector a Region); write guardDuty: adopt, or leave detectorId out"
            )
        if not self.subscribers and not ephemeral:
            found.append(
                "watch.subscribers is empty: an alert would reach nobody; name at least one protocol and endpoint"
            )
        repeated = sorted({s.endpoint for s in self.subscribers if self.subscribers.count(s) > 1})
        if repeated:
            found.append(
                f"watch.subscribers names {', '.join(repeated)} twice: Amazon SNS knows one subscription of an"
                " endpoint to a topic; leave one out"
            )
        if self.trail_reads and not self.trail:
            found.append("watch.trailReads is true while trail is false: nothing would record them; write trail: true")
        return found
