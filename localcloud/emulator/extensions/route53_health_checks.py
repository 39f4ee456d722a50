"""Route 53 health checks, their configuration kept as it was given. moto loses the alarm, the status without data, and more.

Nothing is checked: GetHealthCheckStatus answers what moto answers.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.route53.models import HealthCheck
from moto.route53.responses import Route53

from localcloud.emulator.extensions.calls import Refusal, extend

_ENDPOINT_TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
_PORTS = {"HTTP": 80, "HTTP_STR_MATCH": 80, "HTTPS": 443, "HTTPS_STR_MATCH": 443}
# What a type cannot do without (API reference, HealthCheckConfig).
_NEEDED = {
    "CALCULATED": ("ChildHealthChecks", "HealthThreshold"),
    "CLOUDWATCH_METRIC": ("AlarmIdentifier",),
    "RECOVERY_CONTROL": ("RoutingControlArn",),
    "HTTP_STR_MATCH": ("SearchString",),
    "HTTPS_STR_MATCH": ("SearchString",),
}

_init = HealthCheck.__init__


def create_health_check(self: Route53) -> ActionResult:
    """CreateHealthCheck."""
    config = _completed(dict(self._get_param("HealthCheckConfig")))
    _check(config)
    check = self.backend.create_health_check(self._get_param("CallerReference"), {"type": config["Type"]})
    check.health_check_config = config
    location = f"https://route53.amazonaws.com/2013-04-01/healthcheck/{check.id}"
    return ActionResult({"HealthCheck": check, "Location": location})


def update_health_check(self: Route53) -> ActionResult:
    """UpdateHealthCheck: takes over what it names, resets what ResetElements names."""
    asked = {name: value for name, value in dict(self.params).items() if value is not None}
    check = self.backend.get_health_check(asked.pop("HealthCheckId"))
    known_version = asked.pop("HealthCheckVersion", None)
    if known_version not in (None, check.health_check_version):
        raise Refusal("HealthCheckVersionMismatch", f"The version is {check.health_check_version}, not {known_version}")
    reset = asked.pop("ResetElements", [])
    config = {name: value for name, value in {**check.health_check_config, **asked}.items() if name not in reset}
    _check(config)
    check.health_check_config = config
    check.health_check_version += 1
    return ActionResult({"HealthCheck": check})


def delete_health_check(self: Route53) -> ActionResult:
    """DeleteHealthCheck, with its tags; an unknown one is an error."""
    check = self.backend.get_health_check(self._get_param("HealthCheckId"))
    self.backend.delete_health_check(check.id)
    self.backend.resource_tags.pop(check.id, None)
    return EmptyResult()


def _completed(config: dict[str, Any]) -> dict[str, Any]:
    """With what AWS fills in for the type."""
    kind = config["Type"]
    filled: dict[str, Any] = {"Inverted": False, "Disabled": False}
    if kind in _ENDPOINT_TYPES:
        filled |= {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False}
        filled |= {"EnableSNI": kind.startswith("HTTPS")}
        filled |= {"Port": _PORTS[kind]} if kind in _PORTS else {}
    if kind == "CLOUDWATCH_METRIC":
        filled["InsufficientDataHealthStatus"] = "LastKnownStatus"
    return {**filled, **{name: value for name, value in config.items() if value is not None}}


def _check(config: dict[str, Any]) -> None:
    kind = config["Type"]
    missing = [name for name in _NEEDED.get(kind, ()) if config.get(name) is None]
    if kind in _ENDPOINT_TYPES and not (config.get("IPAddress") or config.get("FullyQualifiedDomainName")):
        missing.append("IPAddress or FullyQualifiedDomainName")
    if missing:
        raise Refusal("InvalidInput", f"A health check of type {kind} needs {', '.join(missing)}")
    if config.get("Regions") and kind not in _ENDPOINT_TYPES:
        raise Refusal("InvalidInput", f"A health check of type {kind} has no Regions")


def init(self: HealthCheck, health_check_id: str, caller_reference: str, health_check_args: dict[str, Any]) -> None:
    """moto's own, with a place for the configuration."""
    _init(self, health_check_id, caller_reference, health_check_args)
    self.health_check_config = {}


def apply() -> None:
    """Put this into moto's Route 53."""
    del HealthCheck.health_check_config  # moto's property, made of the members that it knows
    HealthCheck.__init__ = init
    extend(Route53, create_health_check, update_health_check, delete_health_check)
