"""Write the search projection: audit events become rows, and positions move with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec.structs import asdict, fields
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from hub.decision.dead_letters import Ending
from hub.decision.event_rows import cleaned
from hub.decision.events import Event
from hub.decision.history import History, concerns_all_recipients, is_about_a_message
from hub.decision.rows import AuditRecord, DeliveryRow, Key, MessageRow
from hub.io.sql.engine import sql_errors
from hub.io.sql.kept_positions import advance, kept_positions
from hub.io.sql.keyed import KEYS_PER_QUERY, keyed
from hub.io.sql.objects_tables import object_access
from hub.io.sql.projection_tables import (
    dead_letters,
    deliveries,
    goals,
    hour_flows,
    messages,
    minute_counts,
    positions,
    steps,
)
from hub.io.sql.upsert import adding_statement, insert_missing, upsert_statement

_T = TypeVar("_T", bound=msgspec.Struct)


class Projection:
    """The projection's tables. Blocking: call it in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def positions(self, partitions: Iterable[int]) -> dict[int, int]:
        """Return the next offset of each partition; a partition not read before begins at 0.

        Raises:
            Unavailable: the database is away.
        """
        with sql_errors("reading positions"), self._engine.begin() as connection:
            return kept_positions(connection, positions, partitions)

    def record(
        self, records: Sequence[AuditRecord], start: Mapping[int, int], end: Mapping[int, int]
    ) -> bool:
        """Record a batch that begins at `start` and ends before `end`, whole or not at all.

        `records` are in order within each partition. False: the stored positions are not `start`,
        so somebody else has recorded meanwhile; nothing was written, read the positions anew.

        Raises:
            Unavailable: the database is away; whether the batch was recorded, the positions know.
        """
        with sql_errors("recording audit events"), self._engine.connect() as connection:
            # The first statement is the write that takes the positions: of two recorders the
            # second waits here, and then finds that they have moved.
            if not advance(connection, positions, start, end):
                connection.rollback()
                return False
            clean = [cleaned(record) for record in records]
            history = _load(connection, clean)
            for record in clean:
                history.take(record)
            _save(connection, history)
            # Rows and positions commit together: after a crash the batch is read again or not.
            connection.commit()
            return True

    def clear(self) -> None:
        """Empty the projection and put every position at the beginning.

        Accesses to objects stay: recording finds the same ones again, and nobody loses one
        in between.

        Raises:
            Unavailable: the database is away.
        """
        with sql_errors("emptying the projection"), self._engine.begin() as connection:
            _set_goals(connection)
            connection.execute(update(positions).values(next_offset=0))
            for table in (steps, dead_letters, deliveries, messages, minute_counts, hour_flows):
                connection.execute(delete(table))


def _set_goals(connection: Connection) -> None:
    """Note how far it has come; emptied again in the middle, the first goal stays."""
    before = {row.partition: row.until_offset for row in connection.execute(select(goals))}
    rows = [
        {
            "partition": row.partition,
            "until_offset": max(row.next_offset, before.get(row.partition, 0)),
        }
        for row in connection.execute(select(positions))
    ]
    _insert(connection, goals, rows)


def _load(connection: Connection, records: Iterable[AuditRecord]) -> History:
    """Return what is stored of everything that the records may change."""
    events = [
        record.event
        for record in records
        if record.event is not None and is_about_a_message(record.event)
    ]
    keys = {(event.source, event.id) for event in events}
    known = list(_find(connection, messages, MessageRow, (messages.c.source, messages.c.id), keys))
    stored = {(row.source, row.id) for row in known}
    # An admission of a message that is not stored yet has no deliveries to look for.
    whole: set[Key] = {
        (event.source, event.id)
        for event in events
        if (event.event is Event.ADMITTED or concerns_all_recipients(event))
        and (event.source, event.id) in stored
    }
    single = {
        (event.source, event.id, event.recipient)
        for event in events
        if event.recipient is not None and (event.source, event.id) in stored - whole
    }
    by_message = (deliveries.c.source, deliveries.c.id)
    rows = (
        *_find(connection, deliveries, DeliveryRow, by_message, whole),
        *_find(connection, deliveries, DeliveryRow, tuple(deliveries.primary_key), single),
    )
    return History(known, rows)


def _find(
    connection: Connection,
    table: Table,
    type_: type[_T],
    columns: Sequence[ColumnElement[Any]],
    keys: Iterable[tuple[str, ...]],
) -> Iterator[_T]:
    """Yield the rows of `table` whose `columns` are one of `keys`, as values of `type_`."""
    names = [field.name for field in fields(type_)]
    query = select(*(table.c[name] for name in names))
    remaining, dialect = iter(keys), connection.dialect.name
    while chunk := list(islice(remaining, KEYS_PER_QUERY)):
        for row in connection.execute(keyed(dialect, query, columns, chunk)):
            yield msgspec.convert(dict(zip(names, row, strict=True)), type_)


def _save(connection: Connection, history: History) -> None:
    grants = ({**asdict(grant), "how": "delivered"} for grant in history.grants)
    _insert(connection, messages, map(asdict, history.messages))
    _insert(connection, deliveries, map(asdict, history.deliveries))
    _insert(connection, dead_letters, map(asdict, history.dead_letters.rows))
    _end(connection, history.dead_letters.endings)
    _insert(connection, steps, map(asdict, history.steps), keep=True)
    _insert(connection, object_access, grants, keep=True)
    # Adding is not repeatable by itself: the positions, moved first, see to it that it is once.
    _add(connection, minute_counts, map(asdict, history.tallies.minutes))
    _add(connection, hour_flows, map(asdict, history.tallies.hours))


def _add(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        statement = adding_statement(connection.dialect.name, table, table.c["count"])
        connection.execute(statement, values)


def _insert(
    connection: Connection, table: Table, rows: Iterable[dict[str, Any]], *, keep: bool = False
) -> None:
    """Insert the rows; where one stands already, keep it or put the new one in its place."""
    values = list(rows)
    if not values:
        return
    if keep:
        insert_missing(connection, table, values)
        return
    connection.execute(upsert_statement(connection.dialect.name, table), values)


def _end(connection: Connection, endings: Sequence[Ending]) -> None:
    if not endings:
        return
    table = dead_letters
    # What has ended keeps the event that ended it.
    statement = (
        update(table)
        .where(
            table.c.source == bindparam("its_source"),
            table.c.id == bindparam("its_id"),
            table.c.recipient == bindparam("its_recipient"),
            table.c.ended_at.is_(None),
        )
        .values(ended_at=bindparam("its_ended_at"), ended_by=bindparam("its_ended_by"))
    )
    rows = [{f"its_{name}": value for name, value in asdict(one).items()} for one in endings]
    connection.execute(statement, rows)
