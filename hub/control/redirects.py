"""Send a dead letter to another system: an operator's choice of the recipient.

Two words of one person: the router delivers the message to the new system, the connector of the old
one ends the dead letter. A crash between the two leaves the dead letter where it is, for somebody
to see; doing it again sends nothing twice. Beyond a number in a day another person says yes first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from lgsp_message.attributes import Attributes, parse_attributes
from lgsp_message.cloudevents import from_kafka
from lgsp_message.reason import Refused
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.corrections import REDIRECTED, needs_another
from hub.control.dead_letters import DeadLetterOrders, Key, entity
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.settings import CORRECTIONS_ALONE
from hub.control.trail import note
from hub.decision.dead_letters import OF_A_SOURCE
from hub.decision.order_record import Do, Order
from hub.decision.redirecting import expect_takes
from hub.decision.rows import DeadLetterRow
from hub.decision.rules import Rules
from hub.io.kafka.connector_records import Action
from hub.io.kafka.orders import GivesOrders, ReadsRecords, RecordGone
from hub.io.sql.control_tables import trail, trail_entities
from hub.io.sql.dead_letter_queries import DeadLetterQueries
from hub.io.sql.engine import sql_errors
from hub.io.sql.message_trace import MessageTraces

_GONE: Final = "its bytes are no longer kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """An open dead letter that can go elsewhere."""

    row: DeadLetterRow
    partition: int
    offset: int


class Redirects:
    """Every method raises `Unavailable` when SQL or Kafka is away, and is safe to repeat.

    `alone`: deliveries that one person sends anew in a day before a second one is asked.
    """

    def __init__(
        self,
        control: Control,
        second: SecondPerson,
        rules: Callable[[], Rules],
        records: ReadsRecords,
        orders: GivesOrders,
        letters: DeadLetterOrders,
        *,
        alone: int = CORRECTIONS_ALONE,
    ) -> None:
        self._control, self._second, self._rules = control, second, rules
        self._records, self._orders, self._letters = records, orders, letters
        self._alone = alone
        second.register(Kind.REDIRECT, self._approved)

    async def destinations(self, key: Key) -> list[str]:
        """Return the systems that a dead letter could go to instead."""
        place = await self._place(key)
        claim = None if place is None else await self._claim(*place)
        return [] if claim is None else sorted(set(self._takers(claim, key[2])))

    async def waiting(self, row: DeadLetterRow) -> str | None:
        """Return where somebody asked to send it, while that waits for a second person."""
        with sql_errors("reading requests"):
            async with self._control.engine.connect() as connection:
                found = await self._second.waiting_in(connection, Kind.REDIRECT, entity(row))
        return found[-1].payload["to"] if found else None

    async def redirect(self, key: Key, to: str, *, actor: str, reason: str) -> Asked | None:
        """Deliver a dead letter to another system, and end it; or ask a second person.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `NO_LONGER_FITS`.
            Refused: the new system does not take it, or its sender may not send it there.
        """
        letter, now = await self._expect_fits(key, to), self._control.clock()
        with sql_errors("writing the trail"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                again = await _expect_free(connection, letter.row, to)
                if not again and await needs_another(connection, actor, 1, now, self._alone):
                    return await self._ask(connection, letter.row, to, actor, reason)
                # Invariant 11: in the trail before it is done, each time; one delivery counts once.
                await self._note(connection, letter.row, to, actor, reason, again=again)
        await self._give(letter, to, actor, reason)
        if letter.row.connector is not None:
            await self._letters.order(Action.DROP, [letter.row], actor=actor, reason=reason)
        return None

    async def _ask(
        self, connection: AsyncConnection, row: DeadLetterRow, to: str, actor: str, reason: str
    ) -> Asked:
        names = {"source": row.source, "id": row.id, "recipient": row.recipient, "to": to}
        return await self._second.ask_in(
            connection, Kind.REDIRECT, entity(row), names, actor=actor, reason=reason
        )

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, _reason: str
    ) -> None:
        told = asked.payload
        key, to = (told["source"], told["id"], told["recipient"]), told["to"]
        try:
            letter = await self._expect_fits(key, to)
        except Refused as refused:
            detail = f"{refused.reason}: {refused.detail or refused.place}"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id") from refused
        again = await _expect_free(connection, letter.row, to)
        await self._note(connection, letter.row, to, actor, asked.reason, again=again)
        # Before the commit: where the process dies here the request still waits, and approving it
        # again sends nothing twice. The question has its name in the trail since it was asked.
        await self._give(letter, to, actor, asked.reason)
        if letter.row.connector is not None:
            await self._letters.order_in(
                connection, Action.DROP, [letter.row], actor=actor, reason=asked.reason
            )

    async def _expect_fits(self, key: Key, to: str) -> _Letter:
        row, place = await self._expect_open(key), await self._place(key)
        claim = None if place is None else await self._claim(*place)
        if place is None or claim is None:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, _GONE, "id")
        # The router asks the same, and its word counts; here a person is told at once.
        expect_takes(claim, to, self._rules(), self._control.clock())
        return _Letter(row=row, partition=place[0], offset=place[1])

    async def _give(self, letter: _Letter, to: str, actor: str, reason: str) -> None:
        row = letter.row
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
            await self._orders.give(letter.partition, letter.offset, order)
        except RecordGone:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, _GONE, "id") from None

    async def _expect_open(self, key: Key) -> DeadLetterRow:
        found = await DeadLetterQueries(self._control.engine).find([key])
        if not found or key[2] == OF_A_SOURCE:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such dead letter of a message", "id")
        if found[0].ended_at is not None:
            raise ChangeRefused(Refusal.NO_LONGER_FITS, "it has ended: somebody was first", "id")
        return found[0]

    async def _place(self, key: Key) -> tuple[int, int] | None:
        message = await MessageTraces(self._control.engine).message(key[0], key[1])
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

    async def _note(
        self,
        connection: AsyncConnection,
        row: DeadLetterRow,
        to: str,
        actor: str,
        reason: str,
        *,
        again: bool,
    ) -> None:
        values: Any = {entity(row): ({"recipient": row.recipient}, {"recipient": to})}
        at, touched = self._control.clock(), [(entity(row), REDIRECTED)]
        count = 0 if again else 1
        await note(connection, at, actor, reason, touched, count=count, values=values)

    def _takers(self, claim: Attributes, but: str) -> Iterator[str]:
        rules, now = self._rules(), self._control.clock()
        for (_, type_), system in rules.endpoints.items():
            if type_ != claim.type or system == but:
                continue
            try:
                expect_takes(claim, system, rules, now)
            except Refused:
                continue
            yield system


async def _expect_free(connection: AsyncConnection, row: DeadLetterRow, to: str) -> bool:
    """Return if nobody sends it to yet another system; say whether it goes to this one already.

    Two persons with two systems in mind, before the connector has ended it: one letter would
    become two.

    Raises:
        ChangeRefused: `NO_LONGER_FITS`.
    """
    entities = trail_entities
    query = (
        select(entities.c.after)
        .join(trail, trail.c.id == entities.c.entry)
        .where(entities.c.entity == entity(row), entities.c.action == REDIRECTED)
        .where(trail.c.at >= row.at)
        .limit(1)
    )
    found = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        return False
    if found["recipient"] != to:
        detail = f"somebody sends it to {found['recipient']} already"
        raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "to")
    return True
