"""Follow the end of `hub.audit`: who waits for a decision learns it as soon as it is committed."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from lgsp_message.values import Place
from msgspec import DecodeError

from hub.decision.events import AuditEvent, Event
from hub.io.kafka.codec import decode_event
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.reading import FOLLOWER_WAIT_MS, SMALL_FETCH_BYTES, consumer_for
from hub.io.kafka.topics import AUDIT
from hub.io.waiting import wait_for
from hub.ports import Refusing, Unavailable

REMEMBERED: Final = 10_000
"""Messages whose recent events are kept: minutes of a busy day, about 20 MB as raw JSON."""

MAX_EVENTS: Final = 500
"""Events kept of one message; a message to all communes is acknowledged thousands of times."""

_DECISIONS: Final = frozenset({Event.ADMITTED, Event.REFUSED, Event.DUPLICATE})
_RETRY_SECONDS: Final = 1.0
_BROKER_SECONDS: Final = 10.0

_log = structlog.get_logger()

_K = TypeVar("_K")
_V = TypeVar("_V")


class AuditTail:
    """A bounded memory of what was decided lately, and the place to wait for what is decided next.

    It starts at the end of the topic: what was decided before is in the search projection.
    """

    def __init__(
        self, connection: KafkaConnection, partitions: int, *, remembered: int = REMEMBERED
    ) -> None:
        self._connection, self._remembered = connection, remembered
        self._places = [TopicPartition(AUDIT, number) for number in range(partitions)]
        self._positions: dict[TopicPartition, int] = {}
        self._by_place: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._by_message: OrderedDict[tuple[str, str], list[bytes]] = OrderedDict()
        self._admitted: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._withdrawn: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._waiting: dict[tuple[int, int], asyncio.Future[AuditEvent]] = {}
        self._listeners: list[Callable[[AuditEvent], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._following = asyncio.Event()
        self.since = time.time()
        """From when on, in seconds since 1970, the memory is complete but for its bound."""

    def listen(self, listener: Callable[[AuditEvent], None]) -> None:
        """Call `listener` with every event, in the order of its partition."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Return once the end is followed, or after ten seconds if the broker is away."""
        self._task = asyncio.create_task(self._run())
        await wait_for(self._following, _BROKER_SECONDS)

    async def stop(self) -> None:
        """Stop following. Who still waits gets no decision."""
        for waiting in self._waiting.values():
            waiting.cancel()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def decision(self, place: Place, seconds: float) -> AuditEvent | None:
        """Return the decision about the ingress record at `place`, or None if none came in time.

        The place, not the id: the same id may have been refused before and is decided anew.
        """
        key = (place.partition, place.offset)
        known = self._by_place.get(key)
        if known is not None:
            return decode_event(known)
        waiting = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(waiting)
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(key, None)

    def admitted(self, source: str, id: str) -> AuditEvent | None:
        """Return the `admitted` event of a message, if it is remembered."""
        raw = self._admitted.get((source, id))
        return None if raw is None else decode_event(raw)

    def events(self, source: str, id: str) -> list[AuditEvent]:
        """Return what is remembered of a message, in the order of its partition."""
        return [decode_event(raw) for raw in self._by_message.get((source, id), ())]

    def is_withdrawn(self, source: str, id: str) -> bool:
        """Say whether the message is remembered as withdrawn."""
        return (source, id) in self._withdrawn

    async def _run(self) -> None:
        while True:
            try:
                # Invariant 2: what an aborted transaction wrote is no decision.
                async with consumer_for(
                    self._connection,
                    "to the audit tail",
                    fetch_bytes=SMALL_FETCH_BYTES,
                    wait_ms=FOLLOWER_WAIT_MS,
                    auto_offset_reset="latest",
                ) as consumer:
                    await self._follow(consumer)
            except (Refusing, Unavailable) as error:
                _log.warning("audit tail lost Kafka", cause=str(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        consumer.assign(self._places)
        missing = [place for place in self._places if place not in self._positions]
        if missing:
            async with asyncio.timeout(_BROKER_SECONDS):
                self._positions |= await consumer.end_offsets(missing)
            self.since = time.time()
        for place, offset in self._positions.items():
            consumer.seek(place, offset)
        self._following.set()
        while True:
            for place, records in (await consumer.getmany(timeout_ms=1_000)).items():
                for record in records:
                    self._take(record.value)
                self._positions[place] = records[-1].offset + 1

    def _take(self, value: bytes) -> None:
        try:
            event = decode_event(value)
        except DecodeError:
            _log.exception("audit record is not readable")
            return
        key = (event.source, event.id)
        self._remember(key, event, value)
        if event.event in _DECISIONS and event.ingress is not None:
            place = (event.ingress.partition, event.ingress.offset)
            _put(self._by_place, place, value, self._remembered)
            waiting = self._waiting.pop(place, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(event)
        for listener in self._listeners:
            listener(event)

    def _remember(self, key: tuple[str, str], event: AuditEvent, value: bytes) -> None:
        events = self._by_message.get(key, [])
        if len(events) < MAX_EVENTS:
            events.append(value)
        _put(self._by_message, key, events, self._remembered)
        if event.event is Event.ADMITTED:
            _put(self._admitted, key, value, self._remembered)
        elif event.event is Event.WITHDRAWN:
            _put(self._withdrawn, key, None, self._remembered)


def _put(memory: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > most:
        memory.popitem(last=False)
