"""The checks of documents in SQL: made from audit events, worked off by when they are due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import asdict, fields
from sqlalchemy import Connection, Engine, and_, delete, func, select, update

from hub.decision.document_checks import DocumentCheck, DocumentChecks
from hub.decision.events import AuditEvent
from hub.decision.rows import Key
from hub.io.sql.document_tables import document_checks as checks
from hub.io.sql.document_tables import document_positions as positions
from hub.io.sql.engine import sql_errors
from hub.io.sql.kept_positions import advance, kept_positions
from hub.io.sql.keyed import in_chunks, keyed
from hub.io.sql.upsert import upsert_statement

_NAMES = [field.name for field in fields(DocumentCheck)]
_COLUMNS = [checks.c[name] for name in _NAMES]
_NEXT = and_(checks.c.held, ~checks.c.review, ~checks.c.verdict_awaited, ~checks.c.choosing)
"""It waits for its turn only."""


class DocumentCheckStore:
    """The tables of the process `documents`. Blocking: call it in a thread of its own.

    Every method raises `Unavailable` while the database is away; what it would have done is then
    done or not, and repeating it is safe.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def positions(self, partitions: Iterable[int]) -> dict[int, int]:
        """Return the next offset of each partition; one not read before begins at 0."""
        with sql_errors("reading positions"), self._engine.begin() as connection:
            return kept_positions(connection, positions, partitions)

    def record(
        self, events: Sequence[AuditEvent], start: Mapping[int, int], end: Mapping[int, int]
    ) -> bool:
        """Take events that stand between `start` and `end`, whole or not at all.

        False: the stored positions are not `start`, so another process has read meanwhile.
        """
        with sql_errors("noting checks of documents"), self._engine.connect() as connection:
            if not advance(connection, positions, start, end):
                connection.rollback()
                return False
            found = DocumentChecks(_load(connection, {(one.source, one.id) for one in events}))
            for event in events:
                found.take(event)
            _save(connection, found)
            # Invariant 1: the position moves with what is still to be done, in one transaction.
            connection.commit()
            return True

    def clear(self) -> None:
        """Forget everything: it is made again from the beginning of `hub.audit`."""
        with sql_errors("emptying checks of documents"), self._engine.begin() as connection:
            connection.execute(delete(checks))
            connection.execute(delete(positions))

    def due(self, now: datetime, limit: int) -> list[DocumentCheck]:
        """Return what there is something to do about, the longest due first."""
        query = select(*_COLUMNS).where(checks.c.due_at <= now)
        query = query.order_by(checks.c.due_at, checks.c.offset).limit(limit)
        with sql_errors("looking for checks of documents"), self._engine.connect() as connection:
            return [_check(row) for row in connection.execute(query)]

    def waiting(self) -> tuple[int, int]:
        """Return how many verdicts are awaited, and how many messages a person must decide."""
        query = select(
            func.count().filter(checks.c.verdict_awaited), func.count().filter(checks.c.review)
        )
        with sql_errors("counting checks of documents"), self._engine.connect() as connection:
            awaited, review = connection.execute(query).one()
            return awaited, review

    def put_off(self, check: DocumentCheck, until: datetime) -> None:
        """Do nothing about it before `until`, unless an event or a person says so meanwhile."""
        same = and_(
            checks.c.source == check.source,
            checks.c.id == check.id,
            checks.c.due_at == check.due_at,
        )
        with sql_errors("putting off a check of documents"), self._engine.begin() as connection:
            # Judged once more for a person: he asks again if he wants it again.
            awaited = False if check.review else checks.c.verdict_awaited
            connection.execute(
                update(checks).where(same).values(due_at=until, verdict_awaited=awaited)
            )


def _load(connection: Connection, keys: set[Key]) -> list[DocumentCheck]:
    dialect, named = connection.dialect.name, (checks.c.source, checks.c.id)
    queries = (keyed(dialect, select(*_COLUMNS), named, chunk) for chunk in in_chunks(keys))
    return [_check(row) for query in queries for row in connection.execute(query)]


def _check(row: Any) -> DocumentCheck:
    return msgspec.convert(dict(zip(_NAMES, row, strict=True)), DocumentCheck)


def _save(connection: Connection, found: DocumentChecks) -> None:
    rows = [
        asdict(one) | {"hashes": list(one.hashes), "policy": one.policy and one.policy.value}
        for one in found.changed
    ]
    if rows:
        connection.execute(upsert_statement(connection.dialect.name, checks), rows)
    for source, id in found.done:
        gone = delete(checks).where(checks.c.source == source, checks.c.id == id)
        connection.execute(gone)
    for (source, subject), at in found.woken.items():
        _wake(connection, source, subject, at)


def _wake(connection: Connection, source: str, subject: str, at: datetime) -> None:
    """Let the first in line be due, where nothing else keeps it (invariant 7: the others wait)."""
    line = and_(checks.c.source == source, checks.c.subject == subject, checks.c.held)
    head = select(func.min(checks.c.offset)).where(line).scalar_subquery()
    first = update(checks).where(line, _NEXT, checks.c.offset == head)
    connection.execute(first.values(due_at=at))
