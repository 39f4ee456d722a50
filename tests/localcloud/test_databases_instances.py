"""An RDS instance for PostgreSQL is a server: its endpoint answers, its data survive what RDS lets it survive."""

from __future__ import annotations

import json

import psycopg
import pytest
from botocore.exceptions import ClientError

from localcloud.databases import server as process
from localcloud.databases.fleet import Fleet
from localcloud.emulator.databases import DATABASES
from tests.localcloud.database_world import ADMINISTRATOR, EAST, Orders, create
from tests.localcloud.provider_world import Client

pytestmark = pytest.mark.usefixtures("databases")


def test_the_endpoint_answers_with_the_credentials_of_the_secret(client: Client) -> None:
    secrets = client("secretsmanager")
    content = {"username": ADMINISTRATOR, "password": "from-the-secret", "dbname": "orders"}
    secrets.create_secret(Name="orders-admin", SecretString=json.dumps(content))
    orders = create(client, MasterUserPassword="from-the-secret")

    stored = json.loads(secrets.get_secret_value(SecretId="orders-admin")["SecretString"])
    endpoint = orders.described()["Endpoint"]
    with psycopg.connect(
        host=endpoint["Address"],
        port=endpoint["Port"],
        user=stored["username"],
        password=stored["password"],
        dbname=stored["dbname"],
    ) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (ADMINISTRATOR, "orders")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        Orders(client, orders.name, password="guessed").connect()


def test_the_port_that_was_asked_for_is_described_beside_the_one_that_answers(client: Client) -> None:
    described = create(client, Port=5433).described()
    assert described["DbInstancePort"] == 5433
    assert described["Endpoint"]["Address"] == "127.0.0.1"
    assert described["Endpoint"]["Port"] != 5433


def test_the_administrator_is_no_superuser_and_may_make_roles_and_databases(client: Client) -> None:
    with create(client).connect() as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        connection.execute("CREATE ROLE reports LOGIN PASSWORD 'x'")
        connection.execute("CREATE DATABASE reports")


def test_a_password_that_rds_manages_opens_the_database(client: Client) -> None:
    orders = create(client, ManageMasterUserPassword=True, MasterUserPassword="")
    arn = orders.described()["MasterUserSecret"]["SecretArn"]
    content = json.loads(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert content["username"] == ADMINISTRATOR
    managed = Orders(client, orders.name, password=content["password"])
    managed.write(1)
    assert managed.numbers() == [1]


def test_a_changed_password_replaces_the_old_one(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    orders.rds.modify_db_instance(DBInstanceIdentifier=orders.name, MasterUserPassword="changed-one")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        orders.connect()
    orders.password = "changed-one"
    assert orders.numbers() == [1]


def test_a_renamed_instance_keeps_its_data_and_its_endpoint(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    before = orders.described()["Endpoint"]
    orders.rds.modify_db_instance(
        DBInstanceIdentifier=orders.name, NewDBInstanceIdentifier=f"{orders.name}-renamed", ApplyImmediately=True
    )
    orders.name = f"{orders.name}-renamed"
    assert orders.described()["Endpoint"] == before
    assert orders.numbers() == [1]


@pytest.mark.parametrize("failover", [False, True])
def test_a_reboot_keeps_what_was_committed(client: Client, failover: bool) -> None:
    orders = create(client, MultiAZ=True)
    orders.write(1, 2)
    with orders.connect() as open_before:
        orders.rds.reboot_db_instance(DBInstanceIdentifier=orders.name, ForceFailover=failover)
        with pytest.raises(psycopg.OperationalError):
            open_before.execute("SELECT 1")
    assert orders.numbers() == [1, 2]
    assert orders.described()["DBInstanceStatus"] == "available"


def test_a_failover_needs_a_standby(client: Client) -> None:
    orders = create(client)
    with pytest.raises(ClientError, match="needs a Multi-AZ"):
        orders.rds.reboot_db_instance(DBInstanceIdentifier=orders.name, ForceFailover=True)


def test_a_stopped_instance_refuses_connections_and_a_started_one_has_its_data(client: Client) -> None:
    orders = create(client)
    orders.write(1)
    orders.rds.stop_db_instance(DBInstanceIdentifier=orders.name)
    assert orders.described()["DBInstanceStatus"] == "stopped"
    with pytest.raises(psycopg.OperationalError, match="refused"):
        orders.connect()
    orders.rds.start_db_instance(DBInstanceIdentifier=orders.name)
    assert orders.numbers() == [1]


def test_an_instance_whose_server_died_has_failed(client: Client, databases: Fleet) -> None:
    orders = create(client)
    server = next(server for key, server in databases.servers.items() if key.identifier == orders.name)
    process.kill(server)
    assert orders.described()["DBInstanceStatus"] == "failed"


def test_a_deleted_instance_is_gone_with_its_server_and_its_files(client: Client, databases: Fleet) -> None:
    orders = create(client)
    server = next(server for key, server in databases.servers.items() if key.identifier == orders.name)
    endpoint = orders.described()["Endpoint"]
    orders.rds.delete_db_instance(DBInstanceIdentifier=orders.name, SkipFinalSnapshot=True)
    assert not server.alive
    assert not server.home.exists()
    assert not server.archive.folder.exists()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(host=endpoint["Address"], port=endpoint["Port"], user="a", password="b")


def test_an_instance_without_an_administrator_is_refused_and_leaves_nothing(client: Client, databases: Fleet) -> None:
    for missing in ({"MasterUsername": ""}, {"MasterUserPassword": ""}):
        with pytest.raises(ClientError, match="must be provided"):
            create(client, **missing)
    with pytest.raises(ClientError, match="is reserved"):
        create(client, DBInstanceIdentifier="reserved", MasterUsername="pg_admin")
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        Orders(client, "reserved").described()
    assert not [key for key in databases.servers if key.identifier == "reserved"]


def test_other_engines_are_described_and_hold_no_data(client: Client) -> None:
    mysql = create(client, Engine="mysql", EngineVersion="8.0.35", Port=3306)
    endpoint = mysql.described()["Endpoint"]
    assert endpoint["Address"].endswith(f".{EAST}.rds.amazonaws.com")
    assert endpoint["Port"] == 3306
    assert DATABASES.fleet is not None
    assert not [key for key in DATABASES.fleet.servers if key.identifier == mysql.name]


def test_an_instance_whose_key_is_disabled_stops_and_starts_again_with_the_key(client: Client) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    orders = create(client, StorageEncrypted=True, KmsKeyId=key)
    orders.write(1)
    kms.disable_key(KeyId=key)
    assert orders.described()["DBInstanceStatus"] == "inaccessible-encryption-credentials-recoverable"
    with pytest.raises(psycopg.OperationalError, match="refused"):
        orders.connect()
    kms.enable_key(KeyId=key)
    orders.rds.start_db_instance(DBInstanceIdentifier=orders.name)
    assert orders.numbers() == [1]
