"""Alerts as SQL keeps them: read and written in the caller's transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.own_notices import is_meant, seen_by
from hub.indicators.alerting import (
    RANK,
    Alert,
    Group,
    Notice,
    Rule,
    Severity,
    Silence,
    Told,
)
from hub.io.sql import alert_tables as tables
from hub.io.sql.upsert import upsert_statement

_T = TypeVar("_T", bound=msgspec.Struct)

KEPT: Final = timedelta(days=90)
"""How long notices are kept, and what became of them on each channel."""
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where notices go."""

    name: str
    kind: str
    """`email`, `webhook` or `message`."""
    target: str
    organisation: str
    """`*`: everything, for the hub's operators; else what concerns this organisation."""
    least: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One notice that is to go over one channel now."""

    number: int
    """Of the notice: the same in every attempt."""
    notice: Notice
    channel: Channel
    attempts: int


async def take_turn(connection: AsyncConnection) -> None:
    """Let nobody else write alerts until the end of the transaction."""
    # A write as the first statement takes SQLite's lock, and on PostgreSQL the row's.
    head = tables.alert_head
    statement = upsert_statement(connection.dialect.name, head)
    await connection.execute(statement, [{"id": 1, "writes": 0}])


def _value(row: Any, kind: type[_T]) -> _T:
    # SQLAlchemy's names of columns are a kind of text that msgspec does not take.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)  # noqa: SLF001


async def read_alerts(connection: AsyncConnection) -> list[Alert]:
    """Return what is pending or fires."""
    rows = await connection.execute(select(tables.alerts))
    return [_value(row, Alert) for row in rows]


async def read_groups(connection: AsyncConnection) -> list[Group]:
    """Return what was told of each group."""
    rows = await connection.execute(select(tables.alert_groups))
    return [_value(row, Group) for row in rows]


async def read_rules(connection: AsyncConnection) -> list[Rule]:
    """Return the rules, by name."""
    rows = await connection.execute(select(tables.alert_rules).order_by(tables.alert_rules.c.name))
    return [_value(row, Rule) for row in rows]


async def read_silences(connection: AsyncConnection, now: datetime) -> list[Silence]:
    """Return the silences that are not over."""
    s = tables.alert_silences.c
    query = select(s.rule, s.organisation, s.since, s.until).where(s.until > now)
    rows = await connection.execute(query)
    return [_value(row, Silence) for row in rows]


async def read_recent(connection: AsyncConnection, now: datetime) -> list[tuple[str, datetime]]:
    """Return rule and time of what was told to fire within the last hour."""
    n = tables.alert_notices.c
    query = select(n.rule, n.at).where(n.told == Told.FIRING.value, n.at > now - HOUR)
    return [(row.rule, row.at) for row in await connection.execute(query)]


async def save_alerts(
    connection: AsyncConnection,
    before: Mapping[tuple[str, str], Alert],
    after: Mapping[tuple[str, str], Alert],
) -> None:
    """Write what became of the alerts."""
    a = tables.alerts
    for rule, subject in before.keys() - after.keys():
        await connection.execute(delete(a).where(a.c.rule == rule, a.c.subject == subject))
    await save_changed(connection, a, before, after)


async def save_changed(
    connection: AsyncConnection,
    table: Table,
    before: Mapping[tuple[str, str], _T],
    after: Mapping[tuple[str, str], _T],
) -> None:
    """Write those of `after` that are new or other than before."""
    changed = [one for key, one in after.items() if before.get(key) != one]
    if changed:
        rows = [msgspec.to_builtins(one, builtin_types=(datetime,)) for one in changed]
        await connection.execute(upsert_statement(connection.dialect.name, table), rows)


async def save_notices(
    connection: AsyncConnection, notices: Iterable[Notice], now: datetime
) -> None:
    """Write notices and over which channels they go; forget old ones."""
    c = tables.alert_channels.c
    found = await connection.execute(select(c.name, c.organisation, c.least, c.person))
    channels, seen = list(found), await seen_by(connection, now)
    for notice in notices:
        number = await insert_notice(connection, notice)
        meant = [
            row.name
            for row in channels
            if is_meant(row, notice.organisation, seen)
            and RANK[notice.severity] >= RANK[Severity(row.least)]
        ]
        await insert_tellings(connection, number, meant, now)
    old = tables.alert_notices.c.at < now - KEPT
    gone = tables.alert_tellings.c.notice.in_(select(tables.alert_notices.c.id).where(old))
    await connection.execute(delete(tables.alert_tellings).where(gone))
    await connection.execute(delete(tables.alert_notices).where(old))


async def insert_notice(connection: AsyncConnection, notice: Notice) -> int:
    """Write one notice; return its number."""
    values = msgspec.to_builtins(notice, builtin_types=(datetime,))
    values["subjects"] = json.dumps(values["subjects"])
    made = await connection.execute(insert(tables.alert_notices).values(values))
    (number,) = made.inserted_primary_key or (0,)
    return int(number)


async def insert_tellings(
    connection: AsyncConnection, number: int, channels: Sequence[str], now: datetime
) -> None:
    """Let a notice go over these channels from now on."""
    rows = [{"notice": number, "channel": name, "attempts": 0, "next_at": now} for name in channels]
    if rows:
        await connection.execute(insert(tables.alert_tellings), rows)


def telling_of(row: Any) -> Telling:
    """Return a row as what is to be told."""
    fields = ("rule", "organisation", "told", "severity", "at", "count")
    notice = {name: getattr(row, name) for name in fields if name != "count"}
    notice |= {"subjects": json.loads(row.subjects), "count": row._mapping["count"]}  # noqa: SLF001
    return Telling(
        number=row.id,
        notice=msgspec.convert(notice, Notice),
        channel=Channel(
            name=row.name,
            kind=row.kind,
            target=row.target,
            organisation=row.whose,
            least=Severity(row.least),
        ),
        attempts=row.attempts,
    )
