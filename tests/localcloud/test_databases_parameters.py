"""The parameter that takes writes away reaches the servers of its group, in sessions that exist too, and lets go again."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.database_world import create, until
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")
READ_ONLY = {"ParameterName": "default_transaction_read_only", "ApplyMethod": "immediate"}


def writes(connection: psycopg.Connection[Any], number: int) -> bool:
    try:
        connection.execute("INSERT INTO orders VALUES (%s)", (number,))
    except psycopg.errors.ReadOnlySqlTransaction:
        return False
    return True


def test_a_read_only_group_stops_the_writes_of_its_databases_and_of_no_other(client: Client) -> None:
    rds = client("rds")
    rds.create_db_parameter_group(DBParameterGroupName="shop", DBParameterGroupFamily="postgres16", Description="x")
    orders, other = create(client, DBParameterGroupName="shop"), create(client)
    orders.write(1)
    other.write(1)
    numbers = iter(range(2, 1000))
    with orders.connect() as session, other.connect() as beside:
        change = [READ_ONLY | {"ParameterValue": "1"}]
        rds.modify_db_parameter_group(DBParameterGroupName="shop", Parameters=change)
        until(lambda: not writes(session, next(numbers)), "the session is read-only")
        assert writes(beside, 2)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            orders.write(1000)
        rds.reset_db_parameter_group(DBParameterGroupName="shop", Parameters=[READ_ONLY])
        until(lambda: writes(session, next(numbers)), "the session writes again")
    assert rds.describe_db_parameters(DBParameterGroupName="shop")["Parameters"] == []


def test_a_group_that_does_not_exist_cannot_be_reset(client: Client) -> None:
    with pytest.raises(ClientError) as refused:
        client("rds").reset_db_parameter_group(DBParameterGroupName="none", ResetAllParameters=True)
    assert refused.value.response["Error"]["Code"] == "DBParameterGroupNotFound"
