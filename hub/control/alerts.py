"""Alerts in SQL: rules, silences and channels that people set; what is known, and what is told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Table, delete, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control.alert_rows import (
    Telling,
    insert_notice,
    insert_tellings,
    read_alerts,
    read_groups,
    read_recent,
    read_rules,
    read_silences,
    save_alerts,
    save_changed,
    save_notices,
    take_turn,
    telling_of,
)
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.indicators.alerting import ANY, Notice, Seen, Severity, Silence, Told, look
from hub.indicators.defaults import FIRST_RULES
from hub.io.sql import alert_tables as tables
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement

MAX_ATTEMPTS: Final = 10
"""Then a notice is given up for this channel: some 8 hours after the first attempt."""
FIRST_WAIT: Final = timedelta(seconds=30)
"""After the first failure; it doubles."""


class Alerts:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    async def begin(self) -> None:
        """Put the first rules there, once: where no rule and no notice ever was."""
        with sql_errors("reading alerts"):
            async with self._engine.begin() as connection:
                await take_turn(connection)
                for table in (tables.alert_rules, tables.alert_notices):
                    if (await connection.execute(select(table).limit(1))).first() is not None:
                        return
                rows = [msgspec.to_builtins(rule) for rule in FIRST_RULES]
                await connection.execute(insert(tables.alert_rules), rows)

    async def round(
        self, seen: Sequence[Seen], unknown: frozenset[str] = frozenset()
    ) -> tuple[Notice, ...]:
        """Look at these observations; write what is known, and what is to be told, at once.

        `unknown`: metrics that nobody can tell now; their alerts stay as they are.
        """
        now = self._clock()
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                # The lock first: what is read stays true until it is written. After a crash the
                # round was whole or was not at all.
                await take_turn(connection)
                alerts = {(one.rule, one.subject): one for one in await read_alerts(connection)}
                groups = {
                    (one.rule, one.organisation): one for one in await read_groups(connection)
                }
                outcome = look(
                    rules=await read_rules(connection),
                    alerts=alerts,
                    groups=groups,
                    seen=seen,
                    silences=await read_silences(connection, now),
                    recent=await read_recent(connection, now),
                    now=now,
                    unknown=unknown,
                )
                await save_alerts(connection, alerts, outcome.alerts)
                await save_changed(connection, tables.alert_groups, groups, outcome.groups)
                await save_notices(connection, outcome.notices, now)
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
                return [telling_of(row) for row in await connection.execute(query)]

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

    async def listed(
        self, name: str, *, whose: frozenset[str] | None = None, limit: int = 1_000
    ) -> list[dict[str, Any]]:
        """Return the rows of one of the tables: what people see.

        `whose`: only rows of these organisations, and those that mean all of them.
        """
        table, order = _LISTS[name]
        query = select(table).order_by(order).limit(limit)
        if table is tables.alert_channels:
            query = query.where(table.c.person.is_(None))  # A person's own is nobody else's.
        if whose is not None:
            query = query.where(table.c.organisation.in_([*sorted(whose), ANY]))
        with sql_errors("reading alerts"):
            async with self._engine.connect() as connection:
                found = await connection.execute(query)
                names = [column.name for column in table.columns]
                return [dict(zip(names, row, strict=True)) for row in found]

    async def put(self, what: str, row: Mapping[str, Any], *, actor: str, reason: str) -> None:
        """Set a rule or a channel; the trail says who and why (invariant 11)."""
        table, _ = _LISTS[what]
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await take_turn(connection)
                statement = upsert_statement(connection.dialect.name, table)
                await connection.execute(statement, [dict(row)])
                await self._note(connection, actor, reason, f"{what}/{row['name']}", "put")

    async def remove(self, what: str, id: str | int | date, *, actor: str, reason: str) -> None:
        """Remove a rule or a channel.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        await self._remove(what, id, true(), actor=actor, reason=reason)

    async def end_silence(
        self, number: int, *, actor: str, reason: str, whose: frozenset[str] | None = None
    ) -> None:
        """End a silence, where `whose` is given one of these organisations.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: there is none, or it is another's.
        """
        s = tables.alert_silences
        mine = true() if whose is None else s.c.organisation.in_(sorted(whose))
        await self._remove("silences", number, mine, actor=actor, reason=reason)

    async def _remove(
        self,
        what: str,
        id: str | int | date,
        mine: ColumnElement[bool],
        *,
        actor: str,
        reason: str,
    ) -> None:
        table, _ = _LISTS[what]
        [key] = table.primary_key.columns
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await take_turn(connection)
                gone = await connection.execute(delete(table).where(key == id, mine))
                if not gone.rowcount:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "there is none", f"{what}/{id}")
                await self._note(connection, actor, reason, f"{what}/{id}", "remove")

    async def silence(self, silence: Silence, *, actor: str, reason: str) -> int:
        """Let nobody be told of a rule or an organisation for a time; return its number."""
        values = msgspec.to_builtins(silence, builtin_types=(datetime,))
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await take_turn(connection)
                made = await connection.execute(
                    insert(tables.alert_silences).values(**values, reason=reason, made_by=actor)
                )
                (number,) = made.inserted_primary_key or (0,)
                await self._note(connection, actor, reason, f"silences/{number}", "put")
        return int(number)

    async def take(
        self,
        rule: str,
        subject: str,
        *,
        actor: str,
        reason: str,
        whose: frozenset[str] | None = None,
    ) -> None:
        """Take an alert, where `whose` is given one of these organisations: others see who works.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: it is over, never was, or is another's.
        """
        a = tables.alerts
        mine = true() if whose is None else a.c.organisation.in_(sorted(whose))
        with sql_errors("writing alerts"):
            async with self._engine.begin() as connection:
                await take_turn(connection)
                taken = await connection.execute(
                    update(a)
                    .where(a.c.rule == rule, a.c.subject == subject, mine)
                    .values(taken_by=actor)
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
                await take_turn(connection)
                query = select(c.c.name).where(c.c.name == channel)
                if (await connection.execute(query)).first() is None:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such channel", channel)
                number = await insert_notice(connection, _test_notice(now))
                await insert_tellings(connection, number, [channel], now)
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
