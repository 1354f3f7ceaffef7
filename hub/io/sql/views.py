"""Write the views: audit events become counts and matters, and positions move with them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import asdict, fields
from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, select, update

from hub.decision.rows import AuditRecord
from hub.indicators.cells import Cell, Count, Fold, OpenDelivery, named_deliveries
from hub.indicators.matter import MAX_FACTS, FactRow, Kind
from hub.indicators.matters import matters
from hub.io.sql.engine import sql_errors
from hub.io.sql.kept_positions import advance, kept_positions
from hub.io.sql.keyed import in_chunks, keyed
from hub.io.sql.upsert import insert_into, insert_missing, upsert_statement
from hub.io.sql.views_tables import (
    view_counts,
    view_facts,
    view_goals,
    view_head,
    view_matters,
    view_open,
    view_positions,
    view_status,
)

_T = TypeVar("_T", bound=msgspec.Struct)


class Views:
    """The views' tables. Blocking: call it in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def positions(self, partitions: Iterable[int]) -> dict[int, int]:
        """Return the next offset of each partition; a partition not read before begins at 0.

        Raises:
            Unavailable: the database is away.
        """
        with sql_errors("reading the views' positions"), self.engine.begin() as connection:
            insert_missing(connection, view_head, [{"id": 1, "writes": 0}])
            return kept_positions(connection, view_positions, partitions)

    def record(
        self, records: Sequence[AuditRecord], start: Mapping[int, int], end: Mapping[int, int]
    ) -> Mapping[tuple[int, Cell], Count] | None:
        """Add a batch that begins at `start` and ends before `end`, whole or not at all.

        Returns the counts that it made. None: the stored positions are not `start`: somebody else
        has added meanwhile, or a rebuild began; nothing was written, read the positions anew.

        Raises:
            Unavailable: the database is away; whether the batch was added, the positions know.
        """
        with sql_errors("adding to the views"), self.engine.connect() as connection:
            # First of all the one row's lock: two batches may touch one matter.
            take_turn(connection)
            if not advance(connection, view_positions, start, end):
                connection.rollback()
                return None
            fold = Fold(_known(connection, records))
            for record in records:
                fold.take(record)
            _save_counts(connection, fold)
            _save_open(connection, fold)
            _save_matters(connection, fold.facts)
            # Rows and positions commit together: after a crash the batch is read again or not.
            connection.commit()
            return fold.counts

    def say(self, at: datetime, lag_messages: int, lag_seconds: float) -> None:
        """Write down how far behind the views are.

        Raises:
            Unavailable: the database is away.
        """
        row = {"id": 1, "at": at, "lag_messages": lag_messages, "lag_seconds": round(lag_seconds)}
        with sql_errors("saying how far the views are"), self.engine.begin() as connection:
            connection.execute(upsert_statement(connection.dialect.name, view_status), [row])

    def clear(self, now: datetime) -> None:
        """Empty the views and put every position at the beginning: a rebuild begins.

        Until the positions have come as far again, the views count as rebuilding, whatever
        process adds up and however often it dies meanwhile.

        Raises:
            Unavailable: the database is away.
        """
        with sql_errors("emptying the views"), self.engine.begin() as connection:
            take_turn(connection)
            _set_goals(connection, now)
            connection.execute(update(view_positions).values(next_offset=0))
            for table in (view_counts, view_open, view_facts, view_matters):
                connection.execute(delete(table))

    def reached(self) -> None:
        """Say that a rebuild has read everything there is: nothing before the goals is left.

        Records that the topic's retention has deleted are never read: without this word their
        partition would count as rebuilding until its next record.

        Raises:
            Unavailable: the database is away.
        """
        with sql_errors("ending a rebuild"), self.engine.begin() as connection:
            take_turn(connection)
            connection.execute(delete(view_goals))


def take_turn(connection: Connection) -> None:
    """Take the one row's lock: whoever writes counts or matters does it one by one."""
    connection.execute(update(view_head).values(writes=view_head.c.writes + 1))


def _set_goals(connection: Connection, now: datetime) -> None:
    """Note how far the views had come; emptied again in the middle, the first goal stays."""
    before = {row.partition: row for row in connection.execute(select(view_goals))}
    rows = []
    for row in connection.execute(select(view_positions)):
        known = before.get(row.partition)
        begun = known is not None and row.next_offset < known.until_offset
        until = known.until_offset if known is not None and begun else row.next_offset
        since = known.since if known is not None and begun else now
        rows.append({"partition": row.partition, "until_offset": until, "since": since})
    if rows:
        connection.execute(upsert_statement(connection.dialect.name, view_goals), rows)


