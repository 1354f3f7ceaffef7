"""Write admitted messages to `hub.ingress`, and say so only once they are durable."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.values import Place, Received

from hub.decision.events import AuditEvent
from hub.io.kafka.codec import Headers, encode_event, ingress_headers
from hub.io.kafka.connection import KafkaConnection, broker_errors, whole
from hub.io.kafka.router_records import COMMAND, ORDER
from hub.io.kafka.topics import AUDIT, INGRESS, partition_of
from hub.ports import Overloaded, Unavailable

MAX_IN_FLIGHT: Final = 400
"""Messages on their way to the broker at once. Measured: beyond it nothing gets faster, and the
slowest answers take seconds instead of milliseconds."""

MAX_BATCHED: Final = 2_000
"""The same for messages in batches: these pass three times as fast, and hold no connection each."""

WRITE_SECONDS: Final = 10
"""How long a write may take while the broker is there: it may be busy, or a partition of a cluster
may be getting a new leader. A healthy broker needs milliseconds; a client waits no minute."""

PATIENCE_SECONDS: Final = 1
"""After so long without an answer the broker is asked whether it is there at all. A dead one is
found out at once then; the client library waits for this, and a person."""

PROBE_SECONDS: Final = 2
"""How long the answer to that may take: one that stands still is away too. Longer than the worst
pause of a broker under full load (some hundred milliseconds)."""

ROOM_SECONDS: Final = PATIENCE_SECONDS + PROBE_SECONDS
"""How long a write may wait for room in the producer's buffer; nothing of it is sent before."""

LINGER_MS: Final = 5
"""Messages that arrive together travel together: at 300 messages a second a third fewer requests
than with 2 ms, and the broker answers the sooner."""

_BATCH_BYTES: Final = 256 * 1024
_REQUEST_BYTES: Final = 2 * 1024 * 1024
_RETRY_SECONDS: Final = 1.0

_log = structlog.get_logger()


