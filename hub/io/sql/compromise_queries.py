"""Which messages a compromised key puts in question, read from the search projection.

They are those that were admitted between the stated moment and the first version of the rules that
refuses the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.decision.rows import Outcome
from hub.io.sql.certificate_tables import key_compromises
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import deliveries, messages

MAX_PAGE: Final = 500

_m, _d, _k = messages.c, deliveries.c, key_compromises.c
CONFIRMED: Final = "confirmed"
DROPPED: Final = "dropped"

Place = tuple[datetime, str]
"""Where a page ends: when the last message was decided, and its id. The source is the key's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """A message that was admitted while somebody else may have signed it."""

    source: str
    id: str
    decided_at: datetime
    type: str | None
    subject: str | None
    body_sha256: str | None
    rules_version: int | None
    certain: bool
    """The key in question signed it; otherwise it was recorded before keys were."""
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A report that puts a message in question."""

    id: str
    since: datetime
    state: str


class CompromiseQueries:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def messages(
        self, id: str, after: Place | None, limit: int, *, recipient: str | None = None
    ) -> list[Doubtful]:
        """Return the messages in question, the oldest first; with `recipient` what it was sent."""
        query = _in_question().where(_k.id == id)
        if recipient is not None:
            query = query.where(_was_sent(recipient))
        if after is not None:
            query = query.where(tuple_(_m.decided_at, _m.id) > tuple_(*after))
        query = query.order_by(_m.decided_at, _m.id).limit(min(limit, MAX_PAGE))
        with sql_errors("reading the messages of a compromised key"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
                whose = select(_d.id, _d.recipient).where(
                    _d.source.in_({row.source for row in rows}),
                    _d.id.in_([row.id for row in rows]),
                )
                sent = (await connection.execute(whose)).all() if rows else ()
        return [_read(row, sent, recipient) for row in rows]

    async def about(self, source: str, id: str) -> list[Doubt]:
        """Return the reports that put a message in question; of dropped ones nothing is left."""
        query = (
            select(_k.id, _k.since, _k.state)
            .select_from(key_compromises.join(messages, _doubtful()))
            .where(_m.source == source, _m.id == id, _k.state != DROPPED)
            .order_by(_k.id)
        )
        with sql_errors("reading reports of compromised keys"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings()
                return [Doubt(**row) for row in rows]

    async def count(self, id: str) -> int:
        """Return how many messages are in question."""
        query = select(func.count()).select_from(_in_question().where(_k.id == id).subquery())
        with sql_errors("counting the messages of a compromised key"):
            async with self._engine.connect() as connection:
                return int((await connection.execute(query)).scalar_one())

    async def concerning(self, system: str) -> list[dict[str, Any]]:
        """Return the confirmed reports of a system's own keys, and of keys that signed for it."""
        sent_to_it = exists(_in_question(key_compromises).where(_was_sent(system)))
        query = (
            select(_k.id, _k.system, _k.thumbprint, _k.since, _k.reported_at)
            .where(_k.state == CONFIRMED, or_(_k.system == system, sent_to_it))
            .order_by(_k.id.desc())
        )
        with sql_errors("reading reports of compromised keys"):
            async with self._engine.connect() as connection:
                return [dict(row) for row in (await connection.execute(query)).mappings()]


def _in_question(outer: Any = None) -> Select[Any]:
    query = select(messages, _k.thumbprint)
    if outer is None:
        return query.select_from(key_compromises.join(messages, _doubtful()))
    return query.where(_doubtful()).correlate(outer)


def _doubtful() -> ColumnElement[bool]:
    return and_(
        _m.source == _k.system,
        _m.outcome == Outcome.ADMITTED.value,
        _m.decided_at >= _k.since,
        # Not the time of the report: a router may have followed the rules a moment later, and
        # which version it decided under stands in each decision (invariant 3).
        or_(_m.rules_version.is_(None), _m.rules_version < _k.rules_version),
        or_(_m.key_id.is_(None), _m.key_id == _k.thumbprint),
    )


def _was_sent(recipient: str) -> ColumnElement[bool]:
    return exists().where(_d.source == _m.source, _d.id == _m.id, _d.recipient == recipient)


def _read(row: Any, sent: Sequence[Any], recipient: str | None) -> Doubtful:
    # A recipient learns that it has the message, and not who else does.
    names = sorted(one.recipient for one in sent if one.id == row.id)
    return Doubtful(
        source=row.source,
        id=row.id,
        decided_at=row.decided_at,
        type=row.type,
        subject=row.subject,
        body_sha256=row.body_sha256,
        rules_version=row.rules_version,
        certain=row.key_id is not None,
        recipients=tuple(names) if recipient is None else (recipient,),
    )
