"""The statements about one record. Names are put in by `psycopg.sql`, values are bound."""

from typing import Final

from psycopg import sql

ENTITY: Final = sql.SQL("source = %s AND dataset = %s AND record_id = %s")

CURRENT: Final = (
    "SELECT valid_from, version, id, record FROM {schema}.{table}"
    " WHERE {entity} AND valid_to IS NULL"
)
END: Final = "UPDATE {schema}.{table} SET valid_to = %s WHERE {entity} AND valid_to IS NULL"
FORGET: Final = "DELETE FROM {schema}.{table} WHERE {entity}"
CHANGES: Final = "SELECT source, id, type, time, body FROM {schema}.changes WHERE {entity}"
SHARED: Final = (
    "SELECT 1 FROM {schema}.{table} WHERE source = %s AND dataset = %s AND record_id <> %s"
    " AND valid_to IS NULL AND NOT deleted"
    " AND md5(record ->> %s) = md5(%s::jsonb ->> %s) LIMIT 1"
)
