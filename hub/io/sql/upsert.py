"""Insert or replace: the one statement that SQLite and PostgreSQL each spell their own way."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> Any:
    """Return an insert that can be told what to do where a row with its key stands already."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def upsert_statement(dialect: str, table: Table, *, newest_by: str | None = None) -> Any:
    """Return an insert that puts a row in the place of the one with its primary key.

    `newest_by`: a column; a stored row whose value there is later stays as it is.
    """
    statement = insert_into(dialect, table)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: new[column.name] for column in table.columns if not column.primary_key},
        where=None if newest_by is None else table.c[newest_by] <= new[newest_by],
    )


def adding_statement(dialect: str, table: Table, column: Column[int]) -> Any:
    """Return an insert that, where a row stands already, adds the new one's `column` to its."""
    statement = insert_into(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: column + statement.excluded[column.name]},
    )


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; where one with the same key stands already, that one stays."""
    statement = insert_into(connection.dialect.name, table)
    connection.execute(statement.on_conflict_do_nothing(), rows)
