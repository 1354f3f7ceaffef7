"""An operator's orders about messages that wait, each in the trail before it is given."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control import store
from hub.control.trail import note
from hub.decision.order_record import Order
from hub.io.kafka.orders import GivesOrders, RecordGone
from hub.io.sql.document_tables import document_checks as checks
from hub.io.sql.engine import sql_errors

MESSAGE: Final = "message/"
"""Before the source and the id, in the trail's name of a message."""


class NoLongerKept(Exception):
    """The message's bytes are gone: it cannot be delivered any more."""


class CheckOrders:
    """Gives orders about messages that `document_checks` knows. Safe to repeat."""

    def __init__(
        self, engine: AsyncEngine, orders: GivesOrders, clock: Callable[[], datetime]
    ) -> None:
        self._engine, self._orders, self._clock = engine, orders, clock

    async def give(
        self,
        order: Order,
        action: str,
        waits: ColumnElement[bool],
        fits: Callable[[Row[Any]], bool] = lambda _: True,
    ) -> bool:
        """Give an order about the message that it names; False: it does not wait so, or not fit.

        `action`: what the trail calls it.

        Raises:
            NoLongerKept: its bytes are gone.
            Unavailable: SQL or Kafka is away.
        """
        # Invariant 11: in the trail before it is done. A crash between the two leaves a name
        # without a deed, never a deed without a name.
        row = await self._noted(order, action, and_(named(order.source, order.id), waits), fits)
        if row is None:
            return False
        try:
            await self._orders.give(row.partition, row.offset, order)
        except RecordGone as gone:
            raise NoLongerKept from gone
        return True

    async def _noted(
        self,
        order: Order,
        action: str,
        mine: ColumnElement[bool],
        fits: Callable[[Row[Any]], bool],
    ) -> Row[Any] | None:
        with sql_errors("writing the trail"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                row = (await connection.execute(select(checks).where(mine))).one_or_none()
                if row is None or not fits(row):
                    return None
                about = entity(order.source, order.id)
                chosen = {one.address: list(one.systems) for one in order.chosen}
                values = {about: (None, chosen)} if chosen else None
                touched = [(about, action)]
                await note(
                    connection, self._clock(), order.by, order.reason, touched, values=values
                )
                return row


def named(source: str, id: str) -> ColumnElement[bool]:
    """Return the condition for one message."""
    return and_(checks.c.source == source, checks.c.id == id)


def entity(source: str, id: str) -> str:
    """Return what the trail calls a message."""
    return f"{MESSAGE}{source}/{id}"
