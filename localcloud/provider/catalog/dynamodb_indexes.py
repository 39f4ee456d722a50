"""Global secondary indexes between the inputs of a table and the API, and the steps from one set of them to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localcloud.provider.codec import Props
from localcloud.provider.resource import some


def definitions(p: Props) -> list[dict[str, str]]:
    """AttributeDefinitions: the keys of the table and of its indexes."""
    return [{"AttributeName": item["name"], "AttributeType": item["type"]} for item in p["attributes"]]


def _billing(p: Props) -> str:
    return str(p.get("billingMode", "PROVISIONED"))


def to_api(p: Props) -> list[dict[str, Any]]:
    """GlobalSecondaryIndexes of CreateTable."""
    return [_index(p, index) for index in p.get("globalSecondaryIndexes") or []]


def _index(p: Props, index: Props) -> dict[str, Any]:
    keys = [(index["hashKey"], "HASH"), (index.get("rangeKey"), "RANGE")]
    return {
        "IndexName": index["name"],
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys if name],
        "Projection": some(
            ProjectionType=index["projectionType"], NonKeyAttributes=index.get("nonKeyAttributes") or None
        ),
        **_throughput(p, index),
    }


def _throughput(p: Props, index: Props) -> dict[str, Any]:
    if _billing(p) == "PAY_PER_REQUEST":
        return {}
    units = {"ReadCapacityUnits": index["readCapacity"], "WriteCapacityUnits": index["writeCapacity"]}
    return {"ProvisionedThroughput": units}


def from_api(table: dict[str, Any], state: Props) -> list[Props]:
    """The indexes of a described table; capacities that the program left out of an on-demand table are nothing."""
    given = {index.get("name"): index for index in state.get("globalSecondaryIndexes") or []}
    on_demand = (table.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST"
    found = []
    for index in table.get("GlobalSecondaryIndexes") or []:
        keys = {item["KeyType"]: item["AttributeName"] for item in index["KeySchema"]}
        units = index.get("ProvisionedThroughput") or {}
        mentioned = given.get(index["IndexName"], {})
        read, write = (
            None if on_demand and key not in mentioned else units.get(member)
            for key, member in (("readCapacity", "ReadCapacityUnits"), ("writeCapacity", "WriteCapacityUnits"))
        )
        found.append(
            some(
                name=index["IndexName"],
                hashKey=keys["HASH"],
                rangeKey=keys.get("RANGE"),
                projectionType=index["Projection"]["ProjectionType"],
                nonKeyAttributes=index["Projection"].get("NonKeyAttributes") or None,
                readCapacity=read,
                writeCapacity=write,
            )
        )
    return found


def capacities(old: Props, new: Props) -> dict[str, Any]:
    """A change to provisioned billing gives the indexes that stay their capacities in the same call."""
    if _billing(new) != "PROVISIONED" or _billing(old) == "PROVISIONED":
        return {}
    there = {index["name"] for index in old.get("globalSecondaryIndexes") or []}
    updates = [
        {"Update": {"IndexName": index["name"], **_throughput(new, index)}}
        for index in new.get("globalSecondaryIndexes") or []
        if index["name"] in there
    ]
    return {"GlobalSecondaryIndexUpdates": updates} if updates else {}


def changes(old: Props, new: Props) -> Iterator[dict[str, Any]]:
    """The parameters of UpdateTable, one index a call as DynamoDB demands: what goes, what comes, what has another capacity.

    A change of billing has given the capacities already.
    """
    before = {index["name"]: index for index in old.get("globalSecondaryIndexes") or []}
    after = {index["name"]: index for index in new.get("globalSecondaryIndexes") or []}
    anew = {name for name in before if name in after and _shape(before[name]) != _shape(after[name])}
    there = dict(before)
    for name in [name for name in before if name not in after or name in anew]:
        del there[name]
        yield _update(old, new, there, {"Delete": {"IndexName": name}})
    for name, index in after.items():
        if name not in there:
            there[name] = index
            yield _update(old, new, there, {"Create": _index(new, index)})
        elif _billing(old) == _billing(new) and _throughput(new, index) != _throughput(old, before[name]):
            yield _update(old, new, there, {"Update": {"IndexName": name, **_throughput(new, index)}})


def _update(old: Props, new: Props, there: dict[str, Props], change: dict[str, Any]) -> dict[str, Any]:
    """One change, with the definitions of the keys that the table and its indexes have after it."""
    keys = {new.get("hashKey"), new.get("rangeKey")}
    keys |= {index.get(key) for index in there.values() for key in ("hashKey", "rangeKey")}
    known = {item["name"]: item for item in [*(old.get("attributes") or []), *new["attributes"]]}
    attributes = [item for name, item in known.items() if name in keys]
    return {"AttributeDefinitions": definitions({"attributes": attributes}), "GlobalSecondaryIndexUpdates": [change]}


def _shape(index: Props) -> Props:
    """What cannot change without another index."""
    shape = {key: value for key, value in index.items() if value and not key.endswith("Capacity")}
    return {**shape, "nonKeyAttributes": sorted(index.get("nonKeyAttributes") or [])}
