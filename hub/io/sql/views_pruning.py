"""Forget what the views have kept for long enough, in slices that batches wait for shortly."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, bindparam, delete, or_, select

from hub.io.sql.alert_tables import disk_samples
from hub.io.sql.engine import sql_errors
from hub.io.sql.views import take_turn
from hub.io.sql.views_tables import view_counts, view_facts, view_matters
from hub.io.sql.views_told import CELL

SLICE: Final = 500
"""Counts or matters that one transaction forgets: some milliseconds, in which no batch is added."""


class Pruning:
    """Blocking, as `Views`. Every method raises `Unavailable` when the database is away.

    Everything may be repeated: what is gone is not found again. A rebuild brings back what
    `hub.audit` still has, until the next round.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def old_counts(self, before: datetime) -> list[tuple[Any, ...]]:
        """Return the names of counts of hours before, the oldest first, at most `SLICE`."""
        hour = view_counts.c.hour
        query = select(*CELL).where(hour < before).distinct().order_by(hour).limit(SLICE)
        with sql_errors("looking for old counts"), self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def forget_counts(self, cells: Iterable[Sequence[Any]]) -> None:
        """Forget these counts, of all partitions."""
        names = tuple(column.name for column in CELL)
        with sql_errors("forgetting old counts"), self._engine.begin() as connection:
            take_turn(connection)
            _delete(connection, view_counts, names, cells)

    def forget_matters(self, before: datetime, open_before: datetime) -> int:
        """Forget at most `SLICE` matters, with their facts; return how many.

        Those that were last heard of `before`: ended ones and ones without a limit. What is open
        and has a limit is what somebody is late with: it stays until `open_before`.
        """
        m = view_matters.c
        over = or_(m.closed_at.is_not(None), m.due_at.is_(None), m.last_at < open_before)
        query = select(m.kind, m.key).where(m.last_at < before, over)
        with sql_errors("forgetting old matters"), self._engine.begin() as connection:
            # The lock first: no batch adds a fact to what is found here until it is gone.
            take_turn(connection)
            found = connection.execute(query.order_by(m.last_at).limit(SLICE))
            keys = [tuple(row) for row in found]
            for table in (view_facts, view_matters):
                _delete(connection, table, ("kind", "key"), keys)
        return len(keys)

    def forget_samples(self, before: date) -> None:
        """Forget how much room the disk had before."""
        with sql_errors("forgetting samples"), self._engine.begin() as connection:
            connection.execute(delete(disk_samples).where(disk_samples.c.day < before))


def _delete(
    connection: Connection, table: Table, names: Sequence[str], keys: Iterable[Sequence[Any]]
) -> None:
    rows = [{f"its_{name}": part for name, part in zip(names, key, strict=True)} for key in keys]
    if rows:
        same = (table.c[name] == bindparam(f"its_{name}") for name in names)
        connection.execute(delete(table).where(*same), rows)
