"""Whether the views are being made anew, and how far that is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Select, case, func, select

from hub.io.sql.engine import sql_errors
from hub.io.sql.views_tables import view_goals, view_positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """A rebuild that is under way: figures are too small meanwhile."""

    since: datetime
    done: int
    """How many offsets of `hub.audit`, all partitions together, have been read again."""
    of: int
    """How many had been read before."""


_g, _p = view_goals.c, view_positions.c
_read: Final = case((_p.next_offset < _g.until_offset, _p.next_offset), else_=_g.until_offset)


def rebuild_query() -> Select[Any]:
    """Return the query whose one row `rebuild_of` reads."""
    return select(
        func.min(_g.since).label("since"),
        func.sum(_read).label("done"),
        func.sum(_g.until_offset).label("goal"),
    ).join(view_positions, _p.partition == _g.partition)


def rebuild_of(row: Any) -> Rebuild | None:
    """Return the rebuild that is under way; None: there is none, or it has come as far again."""
    if row.goal is None or row.done >= row.goal:
        return None
    return Rebuild(since=row.since, done=int(row.done), of=int(row.goal))


def rebuild(engine: Engine) -> Rebuild | None:
    """Return the rebuild that is under way, if one is. Blocking, as `Views`.

    Raises:
        Unavailable: the database is away.
    """
    with sql_errors("looking for a rebuild"), engine.connect() as connection:
        return rebuild_of(connection.execute(rebuild_query()).one())
