"""CloudWatch alarms: the state that a new alarm has, and that a changed one keeps. moto says OK to both."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend

from localcloud.emulator.extensions.calls import extend

_put_metric_alarm = CloudWatchBackend.put_metric_alarm
_STATE = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")


def put_metric_alarm(self: CloudWatchBackend, name: str, **kwargs: Any) -> Alarm:
    """PutMetricAlarm: INSUFFICIENT_DATA until something sets the state; an update leaves the state as it is."""
    before = self.alarms.get(name)
    alarm: Alarm = _put_metric_alarm(self, name=name, **kwargs)
    if before is None:
        alarm.state_value = "INSUFFICIENT_DATA"
    else:
        for member in _STATE:
            setattr(alarm, member, getattr(before, member))
    return alarm


def apply() -> None:
    """Put the states into moto's CloudWatch."""
    extend(CloudWatchBackend, put_metric_alarm)
