"""Dead letters, as operators decide about them: by name, with a reason, in the trail.

The control plane only says what an operator wants, as commands to the connector that holds the
delivery. What has become of it is told by the audit events that the connector writes.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from lgsp_client import uuid7
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.dead_letter_job import DROPPED_ALONE, MAX_BATCH
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.decision.dead_letters import OF_A_SOURCE, entry_of
from hub.decision.rows import DeadLetterRow
from hub.io.kafka.connector_records import Action, Command
from hub.io.sql.dead_letter_queries import DeadLetterQueries
from hub.io.sql.engine import sql_errors

MAX_AT_ONCE: Final = MAX_BATCH
"""Dead letters of one request."""

Key = tuple[str, str, str]
"""(source, id, recipient)."""


class Commands(Protocol):
    """The way to connectors."""

    async def send(self, *commands: Command) -> None:
        """Send commands in their order; return once they are durable. Repeating is harmless.

        Raises:
            Unavailable: whether they were sent is unknown.
        """
        ...


class DeadLetterOrders:
    """Sends what an operator decided. Safe to repeat."""

    def __init__(
        self,
        engine: AsyncEngine,
        commands: Commands,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._commands, self._clock = engine, commands, clock
        self._queries = DeadLetterQueries(engine)

    async def give(
        self, action: Action, keys: Sequence[Key], *, actor: str, reason: str
    ) -> list[DeadLetterRow]:
        """Order a retry or a drop of these; return those that are ordered now.

        One that has ended meanwhile is passed over: somebody was first.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`: one of them never was a dead letter. `SECOND_PERSON`:
                too many to be dropped so.
            Unavailable: Kafka or SQL is away; repeating is safe.
        """
        if action is Action.DROP and len(keys) > DROPPED_ALONE:
            detail = f"by id at most {DROPPED_ALONE} are dropped at once; ask by filter for more"
            raise ChangeRefused(Refusal.SECOND_PERSON, detail, "ids")
        found = await self._queries.find(keys)
        known = {(row.source, row.id, row.recipient) for row in found}
        for place, key in enumerate(keys):
            if key not in known:
                raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such dead letter", f"ids/{place}")
        rows = [row for row in found if row.ended_at is None and row.connector is not None]
        await self.order(action, rows, actor=actor, reason=reason)
        return rows

    async def order(
        self, action: Action, rows: Sequence[DeadLetterRow], *, actor: str, reason: str
    ) -> None:
        """Send the commands for these rows, at most `MAX_AT_ONCE`.

        Raises:
            Unavailable: Kafka or SQL is away; repeating is safe.
        """
        if not rows:
            return
        with sql_errors("writing the trail"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                # Invariant 11: in the trail before it is done. A crash between the two leaves a
                # name without a deed, never a deed without a name.
                await self._note(connection, action, rows, actor, reason)
        await self._send(action, rows, actor, reason)

    async def order_in(
        self,
        connection: AsyncConnection,
        action: Action,
        rows: Sequence[DeadLetterRow],
        *,
        actor: str,
        reason: str,
    ) -> None:
        """Do what `order` does in the caller's transaction, whose question is in the trail.

        Raises:
            Unavailable: roll back; repeating is safe.
        """
        await self._note(connection, action, rows, actor, reason)
        await self._send(action, rows, actor, reason)

    async def _note(
        self,
        connection: AsyncConnection,
        action: Action,
        rows: Sequence[DeadLetterRow],
        actor: str,
        reason: str,
    ) -> None:
        touched = [(entity(row), f"{action}_dead_letter") for row in rows]
        await note(connection, self._clock(), actor, reason, touched)

    async def _send(
        self, action: Action, rows: Sequence[DeadLetterRow], actor: str, reason: str
    ) -> None:
        at = self._clock()
        await self._commands.send(*(_command(action, row, actor, reason, at) for row in rows))


def entity(row: DeadLetterRow) -> str:
    """Return the name under which a dead letter stands in the trail."""
    return f"dead/{row.source}/{row.id}/{row.recipient}"


def _command(action: Action, row: DeadLetterRow, actor: str, reason: str, at: datetime) -> Command:
    of_a_source = row.recipient == OF_A_SOURCE
    return Command(
        id=uuid7(),
        connector=row.connector or "",
        action=action,
        source="" if of_a_source else row.source,
        message=entry_of(row.id) if of_a_source else row.id,
        by=actor,
        reason=reason,
        at=at,
    )
