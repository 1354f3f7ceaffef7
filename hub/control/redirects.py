"""Send a dead letter to another system: an operator's choice of the recipient.

Two words of one person: the router delivers the message to the new system, the connector of the old
one ends the dead letter. A crash between the two leaves the dead letter where it is, for somebody
to see; doing it again sends nothing twice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from lgsp_message.attributes import Attributes, parse_attributes
from lgsp_message.cloudevents import from_kafka
from lgsp_message.reason import Refused
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control import store
from hub.control.dead_letters import DeadLetterOrders, Key, entity
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.decision.dead_letters import OF_A_SOURCE
from hub.decision.order_record import Do, Order
from hub.decision.redirecting import expect_takes
from hub.decision.rows import DeadLetterRow
from hub.decision.rules import Rules
from hub.io.kafka.connector_records import Action
from hub.io.kafka.orders import GivesOrders, ReadsRecords, RecordGone
from hub.io.sql.dead_letter_queries import DeadLetterQueries
from hub.io.sql.engine import sql_errors
from hub.io.sql.message_trace import MessageTraces

REDIRECTED: Final = "redirect_dead_letter"
"""What the trail calls it."""


class Redirects:
    """Every method raises `Unavailable` when SQL or Kafka is away, and is safe to repeat."""

    def __init__(
        self,
        engine: AsyncEngine,
        records: ReadsRecords,
        orders: GivesOrders,
        letters: DeadLetterOrders,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine, self._records, self._orders = engine, records, orders
        self._letters, self._clock = letters, clock

    async def destinations(self, key: Key, rules: Rules) -> list[str]:
        """Return the systems that a dead letter could go to instead."""
        place = await self._place(key)
        claim = None if place is None else await self._claim(*place)
        if claim is None:
            return []
        return sorted(set(_takers(claim, key[2], rules, self._clock())))

    async def redirect(self, key: Key, to: str, rules: Rules, *, actor: str, reason: str) -> None:
        """Deliver a dead letter to another system, and end it.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `NO_LONGER_FITS`.
            Refused: the new system does not take it, or its sender may not send it there.
        """
        row, place = await self._expect_open(key), await self._place(key)
        claim = None if place is None else await self._claim(*place)
        if place is None or claim is None:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, "its bytes are no longer kept", "id")
        # The router asks the same, and its word counts; here a person is told at once.
        expect_takes(claim, to, rules, self._clock())
        await self._note(row, to, actor, reason)
        order = Order(
            do=Do.REDIRECT,
            source=row.source,
            id=row.id,
            recipient=row.recipient,
            to=to,
            by=actor,
            reason=reason,
        )
        try:
            await self._orders.give(*place, order)
        except RecordGone:
            detail = "its bytes are no longer kept"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id") from None
        if row.connector is not None:
            await self._letters.order(Action.DROP, [row], actor=actor, reason=reason)

    async def _expect_open(self, key: Key) -> DeadLetterRow:
        found = await DeadLetterQueries(self._engine).find([key])
        if not found or key[2] == OF_A_SOURCE:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such dead letter of a message", "id")
        if found[0].ended_at is not None:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, "it has ended: somebody was first", "id")
        return found[0]

    async def _place(self, key: Key) -> tuple[int, int] | None:
        message = await MessageTraces(self._engine).message(key[0], key[1])
        if message is None or message.ingress_partition is None or message.ingress_offset is None:
            return None
        return message.ingress_partition, message.ingress_offset

    async def _claim(self, partition: int, offset: int) -> Attributes | None:
        record = await self._records.read(partition, offset)
        if record is None:
            return None
        try:
            headers = ((name, raw or b"") for name, raw in record.headers)
            return parse_attributes(from_kafka(headers))
        except Refused:
            return None

    async def _note(self, row: DeadLetterRow, to: str, actor: str, reason: str) -> None:
        values = {entity(row): ({"recipient": row.recipient}, {"recipient": to})}
        with sql_errors("writing the trail"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                # Invariant 11: in the trail before it is done.
                touched = [(entity(row), REDIRECTED)]
                await note(connection, self._clock(), actor, reason, touched, values=values)


def _takers(claim: Attributes, but: str, rules: Rules, now: datetime) -> Iterator[str]:
    for (_, type_), system in rules.endpoints.items():
        if type_ != claim.type or system == but:
            continue
        try:
            expect_takes(claim, system, rules, now)
        except Refused:
            continue
        yield system
