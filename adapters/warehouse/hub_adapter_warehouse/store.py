"""PostgreSQL: each change with its history and verdict, in one transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, LiteralString

import psycopg
from lgsp_adapter import AdapterError, Context, Done, Reject, Result
from lgsp_adapter.guard import Guard
from lgsp_adapter.line import pinned
from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from hub_adapter_warehouse import queries
from hub_adapter_warehouse.change import Change, Stated, change_of
from hub_adapter_warehouse.columns import typed
from hub_adapter_warehouse.errors import translated
from hub_adapter_warehouse.history import State, after, state, states
from hub_adapter_warehouse.quality import judge
from hub_adapter_warehouse.settings import Dataset, WarehouseConfig
from hub_adapter_warehouse.tables import GENERAL, statements

LOCK: Final = 0x6B686F  # "kho": one maker of tables at a time
DIMENSIONS: Final = ("correct", "complete", "clean", "live")
NO_TABLE: Final = Dataset(table="general")
"""The rules of a data set that is not configured: none."""
Connection = AsyncConnection[tuple[Any, ...]]


class Store:
    """One connection, made when it is first needed, and again after it broke."""

    def __init__(self, config: WarehouseConfig) -> None:
        self._config = config
        self._schema = sql.Identifier(config.schema_name)
        self._password: str | None = None
        self._networks: tuple[str, ...] = ()
        self._connection: Connection | None = None

    async def open(self, ctx: Context) -> None:
        """Resolve the password; make and widen the tables."""
        secret, self._networks = self._config.password, ctx.networks
        self._password = (await ctx.secret(secret)).get_secret_value() if secret else None
        try:
            connection = await self.connection()
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                for statement in statements(self._config):
                    await connection.execute(statement)
        except psycopg.Error as error:
            told = self.meaning(error)
        else:
            return
        raise told

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()

    def meaning(self, error: psycopg.Error) -> AdapterError:
        """Return the contract's error."""
        return translated(error, self._config.busy_seconds)

    async def connection(self) -> Connection:
        """Return a connection that answers.

        Raises:
            AddressRefused: the warehouse is at no approved address.
            Retryable: its name is not known.
            psycopg.Error: there is none.
        """
        if self._connection is not None and await _answers(self._connection):
            return self._connection
        await self.close()
        config, limit = self._config, self._config.statement_seconds * 1000
        host, hostaddr = await self._place()
        self._connection = await AsyncConnection.connect(
            host=host,
            hostaddr=hostaddr,
            port=config.port,
            dbname=config.database,
            user=config.user,
            password=self._password,
            connect_timeout=config.connect_seconds,
            options=f"-c statement_timeout={limit} -c timezone=UTC",
            tcp_user_timeout=limit,
            autocommit=True,
            sslmode="verify-full" if config.tls_ca else None,
            sslrootcert=str(config.tls_ca) if config.tls_ca else None,
        )
        return self._connection

    async def _place(self) -> tuple[str, str | None]:
        """Return host and address: the checked addresses, with the name for the certificate.

        libpq asks nobody for a name whose address it is given: `hostaddr`, one for each `host`.
        """
        config = self._config
        if config.is_local:
            Guard.of(self._networks).local()
            return config.host, None
        # Invariant 5: asked again at every reconnect.
        found = await pinned(self._networks, config.host, config.port, config.connect_seconds)
        return ",".join([config.host] * len(found)), ",".join(found)

    async def apply(self, changes: Sequence[Change], now: datetime) -> list[Result]:
        """Store changes in one transaction; one that is refused takes only itself back.

        Raises:
            Retryable, Backpressure, Fatal: for all of them.
        """
        found: dict[tuple[str, str], Result] = {}
        try:
            connection = await self.connection()
            async with connection.transaction():
                # Always in the same order: two writers never wait for each other in a circle.
                for change in sorted(changes, key=lambda each: each.entity):
                    found[change.key] = await self._apart(connection, change, now)
        except psycopg.Error as error:
            told = self.meaning(error)
        except asyncio.CancelledError:
            # Half a conversation with the server lies on it.
            await self.close()
            raise
        else:
            # Invariant 1: "done" only after the commit.
            return [found[change.key] for change in changes]
        # No cause is chained: PostgreSQL's text quotes the record.
        raise told

    async def _apart(self, connection: Connection, change: Change, now: datetime) -> Result:
        try:
            async with connection.transaction():
                await self._one(connection, change, now)
        except psycopg.Error as error:
            told = self.meaning(error)
            if not isinstance(told, Reject):
                raise
            return told
        return Done()

    async def _one(self, connection: Connection, change: Change, now: datetime) -> None:
        # The same record by two writers at once: the second waits for the first's history.
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
        await connection.execute(lock, ["\n".join(change.entity)])
        if not await self._is_new(connection, change, now):
            return
        place, known = await self._current(connection, change)
        if place is not None and place < change.place:
            made = state(change, after(known, change))
            await self._execute(connection, change, queries.END, [change.at, *change.entity])
            await self._insert_state(connection, change, made)
        else:
            made = await self._rewrite(connection, change)
        await self._insert_verdict(connection, change, made, now)

    async def _is_new(self, connection: Connection, change: Change, now: datetime) -> bool:
        row = {
            **asdict(change.stated),
            "dataset": change.dataset,
            "record_id": change.record_id,
            "at": change.at,
            "version": change.version,
            "deleted": change.deleted,
            "received_at": now,
        }
        again = sql.SQL(" ON CONFLICT (source, id) DO NOTHING")
        done = await connection.execute(self._insert("changes", row) + again, row)
        return done.rowcount == 1

    async def _current(
        self, connection: Connection, change: Change
    ) -> tuple[tuple[datetime, int, str] | None, dict[str, Any]]:
        """Return place and record of the current state."""
        done = await self._execute(connection, change, queries.CURRENT, change.entity)
        row = await done.fetchone()
        return (None, {}) if row is None else ((row[0], row[1], row[2]), row[3])

    async def _rewrite(self, connection: Connection, change: Change) -> State:
        """Make the history anew: a change came after a later one, or this table has none yet.

        The second is a new record, or one of a data set that got a table of its own meanwhile: then
        its history moves here from the general table.
        """
        rows = await self._execute(connection, change, queries.CHANGES, change.entity)
        known = [
            change_of(Stated(source=row[0], id=row[1], type=row[2], time=row[3], body=row[4]))
            async for row in rows
        ]
        for table in {self._table(change), GENERAL}:
            await self._execute(connection, change, queries.FORGET, change.entity, table=table)
        made = states(known)
        for each in made:
            await self._insert_state(connection, change, each)
        return next(each for each in made if each.id == change.stated.id)

    async def _insert_state(self, connection: Connection, change: Change, made: State) -> None:
        source, dataset, record_id = change.entity
        row = {
            "source": source,
            "dataset": dataset,
            "record_id": record_id,
            "valid_from": made.valid_from,
            "valid_to": made.valid_to,
            "deleted": made.deleted,
            "version": made.version,
            "id": made.id,
            "record": Jsonb(made.record),
            **typed(made.record, self._dataset(change).columns).values,
        }
        await connection.execute(self._insert(self._table(change), row), row)

    async def _insert_verdict(
        self, connection: Connection, change: Change, made: State, now: datetime
    ) -> None:
        dataset = self._dataset(change)
        wrong = typed(made.record, dataset.columns).wrong
        shared = [
            name
            for name in dataset.quality.unique
            if await self._is_shared(connection, change, name, made.record.get(name))
        ]
        verdict = judge(
            *(change, made.record, dataset.quality), now=now, wrong=wrong, shared=tuple(shared)
        )
        row = {
            "source": change.stated.source,
            "id": change.stated.id,
            "dataset": change.dataset,
            "record_id": change.record_id,
            "at": change.at,
            "received_at": now,
            "live_until": verdict.live_until,
            **{dimension: verdict.ok(dimension) for dimension in DIMENSIONS},
            "findings": Jsonb([asdict(finding) for finding in verdict.findings]),
        }
        await connection.execute(self._insert("quality_verdicts", row), row)

    async def _is_shared(
        self, connection: Connection, change: Change, name: str, value: Any
    ) -> bool:
        if value is None or change.deleted:
            return False
        source, dataset, record_id = change.entity
        # The database turns both sides into text, so that 1 and 1.0 are what it says they are.
        wanted = [source, dataset, record_id, name, Jsonb({name: value}), name]
        done = await self._execute(connection, change, queries.SHARED, wanted)
        return await done.fetchone() is not None

    def _dataset(self, change: Change) -> Dataset:
        return self._config.datasets.get(change.dataset, NO_TABLE)

    def _table(self, change: Change) -> str:
        dataset = self._config.datasets.get(change.dataset)
        return dataset.table if dataset else GENERAL

    async def _execute(
        self,
        connection: Connection,
        change: Change,
        text: LiteralString,
        values: Sequence[Any],
        *,
        table: str | None = None,
    ) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        named = sql.Identifier(table or self._table(change))
        query = sql.SQL(text).format(schema=self._schema, table=named, entity=queries.ENTITY)
        return await connection.execute(query, values)

    def _insert(self, table: str, row: Mapping[str, Any]) -> sql.Composed:
        return sql.SQL("INSERT INTO {}.{} ({}) VALUES ({})").format(
            self._schema,
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(_places(row)),
        )


async def _answers(connection: Connection) -> bool:
    """Say whether a connection that was kept is still one: the empty query, one round trip.

    A restart of the server breaks what is idle, too. Each such connection would fail a delivery
    that nothing is wrong with; a few of them together look like a server that is away.
    """
    try:
        await connection.execute("")
    except psycopg.OperationalError:
        return False
    return True


def _places(row: Mapping[str, Any]) -> Iterable[sql.Placeholder]:
    return (sql.Placeholder(name) for name in row)
