"""Alerts in SQL: rules, silences and channels that people set; what is known, and what is told."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.indicators.alerting import (
    ANY,
    RANK,
    Alert,
    Group,
    Notice,
    Rule,
    Seen,
    Severity,
    Silence,
    Told,
    look,
)
from hub.indicators.defaults import FIRST_RULES
from hub.io.sql import alert_tables as tables
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement

_T = TypeVar("_T", bound=msgspec.Struct)

MAX_ATTEMPTS: Final = 10
"""Then a notice is given up for this channel: some 8 hours after the first attempt."""
FIRST_WAIT: Final = timedelta(seconds=30)
"""After the first failure; it doubles."""
KEPT: Final = timedelta(days=90)
"""How long notices are kept."""
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


class Alerts:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def begin(self) -> None:
        """Put the first rules there, once: where no rule and no notice ever was."""
        with sql_errors("reading alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                for table in (tables.alert_rules, tables.alert_notices):
                    if (await connection.execute(select(table).limit(1))).first() is not None:
                        return
                rows = [msgspec.to_builtins(rule) for rule in FIRST_RULES]
                await connection.execute(insert(tables.alert_rules), rows)

    async def round(self, seen: Sequence[Seen]) -> tuple[Notice, ...]:
        """Look at these observations; write what is known, and what is to be told, at once."""
        now = self._clock()
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                # The lock first: what is read stays true until it is written. After a crash the
                # round was whole or was not at all.
                await _lock(connection)
                alerts = {(one.rule, one.subject): one for one in await _alerts(connection)}
                groups = {(one.rule, one.organisation): one for one in await _groups(connection)}
                outcome = look(
                    rules=await _rules(connection),
                    alerts=alerts,
                    groups=groups,
                    seen=seen,
                    silences=await _silences(connection, now),
                    recent=await _recent(connection, now),
                    now=now,
                )
                await _save(connection, alerts, outcome.alerts)
                await _save_groups(connection, groups, outcome.groups)
                await _save_notices(connection, outcome.notices, now)
        return outcome.notices

    async def due(self, limit: int = 100) -> list[Telling]:
        """Return what is to be told now."""
        t, n, c = tables.alert_tellings, tables.alert_notices, tables.alert_channels
        query = (
            select(t.c.attempts, n, c.c.name, c.c.kind, c.c.target, c.c.least)
            .add_columns(c.c.organisation.label("whose"))
            .join(n, n.c.id == t.c.notice)
            .join(c, c.c.name == t.c.channel)
            .where(t.c.next_at.is_not(None), t.c.next_at <= self._clock())
            .order_by(t.c.next_at)
            .limit(limit)
        )
        with sql_errors("reading notices"):
            async with self._engine.connect() as connection:
                return [_telling(row) for row in await connection.execute(query)]

    async def told(self, telling: Telling) -> None:
        """Note that a notice went over its channel."""
        values = {"next_at": None, "told_at": self._clock(), "problem": None}
        await self._tried(telling, values)

    async def failed(self, telling: Telling, problem: str, *, for_good: bool) -> None:
        """Note that it did not; it is tried again later, unless it never will go."""
        tried = telling.attempts + 1
        again = None if for_good or tried >= MAX_ATTEMPTS else FIRST_WAIT * 2**telling.attempts
        next_at = None if again is None else self._clock() + again
        await self._tried(telling, {"next_at": next_at, "problem": problem[:200]})

    async def _tried(self, telling: Telling, values: Mapping[str, Any]) -> None:
        t = tables.alert_tellings
        with sql_errors("writing notices"):
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(t)
                    .where(t.c.notice == telling.number, t.c.channel == telling.channel.name)
                    .values(attempts=telling.attempts + 1, **values)
                )

    async def listed(self, name: str, limit: int = 1_000) -> list[dict[str, Any]]:
        """Return the rows of one of the tables: what people see."""
        table, order = _LISTS[name]
        with sql_errors("reading alerts"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(table).order_by(order).limit(limit))
                names = [column.name for column in table.columns]
                return [dict(zip(names, row, strict=True)) for row in found]

    async def put(self, what: str, row: Mapping[str, Any], *, actor: str, reason: str) -> None:
        """Set a rule or a channel; the trail says who and why (invariant 11)."""
        table, _ = _LISTS[what]
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                statement = upsert_statement(connection.dialect.name, table)
                await connection.execute(statement, [dict(row)])
                await self._note(connection, actor, reason, f"{what}/{row['name']}", "put")

    async def remove(self, what: str, id: str | int | date, *, actor: str, reason: str) -> None:
        """Remove a rule, a channel or a silence.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        table, _ = _LISTS[what]
        [key] = table.primary_key.columns
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                gone = await connection.execute(delete(table).where(key == id))
                if not gone.rowcount:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "there is none", f"{what}/{id}")
                await self._note(connection, actor, reason, f"{what}/{id}", "remove")

    async def silence(self, silence: Silence, *, actor: str, reason: str) -> int:
        """Let nobody be told of a rule or an organisation for a time; return its number."""
        values = msgspec.to_builtins(silence, builtin_types=(datetime,))
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                made = await connection.execute(
                    insert(tables.alert_silences).values(**values, reason=reason, made_by=actor)
                )
                (number,) = made.inserted_primary_key or (0,)
                await self._note(connection, actor, reason, f"silences/{number}", "put")
        return int(number)

    async def take(self, rule: str, subject: str, *, actor: str, reason: str) -> None:
        """Take an alert: others see who works on it.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: it is over, or never was.
        """
        a = tables.alerts
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                taken = await connection.execute(
                    update(a).where(a.c.rule == rule, a.c.subject == subject).values(taken_by=actor)
                )
                if not taken.rowcount:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such alert", f"alerts/{rule}")
                await self._note(connection, actor, reason, f"alerts/{rule}", "take")

    async def test(self, channel: str, *, actor: str, reason: str) -> None:
        """Let a test notice go over one channel.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        now, c = self._clock(), tables.alert_channels
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await _lock(connection)
                query = select(c.c.name).where(c.c.name == channel)
                if (await connection.execute(query)).first() is None:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such channel", channel)
                number = await _insert_notice(connection, _test_notice(now))
                await _insert_tellings(connection, number, [channel], now)
                await self._note(connection, actor, reason, f"channels/{channel}", "test")

    async def _note(
        self, connection: AsyncConnection, actor: str, reason: str, what: str, action: str
    ) -> None:
        entity = f"alert-{what}"[:200]
        await note(connection, self._clock(), actor, reason, [(entity, action)])


_LISTS: Final[Mapping[str, tuple[Table, Any]]] = {
    "rules": (tables.alert_rules, tables.alert_rules.c.name),
    "channels": (tables.alert_channels, tables.alert_channels.c.name),
    "silences": (tables.alert_silences, tables.alert_silences.c.id.desc()),
    "alerts": (tables.alerts, tables.alerts.c.since.desc()),
    "notices": (tables.alert_notices, tables.alert_notices.c.id.desc()),
    "tellings": (tables.alert_tellings, tables.alert_tellings.c.notice.desc()),
}

TEST_RULE: Final = "test"
"""The name under which a test notice goes."""


def _test_notice(now: datetime) -> Notice:
    return Notice(
        rule=TEST_RULE,
        organisation="",
        told=Told.RESOLVED,
        severity=Severity.INFO,
        at=now,
        subjects=(),
        count=0,
    )


async def _lock(connection: AsyncConnection) -> None:
    # A write as the first statement takes SQLite's lock, and on PostgreSQL the row's.
    head = tables.alert_head
    statement = upsert_statement(connection.dialect.name, head)
    await connection.execute(statement, [{"id": 1, "writes": 0}])


def _value(row: Any, kind: type[_T]) -> _T:
    # SQLAlchemy's names of columns are a kind of text that msgspec does not take.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)  # noqa: SLF001


async def _alerts(connection: AsyncConnection) -> list[Alert]:
    rows = await connection.execute(select(tables.alerts))
    return [_value(row, Alert) for row in rows]


async def _groups(connection: AsyncConnection) -> list[Group]:
    rows = await connection.execute(select(tables.alert_groups))
    return [_value(row, Group) for row in rows]


async def _rules(connection: AsyncConnection) -> list[Rule]:
    rows = await connection.execute(select(tables.alert_rules).order_by(tables.alert_rules.c.name))
    return [_value(row, Rule) for row in rows]


async def _silences(connection: AsyncConnection, now: datetime) -> list[Silence]:
    s = tables.alert_silences.c
    query = select(s.rule, s.organisation, s.since, s.until).where(s.until > now)
    rows = await connection.execute(query)
    return [_value(row, Silence) for row in rows]


async def _recent(connection: AsyncConnection, now: datetime) -> list[tuple[str, datetime]]:
    n = tables.alert_notices.c
    query = select(n.rule, n.at).where(n.told == Told.FIRING.value, n.at > now - HOUR)
    return [(row.rule, row.at) for row in await connection.execute(query)]


async def _save(
    connection: AsyncConnection,
    before: Mapping[tuple[str, str], Alert],
    after: Mapping[tuple[str, str], Alert],
) -> None:
    a = tables.alerts
    for rule, subject in before.keys() - after.keys():
        await connection.execute(delete(a).where(a.c.rule == rule, a.c.subject == subject))
    changed = [one for key, one in after.items() if before.get(key) != one]
    if changed:
        rows = [msgspec.to_builtins(one, builtin_types=(datetime,)) for one in changed]
        await connection.execute(upsert_statement(connection.dialect.name, a), rows)


async def _save_groups(
    connection: AsyncConnection,
    before: Mapping[tuple[str, str], Group],
    after: Mapping[tuple[str, str], Group],
) -> None:
    changed = [one for key, one in after.items() if before.get(key) != one]
    if changed:
        rows = [msgspec.to_builtins(one, builtin_types=(datetime,)) for one in changed]
        statement = upsert_statement(connection.dialect.name, tables.alert_groups)
        await connection.execute(statement, rows)


async def _save_notices(
    connection: AsyncConnection, notices: Iterable[Notice], now: datetime
) -> None:
    c = tables.alert_channels.c
    found = await connection.execute(select(c.name, c.organisation, c.least))
    channels = [(row.name, row.organisation, Severity(row.least)) for row in found]
    for notice in notices:
        number = await _insert_notice(connection, notice)
        meant = [
            name
            for name, organisation, least in channels
            if organisation in {ANY, notice.organisation} and RANK[notice.severity] >= RANK[least]
        ]
        await _insert_tellings(connection, number, meant, now)
    old = tables.alert_notices.c.at < now - KEPT
    await connection.execute(delete(tables.alert_notices).where(old))


async def _insert_notice(connection: AsyncConnection, notice: Notice) -> int:
    values = msgspec.to_builtins(notice, builtin_types=(datetime,))
    values["subjects"] = json.dumps(values["subjects"])
    made = await connection.execute(insert(tables.alert_notices).values(values))
    (number,) = made.inserted_primary_key or (0,)
    return int(number)


async def _insert_tellings(
    connection: AsyncConnection, number: int, channels: Sequence[str], now: datetime
) -> None:
    rows = [{"notice": number, "channel": name, "attempts": 0, "next_at": now} for name in channels]
    if rows:
        await connection.execute(insert(tables.alert_tellings), rows)


def _telling(row: Any) -> Telling:
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
