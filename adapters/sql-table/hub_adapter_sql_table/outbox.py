"""Reading an outbox: rows wait until they are marked, and are marked only in `ack`."""

import json
from typing import Any, Final

from lgsp_adapter import Record
from sqlalchemy import ColumnElement, Connection, Select, select, update

from hub_adapter_sql_table.rows import Row, draft
from hub_adapter_sql_table.settings import Outbox, SourceConfig
from hub_adapter_sql_table.tables import source_table

MOST_OPEN: Final = 500
"""Rows read and not acknowledged; below every database's limit of parameters (Oracle: 1,000)."""


class OutboxReading:
    """The state of the pending rows. What the table says rules, not the position.

    A position that is durable though its `ack` was lost therefore costs a second reading, which the
    hub knows by its id; a row that is committed late, with a lower number, is found all the same.
    """

    def __init__(self, config: SourceConfig, reading: Outbox) -> None:
        self._config, self._reading = config, reading
        self._table = source_table(config)
        self._open: dict[str, Any] = {}
        """Position to key of what was read and is not marked yet, in order of reading."""

    def _query(self, limit: int) -> Select[Any]:
        columns = self._table.c
        key = columns[self._config.id_column]
        wanted = select(self._table).where(self._is_pending(), key.is_not(None))
        if self._open:
            wanted = wanted.where(key.not_in(list(self._open.values())))
        return wanted.order_by(columns[self._reading.order_column], key).limit(limit)

    def _is_pending(self) -> ColumnElement[bool]:
        done, pending = self._table.c[self._reading.done_column], self._reading.pending_value
        return done.is_(None) if pending is None else done == pending

    def unreadable(self) -> Select[Any]:
        """Return the statement for a row that waits without a key: nothing could ever mark it."""
        no_key = self._table.c[self._config.id_column].is_(None)
        return select(self._table).where(no_key, self._is_pending()).limit(1)

    def fetch(self, connection: Connection, limit: int) -> list[Row]:
        """Read the next rows; none where too many are open."""
        limit = min(limit, MOST_OPEN - len(self._open))
        if limit <= 0:
            return []
        return [dict(row) for row in connection.execute(self._query(limit)).mappings()]

    def records(self, rows: list[Row]) -> list[Record]:
        """Take note of rows that were read, and make records of them."""
        return [self._record(row) for row in rows]

    def _record(self, row: Row) -> Record:
        key = row[self._config.id_column]
        place = [row[self._reading.order_column], key]
        position = json.dumps(place, default=str, ensure_ascii=False)
        self._open[position] = key
        return Record(position=position, message=draft(row, self._config))

    def keys_up_to(self, position: str) -> list[Any]:
        """Return the keys of the open rows up to `position`; none where it is not open."""
        if position not in self._open:
            return []
        positions = list(self._open)
        return [self._open[each] for each in positions[: positions.index(position) + 1]]

    def mark(self, connection: Connection, keys: list[Any]) -> None:
        """Mark rows as done; those that somebody marked meanwhile stay as they are."""
        done = self._table.c[self._reading.done_column]
        key = self._table.c[self._config.id_column]
        statement = update(self._table).where(key.in_(keys), self._is_pending())
        connection.execute(statement.values({done: self._reading.done_value}))

    def forget(self, position: str) -> None:
        """Take out what has been marked up to `position`."""
        for each in list(self._open):
            del self._open[each]
            if each == position:
                return
