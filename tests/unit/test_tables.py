"""Tables: what Amazon DynamoDB refuses is refused here first, and what each component asks of it."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from pydantic import ValidationError

from components.settings import TableStore, limits
from components.settings.tables import IndexName, Provisioned
from components.tables.scaling import METRICS, TableScaling, TableScalingArgs
from components.tables.table import ADOPTED_KEEPS, ProtectedTable, ProtectedTableArgs
from tests.support.program import Program, Registered, registrations

CAPACITY = {"minimumReadUnits": 5, "maximumReadUnits": 50, "minimumWriteUnits": 10, "maximumWriteUnits": 100}
BY_CUSTOMER = {"hashKey": "customerId", "rangeKey": "orderedAt"}
ATTRIBUTES = {"orderId": "S", "customerId": "S", "orderedAt": "N"}


def store(**said: Any) -> TableStore:
    return TableStore.model_validate({"hashKey": "orderId", "attributes": {"orderId": "S"}} | said)


def indexed(**index: Any) -> TableStore:
    return store(attributes=ATTRIBUTES, indexes={"by-customer": BY_CUSTOMER | index})


def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def table(settings: TableStore, **more: Any) -> Registered:
    args = ProtectedTableArgs(
        table_name="securecart-order-history",
        store=settings,
        key_arn="arn:aws:kms:us-east-1:123456789012:key/mrk-1",
        **more,
    )
    (made,) = registrations(lambda: ProtectedTable("order-history", args)).of("aws:dynamodb/table:Table")
    return made


def scaling(*indexes: str) -> Program:
    args = TableScalingArgs(
        table_name="securecart-order-history", provisioned=Provisioned.model_validate(CAPACITY), indexes=indexes
    )
    return registrations(lambda: TableScaling("order-history", args))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"attributes": {"orderId": "S", "note": "S"}}, "exactly the key attributes"),
        ({"rangeKey": "orderedAt"}, "exactly the key attributes"),
        ({"attributes": {"orderId": "BOOL"}}, "'S', 'N' or 'B'"),
        ({"rangeKey": "orderId"}, "are both orderId"),
        ({"indexes": {"by-customer": {"hashKey": "customerId"}}}, "exactly the key attributes"),
        ({"indexes": {"by-order": {"hashKey": "orderId", "rangeKey": "orderId"}}}, "are both orderId"),
        ({"indexes": {"x": {"hashKey": "orderId"}}}, "should match pattern"),
        ({"indexes": {f"by-{number}": {"hashKey": "orderId"} for number in range(21)}}, "at most 20 items"),
        ({"indexes": {"by-order": {"hashKey": "orderId", "projection": "INCLUDE"}}}, "INCLUDE names at least one"),
        ({"indexes": {"by-order": {"hashKey": "orderId", "includedAttributes": ["total"]}}}, "name none"),
        ({"pitrDays": 0}, "greater than or equal to 1"),
        ({"provisioned": CAPACITY | {"minimumReadUnits": 60}}, "must not exceed maximumReadUnits (50)"),
        ({"provisioned": CAPACITY | {"minimumWriteUnits": 101}}, "must not exceed maximumWriteUnits (100)"),
        ({"provisioned": CAPACITY | {"targetPercent": 95}}, "less than or equal to 90"),
        ({"provisioned": CAPACITY | {"maximumReadUnits": 40001}}, "less than or equal to 40000"),
    ],
)
def test_what_dynamodb_refuses_is_refused_with_the_reason(said: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        store(**said)
    assert expected in str(error.value)


def including(per_index: int, indexes: int) -> dict[str, Any]:
    names = [f"attribute-{number}" for number in range(per_index)]
    index = {"hashKey": "orderId", "projection": "INCLUDE", "includedAttributes": names}
    return {f"by-{number}": index for number in range(indexes)}


def test_included_attributes_are_counted_in_each_index_and_in_all_together() -> None:
    assert store(indexes=including(20, 5))
    with pytest.raises(ValidationError, match="at most 20 items"):
        store(indexes=including(21, 1))
    with pytest.raises(ValidationError, match="have 120 includedAttributes together, DynamoDB allows 100"):
        store(indexes=including(20, 6))


def test_the_limits_are_those_of_botocores_model() -> None:
    dynamodb = model("dynamodb")
    assert dynamodb.shape_for("NonKeyAttributeNameList").metadata["max"] == limits.DYNAMODB_INCLUDED_MAXIMUM
    included = re.sub(r"<[^>]+>", "", dynamodb.shape_for("Projection").members["NonKeyAttributes"].documentation)
    assert f"must not exceed {limits.DYNAMODB_INCLUDED_TOTAL_MAXIMUM}" in included
    created = dynamodb.shape_for("CreateTableInput").members["GlobalSecondaryIndexes"].documentation
    assert f"the maximum is {limits.DYNAMODB_INDEXES_MAXIMUM}" in created
    name = dynamodb.shape_for("IndexName").metadata
    assert IndexName.__metadata__[0].pattern == f"^{name['pattern'].removesuffix('+')}{{{name['min']},{name['max']}}}$"
    recovery = dynamodb.shape_for("RecoveryPeriodInDays").metadata
    assert (recovery["min"], recovery["max"]) == (limits.DYNAMODB_PITR.minimum, limits.DYNAMODB_PITR.maximum)
    assert set(METRICS.values()) <= set(model("application-autoscaling").shape_for("MetricType").enum)


def test_a_table_recovers_streams_and_is_protected() -> None:
    made = table(store())
    assert made.inputs["billingMode"] == "PAY_PER_REQUEST"
    assert made.inputs["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
    assert made.inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"
    assert made.inputs["deletionProtectionEnabled"] is True
    assert made.ignore_changes == ("replicas",)
    assert made.protect
    assert not {"readCapacity", "globalSecondaryIndexes", "ttl", "tableClass"} & set(made.inputs)


def test_indexes_expiry_and_class_are_as_asked() -> None:
    chosen = indexed(projection="INCLUDE", includedAttributes=["total"])
    made = table(chosen.model_copy(update={"expiry_attribute": "expiresAt", "infrequent_access": True}))
    (index,) = made.inputs["globalSecondaryIndexes"]
    assert index == {
        "name": "by-customer",
        "hashKey": "customerId",
        "rangeKey": "orderedAt",
        "projectionType": "INCLUDE",
        "nonKeyAttributes": ["total"],
    }
    assert {a["name"] for a in made.inputs["attributes"]} == set(ATTRIBUTES)
    assert made.inputs["ttl"] == {"attributeName": "expiresAt", "enabled": True}
    assert made.inputs["tableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_reserved_capacity_starts_low_and_what_scaling_writes_is_left_alone() -> None:
    made = table(store(attributes=ATTRIBUTES, indexes={"by-customer": BY_CUSTOMER}, provisioned=CAPACITY))
    assert made.inputs["billingMode"] == "PROVISIONED"
    (index,) = made.inputs["globalSecondaryIndexes"]
    for reserved in (made.inputs, index):
        assert (reserved["readCapacity"], reserved["writeCapacity"]) == (5, 10)
    assert set(made.ignore_changes) == {
        "replicas",
        "readCapacity",
        "writeCapacity",
        "globalSecondaryIndexes[*].readCapacity",
        "globalSecondaryIndexes[*].writeCapacity",
    }


def test_the_table_and_each_index_scale_reads_and_writes() -> None:
    made = scaling("by-customer", "by-day")
    dimensions = set(model("application-autoscaling").shape_for("ScalableDimension").enum)
    table_id = "table/securecart-order-history"
    wanted = {
        (resource_id, f"dynamodb:{scaled}:{kind}CapacityUnits")
        for resource_id, scaled in (
            (table_id, "table"),
            (f"{table_id}/index/by-customer", "index"),
            (f"{table_id}/index/by-day", "index"),
        )
        for kind in ("Read", "Write")
    }
    assert {dimension for _, dimension in wanted} <= dimensions
    for token in ("aws:appautoscaling/target:Target", "aws:appautoscaling/policy:Policy"):
        assert {(r.inputs["resourceId"], r.inputs["scalableDimension"]) for r in made.of(token)} == wanted
    for target in made.of("aws:appautoscaling/target:Target"):
        bounds = (target.inputs["minCapacity"], target.inputs["maxCapacity"])
        assert bounds == ((5, 50) if "Read" in target.inputs["scalableDimension"] else (10, 100))


def test_a_policy_follows_the_metric_of_its_dimension() -> None:
    for policy in scaling().of("aws:appautoscaling/policy:Policy"):
        tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
        kind = "Read" if "Read" in policy.inputs["scalableDimension"] else "Write"
        assert tracking["predefinedMetricSpecification"] == {"predefinedMetricType": METRICS[kind]}
        assert tracking["targetValue"] == 70


def test_an_adopted_table_keeps_its_shape_and_gets_what_protects_it() -> None:
    made = table(store(existing="legacy-orders", provisioned=CAPACITY))
    assert made.ignore_changes == ("replicas", *ADOPTED_KEEPS)
    protected = {"pointInTimeRecovery", "serverSideEncryption", "streamEnabled", "deletionProtectionEnabled"}
    assert protected <= set(made.inputs)
    assert not protected & set(ADOPTED_KEEPS)
    assert made.protect


def test_an_index_never_takes_the_name_of_another_stores_table() -> None:
    of_index = {r.name for r in scaling("by-day").resources if "appautoscaling" in r.type}
    args = TableScalingArgs(table_name="securecart-history", provisioned=Provisioned.model_validate(CAPACITY))
    of_table = registrations(lambda: TableScaling("order-history-by-day", args))
    assert not of_index & {r.name for r in of_table.resources if "appautoscaling" in r.type}
