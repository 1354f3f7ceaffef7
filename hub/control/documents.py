"""Messages that are held for their documents, as operators see and decide them.

Each word of an operator has a name and a reason, in the trail and in the message's own history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control import store
from hub.control.check_orders import CheckOrders, entity, named
from hub.control.trail import note
from hub.decision.order_record import Do, Order
from hub.io.kafka.orders import GivesOrders
from hub.io.sql.document_tables import document_checks as checks
from hub.io.sql.engine import sql_errors

RELEASED: Final = "release_document"
DROPPED: Final = "drop_document"
RECHECKED: Final = "recheck_document"
"""What the trail calls them."""


class NotHeld(Exception):
    """No such message is held for its documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDocument:
    """A held message: what an operator needs to know, never its body."""

    source: str
    id: str
    type: str
    subject: str | None
    since: datetime
    until: datetime
    """When it is ended if nobody has decided."""
    hashes: tuple[str, ...]
    review: bool
    """True: a person must decide. False: it is being checked, or waits for its turn."""


class HeldDocuments:
    """Lists what is held, and carries out what an operator decides. Safe to repeat."""

    def __init__(
        self, engine: AsyncEngine, orders: GivesOrders, clock: Callable[[], datetime]
    ) -> None:
        self._engine, self._clock = engine, clock
        self._orders = CheckOrders(engine, orders, clock)

    async def held(self, after: tuple[str, str], limit: int) -> list[HeldDocument]:
        """Return what is held now whose (source, id) comes after `after`.

        Raises:
            Unavailable: SQL is away.
        """
        key = tuple_(checks.c.source, checks.c.id)
        query = select(checks).where(checks.c.held, ~checks.c.choosing, key > tuple_(*after))
        query = query.order_by(checks.c.source, checks.c.id).limit(limit)
        with sql_errors("listing held documents"):
            async with self._engine.connect() as connection:
                return [_shown(row) for row in await connection.execute(query)]

    async def release(self, source: str, id: str, *, actor: str, reason: str) -> None:
        """Deliver a message whatever its documents are, once those before it are delivered.

        Raises:
            NotHeld, NoLongerKept, Unavailable.
        """
        await self._decide(Do.RELEASE, RELEASED, source, id, actor, reason)

    async def drop(self, source: str, id: str, *, actor: str, reason: str) -> None:
        """End a message: it will not be delivered, and its sender sees that.

        Raises:
            NotHeld, NoLongerKept, Unavailable.
        """
        await self._decide(Do.DROP, DROPPED, source, id, actor, reason)

    async def recheck(self, source: str, id: str, *, actor: str, reason: str) -> None:
        """Judge its documents again: an authority may answer now, or be trusted now.

        Raises:
            NotHeld: it is not held, or is not for a person to decide.
            Unavailable: SQL is away.
        """
        mine = and_(named(source, id), checks.c.review)
        again = update(checks).where(mine).values(verdict_awaited=True, due_at=self._clock())
        with sql_errors("asking for a check again"):
            async with self._engine.begin() as connection:
                # Invariant 11: the trail and the deed are one transaction.
                await store.lock(connection)
                if (await connection.execute(again)).rowcount != 1:
                    raise NotHeld
                touched = [(entity(source, id), RECHECKED)]
                await note(connection, self._clock(), actor, reason, touched)

    async def _decide(
        self, do: Do, action: str, source: str, id: str, actor: str, reason: str
    ) -> None:
        order = Order(do=do, source=source, id=id, by=actor, reason=reason)
        if not await self._orders.give(order, action, checks.c.held):
            raise NotHeld


def _shown(row: Row[Any]) -> HeldDocument:
    names = ("source", "id", "type", "subject", "since", "until", "review")
    fields = {name: getattr(row, name) for name in names}
    return HeldDocument(**fields, hashes=tuple(row.hashes))
