"""What is told of the counts: those that changed since they stood on `hub.indicators`."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Self

import msgspec
from sqlalchemy import Engine, and_, bindparam, select, update

from hub.io.sql.engine import sql_errors
from hub.io.sql.views_tables import view_counts

CELL: Final = (
    *(view_counts.c.hour, view_counts.c.measure, view_counts.c.system),
    *(view_counts.c.type, view_counts.c.label),
)
"""What names a count, without its partition."""


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """One count over all partitions, as it is told."""

    cell: tuple[Any, ...]
    """Hour, measure, system, type, label."""
    n: int
    amount: int
    offsets: dict[int, int]
    """The last offset of `hub.audit` that is in it, by partition."""

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Self:
        """Return the count that these rows, of one cell, make."""
        return cls(
            cell=tuple(rows[0])[: len(CELL)],
            n=sum(row.n for row in rows),
            amount=sum(row.amount for row in rows),
            offsets={row.partition: row.offset for row in rows},
        )

    @property
    def key(self) -> str:
        """Return its key on `hub.indicators`."""
        return key_of(self.cell)

    @property
    def value(self) -> dict[str, Any]:
        """Return its value on `hub.indicators`. Who has these offsets has this value."""
        names = ("hour", "measure", "system", "type", "label")
        offsets = {str(partition): offset for partition, offset in sorted(self.offsets.items())}
        about = dict(zip(names, self.cell, strict=True))
        return {"v": 1, **about, "n": self.n, "amount": self.amount, "offsets": offsets}


def key_of(cell: Sequence[Any]) -> str:
    """Return the key of a count on `hub.indicators`."""
    hour, *names = cell
    return "/".join(("counts", hour.isoformat(), *names))


class ToldCounts:
    """Which counts are to be told. Blocking, as `Views`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def untold(self, limit: int) -> list[Untold]:
        """Return counts that changed since they were told, at most `limit`.

        Raises:
            Unavailable: the database is away.
        """
        changed = select(*CELL).where(view_counts.c.told.is_(False)).distinct().limit(limit)
        cells = changed.subquery()
        # A join: SQLite reads the whole table for a list of keys of several columns.
        query = select(view_counts).join(
            cells, and_(*(column == cells.c[column.name] for column in CELL))
        )
        found: dict[tuple[Any, ...], list[Any]] = {}
        with sql_errors("reading counts"), self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(tuple(row)[: len(CELL)], []).append(row)
        return [Untold.of(rows) for rows in found.values()]

    def mark_told(self, cells: Iterable[Untold]) -> None:
        """Note that these counts were told, as far as they have not changed meanwhile.

        Raises:
            Unavailable: the database is away.
        """
        names = ("hour", "measure", "system", "type", "label", "partition", "offset")
        statement = (
            update(view_counts)
            .where(*(view_counts.c[name] == bindparam(f"its_{name}") for name in names))
            .values(told=True)
        )
        rows = [
            {f"its_{name}": part for name, part in zip(names, (*cell.cell, *place), strict=True)}
            for cell in cells
            for place in cell.offsets.items()
        ]
        with sql_errors("marking counts"), self._engine.begin() as connection:
            connection.execute(statement, rows)
