"""The newest records of the inboxes that somebody reads, fetched once for all readers.

One consumer follows them all, and asks the broker only for inboxes that have news: the audit tail
says which (its events name the recipients), and a sweep finds what it did not say (fan-out,
retried deliveries). An idle inbox costs nothing, however many clients wait on it.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndTimestamp
from lgsp_message.attributes import is_urgent

from hub.decision.events import AuditEvent, Event
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.inbox_followed import Followed
from hub.io.kafka.inbox_records import Spot, read_inbox
from hub.io.kafka.reading import SMALL_FETCH_BYTES, consumer_for
from hub.io.kafka.topics import inbox, urgent_inbox
from hub.ports import Refusing, Unavailable

MEMORY_BYTES: Final = 32 * 1024 * 1024
"""Newest records kept for all inboxes together; what is older is read from the broker again."""

SWEEP_SECONDS: Final = 2.0
"""How late a delivery may be seen that the audit tail did not announce. One request for all."""

FORGET_SECONDS: Final = 600.0
"""An inbox that nobody has read for so long is not followed any more."""

ABSENT_SECONDS: Final = 5.0
"""How long an inbox for urgent messages that is not there is not looked for again. Less where an
urgent message is announced."""

_FETCH_WAIT_MS: Final = 50
"""What the broker waits for more: short, for only inboxes with news are asked for."""
_RETRY_SECONDS: Final = 1.0
_TURN_MS: Final = 200
_ENDS_SECONDS: Final = 10.0

_log = structlog.get_logger()


class HotInboxes:
    """The followed inboxes and the task that fills them."""

    def __init__(self, connection: KafkaConnection, *, memory: int = MEMORY_BYTES) -> None:
        self._connection, self._memory = connection, memory
        self._inboxes: dict[str, Followed] = {}
        """By topic."""
        self._absent: dict[str, float] = {}
        """Topics that are not there, and when they were looked for."""
        self._by_place: dict[TopicPartition, Followed] = {}
        self._arrived: deque[Followed] = deque()
        self._bytes = 0
        self._new = False
        self._swept_at = 0.0
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow. A broker that is away is tried again in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop following and wake everybody."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.wake_all()

    def wake_all(self) -> None:
        """Let everybody who waits look again."""
        for followed in list(self._inboxes.values()):
            followed.wake()

    def is_absent(self, topic: str) -> bool:
        """Say whether a topic was looked for within `ABSENT_SECONDS` and is not there."""
        return time.monotonic() - self._absent.get(topic, -math.inf) < ABSENT_SECONDS

    def follow(self, topic: str) -> Followed:
        """Return an inbox by its topic, followed from now on."""
        followed = self._inboxes.get(topic)
        if followed is None:
            followed = Followed(place=TopicPartition(topic, 0))
            self._inboxes[topic] = self._by_place[followed.place] = followed
            self._new = True
        followed.read_at = time.monotonic()
        return followed

    async def catch_up(self, followed: Followed) -> None:
        """Bring `next` up to the fetcher's position: markers of transactions take offsets too."""
        consumer = self._consumer
        if consumer is not None and followed.place in consumer.assignment():
            followed.next = max(followed.next, await consumer.position(followed.place))

    async def spots_since(self, at_ms: int, followed: Iterable[Followed]) -> list[Spot]:
        """Return where each one's first record since `at_ms` stands: one request for all.

        Raises:
            Unavailable: the broker does not answer.
        """
        # Taken before the broker is asked: what arrives meanwhile is not passed over.
        ends = {one.place: one.next for one in followed}
        if self._consumer is None:
            raise Unavailable("Kafka is away: ask again in a moment")
        with broker_errors("to a seek"):
            async with asyncio.timeout(_ENDS_SECONDS):
                asked = dict.fromkeys(ends, max(0, at_ms))
                found = await self._consumer.offsets_for_times(asked)
        return [_spot(found.get(place), end) for place, end in ends.items()]

    def announce(self, event: AuditEvent) -> None:
        """Take the news that an audit event brings for inboxes."""
        if event.event is Event.ADMITTED:
            for system in event.detail.get("recipients", ()):
                self._expect(self._inbox(system, urgent=is_urgent(event.detail)))
        elif event.event is Event.RESUMED and event.recipient is not None:
            self._expect(self._inboxes.get(inbox(event.recipient)))

    def _inbox(self, system: str, *, urgent: bool) -> Followed | None:
        plain = self._inboxes.get(inbox(system))
        if not urgent:
            return plain
        lane = self._inboxes.get(urgent_inbox(system))
        if lane is None and plain is not None:
            # It may have been made since it was looked for: who waits looks again.
            self._absent.pop(urgent_inbox(system), None)
            plain.wake()
        return lane or plain

    def _expect(self, followed: Followed | None) -> None:
        if followed is None or not followed.ready:
            return
        followed.owed += 1
        followed.announced_at = time.monotonic()
        if followed.owed > 0 and self._consumer is not None:
            _ask(self._consumer, followed, wanted=True)

    async def _run(self) -> None:
        while True:
            try:
                # Invariant 2: an aborted delivery was never made.
                async with consumer_for(
                    self._connection,
                    "to the inbox reader",
                    fetch_bytes=SMALL_FETCH_BYTES,
                    wait_ms=_FETCH_WAIT_MS,
                ) as consumer:
                    await self._serve(consumer)
            except (Refusing, Unavailable) as error:
                _log.warning("inbox reader lost Kafka", cause=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                self._consumer = None

    async def _serve(self, consumer: AIOKafkaConsumer) -> None:
        self._new = True
        while True:
            if self._new:
                await self._assign(consumer)
            elif not self._inboxes:
                await asyncio.sleep(_TURN_MS / 1000)
                continue
            batches = await consumer.getmany(timeout_ms=_TURN_MS)
            for place, records in batches.items():
                followed = self._by_place.get(place)
                if followed is not None:
                    self._take(consumer, followed, records)
            if time.monotonic() - self._swept_at > SWEEP_SECONDS:
                await self._sweep(consumer)

    async def _assign(self, consumer: AIOKafkaConsumer) -> None:
        self._new = False
        await self._find_topics(consumer)
        # Assigned before their ends are asked for: that loads the metadata of all topics at once.
        consumer.assign(list(self._by_place))
        consumer.pause(*self._by_place)
        for one in self._inboxes.values():
            if one.ready:
                consumer.seek(one.place, one.next)
        await self._find_ends(consumer)
        for one in self._inboxes.values():
            _ask(consumer, one, wanted=one.owed > 0)
            one.wake()
        self._consumer = consumer

    async def _find_topics(self, consumer: AIOKafkaConsumer) -> None:
        unknown = [one for one in self._inboxes.values() if not one.ready]
        if unknown:
            existing = await consumer.topics()
            for one in unknown:
                one.missing = one.place.topic not in existing
                if one.missing:
                    self._absent[one.place.topic] = time.monotonic()
            self._drop(one for one in unknown if one.missing)

    async def _find_ends(self, consumer: AIOKafkaConsumer) -> None:
        assigned = consumer.assignment()
        unknown = {
            one.place: one
            for one in self._inboxes.values()
            if not one.ready and one.place in assigned
        }
        if unknown:
            ends = await _ends(consumer, list(unknown))
            for place, end in ends.items():
                consumer.seek(place, end)
                unknown[place].start = unknown[place].next = end

    def _take(self, consumer: AIOKafkaConsumer, one: Followed, records: list[Any]) -> None:
        for record in records:
            arrived = read_inbox(record)
            one.records.append(arrived)
            self._arrived.append(one)
            self._bytes += arrived.size
        one.next = records[-1].offset + 1
        one.owed -= len(records)
        if one.owed <= 0:
            _ask(consumer, one, wanted=False)
        self._evict()
        one.wake()

    def _evict(self) -> None:
        while self._bytes > self._memory and self._arrived:
            oldest = self._arrived.popleft()
            if oldest.records:  # Empty where the inbox was dropped meanwhile.
                gone = oldest.records.popleft()
                self._bytes -= gone.size
                oldest.start = oldest.records[0].offset if oldest.records else oldest.next

    async def _sweep(self, consumer: AIOKafkaConsumer) -> None:
        now = self._swept_at = time.monotonic()
        idle = [one for one in self._inboxes.values() if now - one.read_at > FORGET_SECONDS]
        self._drop(one for one in idle if not one.waiting)
        for one in self._inboxes.values():
            if now - one.announced_at > SWEEP_SECONDS or one.owed < 0:
                one.owed = 0
                _ask(consumer, one, wanted=False)
        assigned = consumer.assignment()
        awaited = [one for one in self._inboxes.values() if one.waiting and one.place in assigned]
        if not awaited:
            return
        ends = await _ends(consumer, [one.place for one in awaited])
        for one in awaited:
            one.next = max(one.next, await consumer.position(one.place))
            if one.owed == 0 and ends.get(one.place, 0) > one.next:
                self._expect(one)

    def _drop(self, gone: Iterable[Followed]) -> None:
        for one in list(gone):
            self._bytes -= sum(record.size for record in one.records)
            one.records.clear()
            one.start = one.next = -1
            self._by_place.pop(one.place, None)
            self._inboxes = {name: kept for name, kept in self._inboxes.items() if kept is not one}
            one.wake()


def _spot(found: OffsetAndTimestamp | None, end: int) -> Spot:
    offset = end if found is None else int(found.offset)
    return Spot(offset=offset, seek_end=end if offset < end else 0)


async def _ends(
    consumer: AIOKafkaConsumer, places: list[TopicPartition]
) -> dict[TopicPartition, int]:
    async with asyncio.timeout(_ENDS_SECONDS):
        return dict(await consumer.end_offsets(places))


def _ask(consumer: AIOKafkaConsumer, one: Followed, *, wanted: bool) -> None:
    """Have the fetcher ask the broker for this inbox, or not."""
    if one.place not in consumer.assignment():
        return
    if wanted:
        consumer.resume(one.place)
    else:
        consumer.pause(one.place)
