"""The tables as SQLAlchemy sees them: names come from checked configuration, values are bound."""

from sqlalchemy import DateTime, LargeBinary, TableClause, column, table
from sqlalchemy import Text as TextType

from hub_adapter_sql_table.settings import HighWater, Outbox, SinkConfig, SourceConfig


def place(config: SourceConfig | SinkConfig) -> str:
    """Return the table's name for details: it comes from the configuration."""
    schema = f"{config.schema_name}." if config.schema_name else ""
    return f"table {schema}{config.table}"


def source_table(config: SourceConfig) -> TableClause:
    """Return the table with each column that is used, once."""
    reading = config.reading
    if isinstance(reading, Outbox):
        own = {reading.order_column: None, reading.done_column: None}
    else:
        own = {reading.mark_column: None}
    named = (config.type_column, config.body_column, config.subject_column, config.time_column)
    names = dict.fromkeys([config.id_column, *own, *(name for name in named if name)])
    names |= dict.fromkeys((config.body_columns or {}).values())
    times = {config.time_column}
    if isinstance(reading, HighWater) and reading.mark_type == "time":
        times.add(reading.mark_column)
    # SQLite keeps times as text: only a typed column gives them back as times. Elsewhere the driver
    # knows, and a type of ours would put a cast around each value.
    typed = times if config.kind == "sqlite" else set()
    columns = [column(name, DateTime() if name in typed else None) for name in names]
    return table(config.table, *columns, schema=config.schema_name)


def sink_table(config: SinkConfig) -> TableClause:
    """Return the table with its configured columns."""
    body = LargeBinary() if config.body_as == "binary" else TextType()
    columns = [
        column(name, body if field == "body" else None)
        for field, name in config.columns.model_dump().items()
        if name is not None
    ]
    return table(config.table, *columns, schema=config.schema_name)
