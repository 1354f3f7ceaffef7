import pytest
from sqlalchemy import inspect

from hub.control.migrate import migrate
from hub.io.sql import alert_tables, views_tables
from hub.io.sql.engine import metadata, open_blocking_engine
from hub.io.sql.projection_tables import (
    dead_letters,
    deliveries,
    goals,
    hour_flows,
    messages,
    minute_counts,
    positions,
    steps,
)

VIEWS = [table for name, table in metadata.tables.items() if name in vars(views_tables)]
ALERTS = [table for name, table in metadata.tables.items() if name in vars(alert_tables)]


def shape(engine, table):
    inspector = inspect(engine)
    columns = {
        column["name"]: (str(column["type"]), column["nullable"])
        for column in inspector.get_columns(table.name)
    }
    indexes = {index["name"]: index["column_names"] for index in inspector.get_indexes(table.name)}
    return columns, indexes, inspector.get_pk_constraint(table.name)["constrained_columns"]


@pytest.mark.parametrize(
    "table",
    [
        *(messages, deliveries, dead_letters, steps, positions, goals, minute_counts, hour_flows),
        *VIEWS,
        *ALERTS,
    ],
    ids=str,
)
async def test_the_migration_makes_the_tables_that_the_code_uses(tmp_path, table):
    await migrate(f"sqlite:///{tmp_path}/migrated.db")
    migrated = open_blocking_engine(f"sqlite:///{tmp_path}/migrated.db")
    created = open_blocking_engine(f"sqlite:///{tmp_path}/created.db")
    metadata.create_all(created)
    assert shape(migrated, table) == shape(created, table)
    migrated.dispose()
    created.dispose()
