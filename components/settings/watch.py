"""Settings of what is watched and who is told (rows 14 and 16)."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from components.settings import limits
from components.settings.base import Frozen
from components.settings.protection import Manage

Protocol = Literal["email", "email-json", "https", "sms", "sqs", "lambda"]

# What the endpoint of a protocol looks like (Amazon SNS Subscribe Endpoint). Plain http is left out: alerts name resources.
ENDPOINTS: dict[str, str] = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "https": r"https://\S+",
    "sms": r"\+[1-9]\d{6,14}",
    "sqs": r"arn:aws[\w-]*:sqs:[a-z0-9-]+:\d{12}:\S+",
    "lambda": r"arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:\S+",
}


class Subscriber(Frozen):
    """Somebody, or something, that hears every alert of a Region."""

    protocol: Protocol = Field(description="how Amazon SNS delivers; e-mail is confirmed by a person, once")
    endpoint: str = Field(description="address, phone number or ARN, as the protocol wants it")

    @model_validator(mode="after")
    def fits(self) -> Self:
        if not re.fullmatch(ENDPOINTS[self.protocol], self.endpoint):
            raise ValueError(
                f"endpoint {self.endpoint} is none of protocol {self.protocol}, which takes {ENDPOINTS[self.protocol]}"
                " (Amazon SNS Subscribe)"
            )
        return self


class Watch(Frozen):
    """Trail, threat detection, alerts and alarms, the same in both Regions."""

    subscribers: tuple[Subscriber, ...] = Field(
        default=(), description="who is told; none: alerts reach the topic only"
    )
    guard_duty: Manage = Field(
        default=Manage.CREATE, description="an account has one detector a Region; adopt where it exists already"
    )
    finding_severity: float = Field(
        default=4.0, ge=1.0, le=10.0, description="GuardDuty findings of this severity and above; 4 is medium"
    )
    replica_lag_seconds: int = limits.ALARM_SECONDS.field(
        default=60, description="a database replica that is further behind alarms; the planned RPO of databases"
    )
    replication_latency_seconds: int = limits.ALARM_SECONDS.field(
        default=60, description="the same for a table's replica"
    )
    copy_age_hours: int = limits.COPY_AGE.field(
        default=24, description="so long without a completed copy in the other Region alarms"
    )
    log_retention_days: int = limits.S3_NONCURRENT.field(
        default=400, description="audit records are kept this long (PCI DSS 4.0 10.5.1: 12 months at least)"
    )
