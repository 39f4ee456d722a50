"""Checks values against botocore's own models: what AWS's SDK would refuse before a call leaves."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator


def refusals(service: str, operation: str, parameters: dict[str, Any]) -> str:
    """The report of botocore's parameter validation for a call, empty when it would be sent."""
    model = _model(service).operation_model(operation)
    return str(ParamValidator().validate(parameters, model.input_shape).generate_report())


def enum(service: str, shape: str) -> set[str]:
    """The values of an enumeration of a service."""
    return set(_model(service).shape_for(shape).enum)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)
