"""Give subscriptions their past: one order of the hub to itself for each message it may concern.

Whether a message is given is decided by the router, in its own partition and under its rules; here
is only looked for what may be meant. A crash repeats orders, and a repeated order changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from hub.control import store
from hub.control.job_runner import take_turns
from hub.control.lease import Lease
from hub.control.service import Control
from hub.control.versions import Versions
from hub.decision.order_record import Do, Order
from hub.decision.subscriptions import ShareState, SubscriptionRecord
from hub.io.kafka.codec import Headers
from hub.io.kafka.past import ReadsThePast
from hub.io.kafka.router_records import COMMAND
from hub.io.sql.backlogs import Backlog, Backlogs, Spans
from hub.io.sql.engine import sql_errors
from hub.signing.macs import MacKeys, command_mac

SLICE: Final = 500
"""Records looked at before it is noted how far it got."""
SETTLING: Final = timedelta(seconds=10)
"""From a version's publication until every router decides under it. What arrived before that is the
past: looked at too much, nothing happens; looked at too little, a message would be lost."""

_log = structlog.get_logger(__name__)


class WritesOrders(Protocol):
    """Who writes to `hub.ingress`."""

    async def give_order(
        self, partition: int, body: bytes, headers: Headers, order: bytes, mac: str
    ) -> None:
        """Write an order on a copy of its message, and return once it is durable.

        Raises:
            Unavailable: whether it was written is unknown; a repetition changes nothing.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    spans: Spans
    given: int


class BacklogWorker:
    """Of several processes the one with the lease works."""

    def __init__(
        self,
        control: Control,
        past: ReadsThePast,
        writer: WritesOrders,
        macs: MacKeys,
        lease: Lease,
        clock: Callable[[], datetime],
    ) -> None:
        self._control, self._past, self._writer, self._macs = control, past, writer, macs
        self._lease, self._clock = lease, clock
        self._backlogs = Backlogs(control.engine)

    async def run(self) -> None:
        """Work until cancelled."""
        await take_turns(self.turn, self._lease)

    async def turn(self) -> bool:
        """Give one slice of the oldest backlog; say whether there was something to do.

        Raises:
            Unavailable: Kafka or SQL does not answer. Nothing is lost: it stands where it stood.
        """
        if not await self._lease.take():
            return False
        backlog = await self._backlogs.next()
        if backlog is None or not await self._is_in_force(backlog.version):
            return False
        await self._step(backlog)
        return True

    async def _is_in_force(self, version: int) -> bool:
        stored = await Versions(self._control.engine).get(version)
        published = None if stored is None else stored.published_at
        return published is not None and published + SETTLING <= self._clock()

    async def _step(self, backlog: Backlog) -> None:
        wish = await self._subscription(backlog.subscription)
        if wish is None or wish.state is ShareState.ENDED:
            await self._backlogs.note(backlog, {}, backlog.given, self._clock())
            return
        spans = backlog.spans
        if spans is None:
            spans = await self._past.spans(backlog.since)
        reached = await self._slice(backlog, wish, spans)
        done = None if reached.spans else self._clock()
        await self._backlogs.note(backlog, reached.spans, reached.given, done)
        if done is not None:
            _log.info("backlog_given", subscription=backlog.subscription, orders=reached.given)

    async def _slice(self, backlog: Backlog, wish: SubscriptionRecord, spans: Spans) -> _Reached:
        left, given = dict(spans), backlog.given
        if not left:
            return _Reached(spans={}, given=given)
        partition = min(left)
        first, end = left.pop(partition)
        until = min(end, first + SLICE)
        async for _, headers, body in self._past.read(partition, first, until):
            if _may_concern(headers, wish):
                await self._order(partition, headers, body, backlog.subscription)
                given += 1
        if until < end:
            left[partition] = (until, end)
        return _Reached(spans=left, given=given)

    async def _order(
        self, partition: int, headers: Headers, body: bytes, subscription: str
    ) -> None:
        named = dict(headers)
        source = named["ce_source"].decode().rpartition(":")[2]
        order = Order(
            do=Do.GIVE, source=source, id=named["ce_id"].decode(), subscription=subscription
        )
        text = msgspec.json.encode(order)
        mac = command_mac(self._macs, text)
        await self._writer.give_order(partition, body, headers, text, mac)

    async def _subscription(self, id: str) -> SubscriptionRecord | None:
        with sql_errors("reading a subscription"):
            async with self._control.engine.connect() as connection:
                found = await store.load(connection, [f"subscription/{id}"])
        record = found.get(f"subscription/{id}")
        return record if isinstance(record, SubscriptionRecord) else None


def _may_concern(headers: Headers, wish: SubscriptionRecord) -> bool:
    """Say whether a record is a message of the type, and no command of the hub."""
    named = dict(headers)
    return (
        COMMAND not in named
        and named.get("ce_type") == wish.type.encode()
        and bool(named.get("ce_id"))
        and bool(named.get("ce_source"))
    )