def _known(connection: Connection, records: Iterable[AuditRecord]) -> Iterator[OpenDelivery]:
    named = set(named_deliveries(record.event for record in records))
    whole = {key for key, recipient in named if recipient is None}
    single = {(*key, recipient) for key, recipient in named if recipient and key not in whole}
    columns = (view_open.c.source, view_open.c.id)
    yield from _find(connection, view_open, OpenDelivery, columns, whole)
    yield from _find(connection, view_open, OpenDelivery, (*columns, view_open.c.recipient), single)


def _find(
    connection: Connection,
    table: Table,
    kind: type[_T],
    columns: Sequence[Any],
    keys: Iterable[tuple[str, ...]],
) -> Iterator[_T]:
    names = [field.name for field in fields(kind)]
    query = select(*(table.c[name] for name in names))
    for chunk in in_chunks(sorted(keys)):
        for row in connection.execute(keyed(connection.dialect.name, query, columns, chunk)):
            yield msgspec.convert(dict(zip(names, row, strict=True)), kind)


def _save_counts(connection: Connection, fold: Fold) -> None:
    rows = [
        {**cell._asdict(), "partition": partition, **asdict(count), "told": False}
        for (partition, cell), count in fold.counts.items()
    ]
    if not rows:
        return
    statement = insert_into(connection.dialect.name, view_counts)
    new = statement.excluded
    add = statement.on_conflict_do_update(
        index_elements=list(view_counts.primary_key.columns),
        set_={
            "n": view_counts.c.n + new.n,
            "amount": view_counts.c.amount + new.amount,
            "offset": new.offset,
            "told": False,
        },
        # The value knows the last event in it: one that comes again adds nothing.
        where=view_counts.c.offset < new.offset,
    )
    connection.execute(add, rows)


def _save_open(connection: Connection, fold: Fold) -> None:
    kept = [asdict(fold.open[key]) for key in fold.touched if key in fold.open]
    if kept:
        connection.execute(upsert_statement(connection.dialect.name, view_open), kept)
    gone = [key for key in fold.touched if key not in fold.open]
    if gone:
        names = ("source", "id", "recipient")
        statement = delete(view_open).where(
            *(view_open.c[name] == bindparam(f"its_{name}") for name in names)
        )
        rows = [
            {f"its_{name}": part for name, part in zip(names, key, strict=True)} for key in gone
        ]
        connection.execute(statement, rows)


def _save_matters(connection: Connection, facts: Sequence[FactRow]) -> None:
    if not facts:
        return
    keys = {(fact.kind.value, fact.key) for fact in facts}
    kept = _first(facts, _stored(connection, keys))
    if kept:
        insert_missing(connection, view_facts, [asdict(fact) for fact in kept])
    found: dict[tuple[str, str], list[FactRow]] = {}
    columns = (view_facts.c.kind, view_facts.c.key)
    for row in _find(connection, view_facts, FactRow, columns, keys):
        found.setdefault((row.kind.value, row.key), []).append(row)
    made = [
        asdict(matter)
        for (kind, key), rows in found.items()
        for matter in matters(Kind(kind), key, rows)
    ]
    connection.execute(upsert_statement(connection.dialect.name, view_matters), made)


def _stored(connection: Connection, keys: Iterable[tuple[str, ...]]) -> Counter[Any]:
    """Return how many facts of these matters each partition has given already."""
    f, stored = view_facts.c, Counter[Any]()
    query = select(f.kind, f.key, f.partition, func.count().label("n"))
    for chunk in in_chunks(sorted(keys)):
        asked = keyed(connection.dialect.name, query, (f.kind, f.key), chunk)
        for row in connection.execute(asked.group_by(f.kind, f.key, f.partition)):
            stored[row.kind, row.key, row.partition] = row.n
    return stored


def _first(facts: Iterable[FactRow], stored: Counter[Any]) -> list[FactRow]:
    kept = []
    for fact in facts:
        place = (fact.kind.value, fact.key, fact.partition)
        if stored[place] < MAX_FACTS:
            stored[place] += 1
            kept.append(fact)
    return kept
