"""What subscriptions are still to be given from the past: rows of `subscription_backlogs`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.io.sql.control_tables import subscription_backlogs as table
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement

Spans = Mapping[int, tuple[int, int]]
"""Partition of `hub.ingress` to the offsets [next, end) that are still to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One subscription's past, and how far it is given."""

    subscription: str
    since: datetime
    version: int
    """The version of the rules from which on the router gives it what is new."""
    spans: Spans | None
    """None: it is not known yet where it begins and ends."""
    given: int
    """Orders written so far."""
    done_at: datetime | None


async def begin(
    connection: AsyncConnection, subscription: str, since: datetime, version: int
) -> None:
    """Let a subscription be given its past, from the beginning again where it had begun."""
    row = {"subscription": subscription, "since": since, "version": version}
    row |= {"positions": {}, "given": 0, "done_at": None}
    await connection.execute(upsert_statement(connection.dialect.name, table), [row])


class Backlogs:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def next(self) -> Backlog | None:
        """Return the backlog that has waited longest; None: all is given."""
        query = select(table).where(table.c.done_at.is_(None)).order_by(table.c.version).limit(1)
        with sql_errors("reading backlogs of subscriptions"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return None if row is None else _backlog(row)

    async def of(self, subscription: str) -> Backlog | None:
        """Return one; None: the subscription asked for nothing of the past."""
        query = select(table).where(table.c.subscription == subscription)
        with sql_errors("reading a backlog"):
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        return None if row is None else _backlog(row)

    async def note(self, backlog: Backlog, spans: Spans, given: int, done: datetime | None) -> None:
        """Note how far one is given. One that was begun again meanwhile stays as it is."""
        positions = {str(number): list(span) for number, span in spans.items()}
        same = (table.c.subscription == backlog.subscription) & (table.c.version == backlog.version)
        values = {"positions": positions, "given": given, "done_at": done}
        with sql_errors("noting how far a backlog is given"):
            async with self._engine.begin() as connection:
                await connection.execute(update(table).where(same).values(values))


def _backlog(row: Row[Any]) -> Backlog:
    spans = {int(number): (span[0], span[1]) for number, span in row.positions.items()}
    return Backlog(
        subscription=row.subscription,
        since=row.since,
        version=row.version,
        spans=spans or None,
        given=row.given,
        done_at=row.done_at,
    )
