"""Read how far dead letters are with the operators, and what waits behind one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.decision.dead_letters import GIVEN_UP, IN_HAND, OF_A_SOURCE, Stage, stage_of
from hub.decision.events import Event
from hub.decision.rows import DeadLetterRow
from hub.decision.states import SETTLED, State
from hub.io.sql.desk_tables import desk, notes
from hub.io.sql.engine import sql_errors
from hub.io.sql.keyed import keyed
from hub.io.sql.projection_tables import dead_letters, deliveries, messages

Key = tuple[str, str, str]
COUNTED: Final = 1_000
"""Most that are counted behind one dead letter: more are too many all the same."""
MAX_NOTES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a dead letter is with the operators."""

    stage: Stage
    assignee: str | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an operator told the others."""

    text: str
    by: str
    at: datetime


class Desk:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def standings(self, rows: Sequence[DeadLetterRow]) -> dict[Key, Standing]:
        """Return how far each of these is."""
        with sql_errors("reading the desk of dead letters"):
            async with self._engine.connect() as connection:
                taken = await by_letter(connection, desk, rows)
                states = await by_letter(connection, deliveries, rows)
        return {key_of(row): _standing(row, taken, states) for row in rows}

    async def notes(self, key: Key) -> list[Note]:
        """Return the newest notes, the newest first."""
        query = select(notes.c.text, notes.c.by, notes.c.at).where(same(notes, key))
        query = query.order_by(notes.c.at.desc(), notes.c.note.desc()).limit(MAX_NOTES)
        with sql_errors("reading notes"):
            async with self._engine.connect() as connection:
                return [Note(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001  (SQLAlchemy's public name)

    async def behind(self, key: Key) -> int:
        """Return how many messages wait because it is stuck (invariant 7); `COUNTED`: or more."""
        source, id_, recipient = key
        stuck = select(messages.c.subject, messages.c.decided_at).where(
            messages.c.source == source, messages.c.id == id_
        )
        with sql_errors("counting what waits behind"):
            async with self._engine.connect() as connection:
                found = (await connection.execute(stuck)).one_or_none()
                if found is None or found.subject is None:
                    return 0
                waiting = _waiting(source, recipient, found.subject, found.decided_at)
                counting = select(func.count()).select_from(waiting.limit(COUNTED).subquery())
                return int((await connection.execute(counting)).scalar_one())


def _waiting(source: str, recipient: str, subject: str, after: datetime) -> Any:
    same_message = and_(deliveries.c.source == messages.c.source, deliveries.c.id == messages.c.id)
    open_states = [state.value for state in State if state not in SETTLED]
    return (
        select(messages.c.id)
        .select_from(messages.join(deliveries, same_message))
        .where(
            messages.c.subject == subject,
            messages.c.source == source,
            messages.c.decided_at > after,
            deliveries.c.recipient == recipient,
            deliveries.c.state.in_(open_states),
        )
    )


def stage_condition(stage: Stage) -> ColumnElement[bool]:
    """Return the condition of `dead_letters` for a stage: what `stage_of` says of a row, in SQL."""
    is_open = dead_letters.c.ended_at.is_(None)
    if stage in (Stage.NEW, Stage.ACKNOWLEDGED):
        taken = exists().where(*_same_letter(desk), desk.c.opened_at == dead_letters.c.at)
        return and_(is_open, taken if stage is Stage.ACKNOWLEDGED else not_(taken))
    of_source = dead_letters.c.recipient == OF_A_SOURCE
    expired = dead_letters.c.ended_by == Event.EXPIRED.value
    in_hand = _in_state(IN_HAND)
    given_up = or_(_in_state(GIVEN_UP), and_(of_source, expired))
    found = {
        Stage.RETRYING: in_hand,
        Stage.DISCARDED: given_up,
        Stage.RESOLVED: and_(not_(in_hand), not_(given_up)),
    }
    return and_(not_(is_open), found[stage])


def assigned_condition(assignee: str) -> ColumnElement[bool]:
    """Return the condition of `dead_letters` for those that somebody was given."""
    mine = (desk.c.opened_at == dead_letters.c.at, desk.c.assignee == assignee)
    return exists().where(*_same_letter(desk), *mine)


def key_of(row: DeadLetterRow) -> Key:
    """Return the name of a dead letter."""
    return row.source, row.id, row.recipient


def same(table: Any, key: Key) -> ColumnElement[bool]:
    """Return the condition that a row is of this dead letter."""
    return and_(table.c.source == key[0], table.c.id == key[1], table.c.recipient == key[2])


def _in_state(states: frozenset[State]) -> ColumnElement[bool]:
    named = deliveries.c.state.in_(sorted(state.value for state in states))
    return exists().where(*_same_letter(deliveries), named)


def _same_letter(table: Any) -> tuple[ColumnElement[bool], ...]:
    return tuple(table.c[name] == dead_letters.c[name] for name in ("source", "id", "recipient"))


async def by_letter(
    connection: AsyncConnection, table: Any, rows: Sequence[DeadLetterRow]
) -> dict[Key, Any]:
    """Return the rows of a table about these dead letters, by their names."""
    columns = (table.c.source, table.c.id, table.c.recipient)
    keys = list(dict.fromkeys(key_of(row) for row in rows))
    query = keyed(connection.dialect.name, select(table), columns, keys)
    return {(row.source, row.id, row.recipient): row for row in await connection.execute(query)}


def _standing(row: DeadLetterRow, taken: dict[Key, Any], states: dict[Key, Any]) -> Standing:
    key = key_of(row)
    mine, delivery = taken.get(key), states.get(key)
    # What was taken is the dead letter of then; when the delivery fails anew, it is new again.
    if mine is not None and mine.opened_at != row.at:
        mine = None
    state = None if delivery is None else State(delivery.state)
    stage = stage_of(row, state, taken=mine is not None)
    if mine is None:
        return Standing(stage=stage)
    return Standing(
        stage=stage, assignee=mine.assignee, taken_by=mine.taken_by, taken_at=mine.taken_at
    )