class IngressWriter:
    """The one writer of `hub.ingress` in a process; also of audit events made at admission."""

    def __init__(
        self, connection: KafkaConnection, partitions: int, *, in_flight: int = MAX_IN_FLIGHT
    ) -> None:
        self._connection, self._partitions, self._limit = connection, partitions, in_flight
        self._producer: AIOKafkaProducer | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._in_flight = 0
        self._overdue: set[asyncio.Future[Any]] = set()

    @property
    def in_flight(self) -> int:
        """Return how many messages are on their way to the broker."""
        return self._in_flight

    async def start(self) -> None:
        """Connect. A broker that is away is tried again in the background; writes refuse."""
        self._connecting = asyncio.create_task(self._connect())
        await asyncio.wait({self._connecting}, timeout=WRITE_SECONDS)

    async def stop(self) -> None:
        """Wait for what is under way, within `WRITE_SECONDS`, and disconnect."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        producer, self._producer = self._producer, None
        if producer is not None:
            await _close(producer)

    async def answers(self) -> bool:
        """Say whether the broker answers now, within `PROBE_SECONDS`."""
        return not self._overdue and await self._reachable()

    async def write(self, received: Received, traceparent: str | None = None) -> Place:
        """Write a stamped message; return where it stands, once all replicas have it.

        Raises:
            Overloaded: nothing was written.
            Unavailable: whether it was written is unknown; a repetition is deduplicated.
        """
        sent = await self._hand_over(received, traceparent, self._limit)
        return _only(await self._durable([sent]))

    async def write_many(
        self, batch: Sequence[Received], traces: Sequence[str | None] | None = None
    ) -> list[Place | Unavailable]:
        """Write stamped messages in their order; return each one's place or failure.

        `traces`: the `traceparent` of each.

        Behind the first that finds no room none is written: a later one must not overtake it,
        and each would wait as long.
        """
        under_way: list[asyncio.Future[Any] | Unavailable] = []
        limit = MAX_BATCHED - len(batch)
        try:
            for received, trace in zip(batch, traces or [None] * len(batch), strict=True):
                under_way += [await self._hand_over(received, trace, limit)]
        except Unavailable as error:
            under_way += [error] * (len(batch) - len(under_way))
        sent = [one for one in under_way if not isinstance(one, Unavailable)]
        places = iter(await self._durable(sent))
        return [one if isinstance(one, Unavailable) else next(places) for one in under_way]

    async def record(self, event: AuditEvent) -> None:
        """Write an audit event to the partition of its source.

        Raises:
            Unavailable: whether it was written is unknown.
        """
        partition = partition_of(event.source, self._partitions)
        sent = await self._send(AUDIT, partition, encode_event(event), [], self._limit)
        _only(await self._durable([sent]))

    async def give_order(
        self, partition: int, body: bytes, headers: Headers, order: bytes, mac: str
    ) -> None:
        """Write an order of the hub to itself on a copy of the message that it is about.

        Raises:
            Unavailable: whether it was written is unknown; a repetition changes nothing.
        """
        plain = [header for header in headers if header[0] not in {COMMAND, ORDER}]
        marked = [*plain, (COMMAND, mac.encode()), (ORDER, order)]
        sent = await self._send(INGRESS, partition, body, marked, self._limit)
        _only(await self._durable([sent]))

    async def _hand_over(
        self, received: Received, traceparent: str | None, limit: int
    ) -> asyncio.Future[Any]:
        # Order per sender and exact deduplication: the partition is the source's.
        source = received.attributes["source"].removeprefix(SYSTEM_PREFIX)
        partition = partition_of(source, self._partitions)
        headers = ingress_headers(received, traceparent)
        return await self._send(INGRESS, partition, received.body, headers, limit)

    async def _send(
        self, topic: str, partition: int, value: bytes, headers: Headers, limit: int
    ) -> asyncio.Future[Any]:
        producer = self._ready(limit)
        self._in_flight += 1
        try:
            with broker_errors("to a write"):
                async with asyncio.timeout(ROOM_SECONDS):
                    sent: asyncio.Future[Any] = await producer.send(
                        topic, value=value, partition=partition, headers=headers
                    )
        except BaseException:
            self._in_flight -= 1
            raise
        sent.add_done_callback(self._settle)
        return sent

    def _ready(self, limit: int) -> AIOKafkaProducer:
        if self._in_flight >= limit:
            raise Overloaded(f"{self._in_flight} messages are under way")
        # While one write is overdue the broker is away: it is the probe, others need not wait.
        if self._producer is None or self._overdue:
            raise Unavailable("Kafka does not answer: try again when it is back")
        return self._producer

    async def _durable(self, sent: Sequence[asyncio.Future[Any]]) -> list[Place | Unavailable]:
        # Invariant 1: the caller answers 202 only after this returned, and acks=all came first.
        waiting, left = set(sent), WRITE_SECONDS
        while waiting and left > 0:
            # Cancels nothing: a caller that goes away does not take back what was sent.
            _, waiting = await asyncio.wait(waiting, timeout=PATIENCE_SECONDS)
            left -= PATIENCE_SECONDS
            if waiting and not await self._reachable():
                break
        return [self._place(one) for one in sent]

    async def _reachable(self) -> bool:
        """Ask any broker for the partitions' leaders; all who ask at once share one request."""
        if self._producer is None:
            return False
        try:
            update = self._producer.client.force_metadata_update()
            async with asyncio.timeout(PROBE_SECONDS):
                return bool(await asyncio.shield(update))
        except (KafkaError, OSError, TimeoutError):
            return False

    def _place(self, sent: asyncio.Future[Any]) -> Place | Unavailable:
        if not sent.done():
            self._overdue.add(sent)
            return Unavailable("Kafka did not answer to a write in time")
        if sent.cancelled():
            return Unavailable("the hub was stopped while it wrote")
        try:
            with broker_errors("to a write"):
                written = sent.result()
        except Unavailable as error:
            return error
        return Place(partition=written.partition, offset=written.offset)

    def _settle(self, sent: asyncio.Future[Any]) -> None:
        self._in_flight -= 1
        self._overdue.discard(sent)
        if sent.cancelled() or sent.exception() is None:
            return
        # An idempotent producer that the broker has refused once may never get in again.
        _log.warning("ingress write failed", error=type(sent.exception()).__name__)
        if self._producer is not None and (self._connecting is None or self._connecting.done()):
            self._connecting = asyncio.create_task(self._renew(self._producer))

    async def _renew(self, old: AIOKafkaProducer) -> None:
        self._producer = None
        await _close(old)
        await self._connect()

    async def _connect(self) -> None:
        while True:
            producer = AIOKafkaProducer(
                **self._connection.options(),
                acks="all",
                enable_idempotence=True,
                linger_ms=LINGER_MS,
                max_batch_size=_BATCH_BYTES,
                max_request_size=_REQUEST_BYTES,
            )
            try:
                await whole(producer.start())
                await producer.partitions_for(INGRESS)
            except (KafkaError, OSError) as error:
                _log.warning("Kafka does not answer", error=type(error).__name__)
                await _close(producer)
                await asyncio.sleep(_RETRY_SECONDS)
            except asyncio.CancelledError:
                await _close(producer)
                raise
            else:
                self._producer = producer
                return


def _only(places: Sequence[Place | Unavailable]) -> Place:
    (place,) = places
    if isinstance(place, Unavailable):
        raise place
    return place


async def _close(producer: AIOKafkaProducer) -> None:
    # With the broker away, stop() would wait for it without end.
    stopping = asyncio.ensure_future(producer.stop())
    await asyncio.wait({stopping}, timeout=WRITE_SECONDS)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()
