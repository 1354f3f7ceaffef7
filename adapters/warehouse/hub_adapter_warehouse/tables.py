"""The tables. They are made and widened, never narrowed: no column is dropped."""

from typing import Final

from psycopg import sql

from hub_adapter_warehouse.settings import Dataset, WarehouseConfig

GENERAL: Final = "records"

_CHANGES: Final = """
CREATE TABLE IF NOT EXISTS {schema}.changes (
  source text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  dataset text NOT NULL,
  record_id text NOT NULL,
  at timestamptz NOT NULL,
  version bigint NOT NULL,
  deleted boolean NOT NULL,
  received_at timestamptz NOT NULL,
  time text NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (source, id)
)"""
_STATES: Final = """
CREATE TABLE IF NOT EXISTS {schema}.{table} (
  source text NOT NULL,
  dataset text NOT NULL,
  record_id text NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  is_current boolean GENERATED ALWAYS AS (valid_to IS NULL) STORED,
  deleted boolean NOT NULL,
  version bigint NOT NULL,
  id text NOT NULL,
  record jsonb NOT NULL,
  PRIMARY KEY (source, id)
)"""
_VERDICTS: Final = """
CREATE TABLE IF NOT EXISTS {schema}.quality_verdicts (
  source text NOT NULL,
  id text NOT NULL,
  dataset text NOT NULL,
  record_id text NOT NULL,
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  correct boolean NOT NULL,
  complete boolean NOT NULL,
  clean boolean NOT NULL,
  live boolean NOT NULL,
  live_until timestamptz,
  findings jsonb NOT NULL,
  PRIMARY KEY (source, id)
)"""
_EXPORTS: Final = """
CREATE TABLE IF NOT EXISTS {schema}.exports (
  day date NOT NULL,
  source text NOT NULL,
  rows bigint NOT NULL,
  sha256 text NOT NULL,
  exported_at timestamptz NOT NULL,
  PRIMARY KEY (day, source)
)"""
_SUMMARY: Final = """
CREATE OR REPLACE VIEW {schema}.quality_summary AS
SELECT source, dataset,
  count(*) AS changes,
  avg(correct::int)::numeric(5, 4) AS correct,
  avg(complete::int)::numeric(5, 4) AS complete,
  avg(clean::int)::numeric(5, 4) AS clean,
  avg(live::int)::numeric(5, 4) AS on_time,
  max(at) AS last_change,
  coalesce(max(live_until) >= now(), true) AS live_now
FROM {schema}.quality_verdicts
GROUP BY source, dataset"""
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS changes_entity ON {schema}.changes (source, dataset, record_id)",
    "CREATE INDEX IF NOT EXISTS changes_received ON {schema}.changes (received_at)",
    "CREATE INDEX IF NOT EXISTS verdicts_set ON {schema}.quality_verdicts (source, dataset)",
)
_CURRENT: Final = (
    "CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {schema}.{table} (source, dataset, record_id)"
    " WHERE valid_to IS NULL"
)
_ENTITY: Final = (
    "CREATE INDEX IF NOT EXISTS {index} ON {schema}.{table}"
    " (source, dataset, record_id, valid_from)"
)
# Of a hash, because an index takes no long values.
_UNIQUE: Final = (
    "CREATE INDEX IF NOT EXISTS {index} ON {schema}.{table}"
    " (source, dataset, md5(record ->> {field})) WHERE valid_to IS NULL"
)
_COLUMN: Final = "ALTER TABLE {schema}.{table} ADD COLUMN IF NOT EXISTS {column} {type}"


def statements(config: WarehouseConfig) -> list[sql.Composed]:
    """Return what makes the tables of a configuration, in order; harmless where they are there."""
    schema = sql.Identifier(config.schema_name)
    plain = ("CREATE SCHEMA IF NOT EXISTS {schema}", _CHANGES, _VERDICTS, _EXPORTS, _SUMMARY)
    found = [sql.SQL(text).format(schema=schema) for text in (*plain, *_INDEXES)]
    found += _table(schema, GENERAL, Dataset(table="general"))
    for dataset in config.datasets.values():
        found += _table(schema, dataset.table, dataset)
    return found


def _table(schema: sql.Identifier, table: str, dataset: Dataset) -> list[sql.Composed]:
    named = {"schema": schema, "table": sql.Identifier(table)}
    return [
        sql.SQL(_STATES).format(**named),
        sql.SQL(_CURRENT).format(index=sql.Identifier(f"{table}_current"), **named),
        sql.SQL(_ENTITY).format(index=sql.Identifier(f"{table}_entity"), **named),
        *(
            sql.SQL(_UNIQUE).format(
                index=sql.Identifier(f"{table}_u{place}"), field=sql.Literal(name), **named
            )
            for place, name in enumerate(dataset.quality.unique)
        ),
        # The type comes from a closed list (`ColumnType`), never from a message.
        *(
            sql.SQL(_COLUMN).format(column=sql.Identifier(name), type=sql.SQL(kind), **named)
            for name, kind in dataset.columns.items()
        ),
    ]
