"""The administrator that an instance is made with: no superuser, as on RDS."""

from __future__ import annotations

from psycopg import sql

from localcloud.databases.server import Server, said_as_database_error

# What rds_superuser may do, as far as PostgreSQL has roles for it.
_ROLES = ("pg_monitor", "pg_signal_backend", "pg_read_all_data", "pg_write_all_data")
_POSTGRES = "postgres"


def make_administrator(server: Server, name: str, password: str, database: str | None) -> None:
    """The role, its own `postgres` database, and `database` if one is named. Raises DatabaseError for a reserved name."""
    role = sql.Identifier(name)
    with said_as_database_error(), server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(role, sql.Literal(password))
        )
        granted = sql.SQL(", ").join(map(sql.Identifier, _ROLES))
        connection.execute(sql.SQL("GRANT {} TO {}").format(granted, role))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(_POSTGRES), role))
        if database and database != _POSTGRES:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), role))


def set_password(server: Server, name: str, password: str) -> None:
    """Change the password of a role."""
    with said_as_database_error(), server.connect() as connection:
        change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        connection.execute(change)
