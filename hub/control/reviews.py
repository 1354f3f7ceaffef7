"""Messages whose address may mean several organisations, and an operator's choice.

Each word of an operator has a name and a reason, in the trail and in the message's own history.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control.check_orders import CheckOrders, named
from hub.decision.choosing import Chosen
from hub.decision.order_record import Do, Order
from hub.decision.states import State
from hub.io.kafka.orders import GivesOrders
from hub.io.sql.document_tables import document_checks as checks
from hub.io.sql.engine import sql_errors
from hub.io.sql.projection_tables import deliveries, messages

CHOSEN: Final = "choose_recipient"
"""What the trail calls it."""

_NEVER_HAD_IT: Final = (State.MANUAL_REVIEW, State.EXPIRED, State.WITHDRAWN)
"""A candidate that was not chosen has nothing of the matter."""


class NothingToChoose(Exception):
    """No such message waits for a choice, or the choice does not answer what is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAddress:
    """An address that may mean several, and who they are."""

    address: str
    candidates: tuple[str, ...]
    suggested: tuple[str, ...]
    """Those that have messages of the same subject already; else all: it is split among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A message that waits for a choice: never its body."""

    source: str
    id: str
    type: str
    subject: str | None
    since: datetime
    until: datetime
    """When it is ended for the candidates if nobody has chosen."""
    addresses: tuple[OpenAddress, ...]


class Reviews:
    """Lists what waits for a choice, and gives the choice to the router. Safe to repeat."""

    def __init__(
        self, engine: AsyncEngine, orders: GivesOrders, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._orders = CheckOrders(engine, orders, clock)

    async def waiting(self, after: tuple[str, str], limit: int) -> list[Review]:
        """Return what waits now whose (source, id) comes after `after`.

        Raises:
            Unavailable: SQL is away.
        """
        key = tuple_(checks.c.source, checks.c.id)
        query = select(checks).where(checks.c.choosing, key > tuple_(*after))
        query = query.order_by(checks.c.source, checks.c.id).limit(limit)
        with sql_errors("listing manual reviews"):
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
                return [_shown(row, await _known(connection, row)) for row in rows]

    async def one(self, source: str, id: str) -> Review | None:
        """Return what waits under these names, if it does.

        Raises:
            Unavailable: SQL is away.
        """
        with sql_errors("reading a manual review"):
            async with self._engine.connect() as connection:
                query = select(checks).where(named(source, id), checks.c.choosing)
                row = (await connection.execute(query)).one_or_none()
                return None if row is None else _shown(row, await _known(connection, row))

    async def choose(
        self, source: str, id: str, chosen: Mapping[str, Sequence[str]], *, actor: str, reason: str
    ) -> None:
        """Give what was sent to each open address to the systems chosen for it; none: to nobody.

        Raises:
            NothingToChoose, NoLongerKept, Unavailable.
        """
        answers = tuple(Chosen(address, tuple(names)) for address, names in chosen.items())
        order = Order(do=Do.CHOOSE, source=source, id=id, by=actor, reason=reason, chosen=answers)
        if not await self._orders.give(
            order, CHOSEN, checks.c.choosing, lambda row: row.choices.keys() == chosen.keys()
        ):
            raise NothingToChoose


async def _known(connection: AsyncConnection, row: Row[Any]) -> frozenset[str]:
    """Return the candidates that have messages of the same subject: the matter is theirs."""
    if not row.subject:
        return frozenset()
    candidates = {name for names in row.choices.values() for name in names}
    same = and_(deliveries.c.source == messages.c.source, deliveries.c.id == messages.c.id)
    query = select(deliveries.c.recipient).distinct().join(messages, same)
    query = query.where(
        messages.c.subject == row.subject,
        deliveries.c.recipient.in_(candidates),
        deliveries.c.state.not_in(_NEVER_HAD_IT),
        messages.c.id != row.id,
    )
    return frozenset((await connection.execute(query)).scalars())


def _shown(row: Row[Any], known: frozenset[str]) -> Review:
    names = ("source", "id", "type", "subject", "since", "until")
    addresses = tuple(
        OpenAddress(
            address=address,
            candidates=tuple(names),
            suggested=tuple(name for name in names if name in known) or tuple(names),
        )
        for address, names in row.choices.items()
    )
    return Review(**{name: getattr(row, name) for name in names}, addresses=addresses)
