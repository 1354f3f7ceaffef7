"""Reading above a high-water mark, with an overlap for what is committed late.

A sequence number or a time is given before its transaction is committed: row 7 may become visible
after row 8 was read. So each reading also looks for keys within `overlap` below the highest mark
that it has not seen. What is committed later than that is never seen: that is the anomaly of this
way of reading, and the reason to prefer an outbox.
"""

import json
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from lgsp_adapter import Fatal, Record
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from hub_adapter_sql_table.rows import Row, draft
from hub_adapter_sql_table.settings import HighWater, SourceConfig
from hub_adapter_sql_table.tables import source_table

Mark: TypeAlias = int | datetime
Point: TypeAlias = tuple[Any, Any]
"""Mark and key of a row."""

ABOVE: Final = "\n above"
"""Marks a row that was read above the mark; no column can have this name."""

MOST_KEYS: Final = 500
"""Late rows fetched by key in one statement; below every database's limit of parameters."""


class HighWaterReading:
    """How far it has read, and which rows of the overlap it has seen."""

    def __init__(self, config: SourceConfig, reading: HighWater, position: str | None) -> None:
        self._config, self._reading = config, reading
        self._table = source_table(config)
        self._mark = self._table.c[reading.mark_column]
        self._key = self._table.c[config.id_column]
        self._high, self._late = self._parsed(position)
        self._seen: set[Point] = set() if self._high is None else {self._high}

    def _parsed(self, position: str | None) -> tuple[Point | None, int]:
        if position is None:
            return None, 0
        try:
            mark, key, late = json.loads(position)
            time = self._reading.mark_type == "time"
            return (datetime.fromisoformat(mark) if time else mark, key), late
        except (ValueError, TypeError):
            raise Fatal("the position is not one of this source") from None

    def fetch(self, connection: Connection, limit: int) -> list[Row]:
        """Read at most `limit` rows: late ones first, then those above the mark."""
        late = self._late_rows(connection, limit)
        if len(late) == limit:
            return late
        wanted = select(self._table).where(self._mark.is_not(None), self._key.is_not(None))
        if self._high is not None:
            mark, key = self._high
            wanted = wanted.where(or_(self._mark > mark, and_(self._mark == mark, self._key > key)))
        wanted = wanted.order_by(self._mark, self._key).limit(limit - len(late))
        # What is above the mark was told apart by the database: its order of keys, not Python's.
        return [*late, *({**row, ABOVE: True} for row in connection.execute(wanted).mappings())]

    def _late_rows(self, connection: Connection, limit: int) -> list[Row]:
        overlap = self._overlap()
        if overlap is None:
            return []
        window = connection.execute(select(self._mark, self._key).where(overlap)).all()
        unseen = [key for mark, key in window if (self._whole(mark), key) not in self._seen]
        if not unseen:
            return []
        keys = self._key.in_(unseen[: min(limit, MOST_KEYS)])
        # The overlap once more: a row that got a new mark since is no late one.
        wanted = select(self._table).where(keys, overlap).order_by(self._mark, self._key)
        return [dict(row) for row in connection.execute(wanted).mappings()]

    def _overlap(self) -> ColumnElement[bool] | None:
        floor = self._floor()
        if floor is None or self._high is None or not self._reading.overlap:
            return None
        mark, key = self._high
        below = or_(self._mark < mark, and_(self._mark == mark, self._key <= key))
        return and_(self._mark >= floor, below)

    def unreadable(self) -> Select[Any]:
        """Return the statement for a row that can never be read: it has no mark or no key."""
        missing = or_(self._mark.is_(None), self._key.is_(None))
        return select(self._table).where(missing).limit(1)

    def _floor(self) -> Mark | None:
        if self._high is None:
            return None
        mark, overlap = self._high[0], self._reading.overlap
        if isinstance(mark, datetime):
            return mark - timedelta(seconds=overlap)
        floor: int = mark - overlap
        return floor

    def _whole(self, mark: Any) -> Mark:
        # Oracle and NUMERIC columns give decimals.
        return mark if isinstance(mark, datetime) else int(mark)

    def records(self, rows: list[Row]) -> list[Record]:
        """Take note of rows that were read, and make records of them."""
        records = [self._record(row) for row in rows]
        floor = self._floor()
        self._seen = {point for point in self._seen if floor is None or point[0] >= floor}
        return records

    def _record(self, row: Row) -> Record:
        mark = self._whole(row[self._reading.mark_column])
        point = (mark, row[self._config.id_column])
        if ABOVE in row:
            self._high, self._late = point, 0
        else:
            # A late row does not move the mark back; the count keeps its position different.
            self._late += 1
        self._seen.add(point)
        # A changed row has a new mark, and so is a message of its own.
        return Record(position=self._position(), message=draft(row, self._config, mark))

    def _position(self) -> str:
        mark, key = self._high or (None, None)
        shown = mark.isoformat() if isinstance(mark, datetime) else mark
        return json.dumps([shown, key, self._late], ensure_ascii=False, default=str)
