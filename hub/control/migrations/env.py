# ruff: noqa: INP001  (Alembic loads this file by its path; it is no module of a package)
"""Run by Alembic, on the connection that `hub.control.migrate` has opened."""

from importlib import import_module
from pkgutil import iter_modules

from alembic import context
from sqlalchemy import Connection, text

from hub.io import sql
from hub.io.sql.engine import metadata

MIGRATION_LOCK = 7_246_011
"""Any fixed number: two hubs that start at once on one PostgreSQL migrate one after the other."""


# Every room's tables, so that Alembic compares all of them and not only those imported so far.
for module in iter_modules(sql.__path__):
    if module.name.endswith("_tables"):
        import_module(f"{sql.__name__}.{module.name}")


def run(connection: Connection) -> None:
    """Apply the migrations in the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    else:
        # The write lock at once: two that read the version first would both try to go on from it.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite cannot alter a column: Alembic copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
