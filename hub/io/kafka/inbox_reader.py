"""Read inboxes for any number of clients: pull, long poll and event streams share one fetcher."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from orjson import JSONDecodeError, loads

from hub.decision.rules import Rules
from hub.decision.statements import WITHDRAWAL, is_statement
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.inbox_cold import ColdInboxes
from hub.io.kafka.inbox_followed import Followed
from hub.io.kafka.inbox_hot import HotInboxes
from hub.io.kafka.inbox_records import Cursor, InboxRecord, Page, Spot
from hub.io.kafka.topics import inbox, urgent_inbox
from hub.ports import MessageStatus, Unavailable

PAGE_BYTES: Final = 8 * 1024 * 1024
"""Most bytes in one page: 500 messages of 256 KiB would not fit into anybody's memory."""

_FOLLOW_SECONDS: Final = 10.0

_log = structlog.get_logger()


class CursorUnknown(Exception):
    """The cursor points behind the end of the inbox: it is not of this inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One of the two topics of an inbox."""

    followed: Followed
    urgent: bool


class InboxReader:
    """The inboxes, as their owners see them: withdrawn messages are left out."""

    def __init__(
        self,
        connection: KafkaConnection,
        tail: AuditTail,
        rules: Callable[[], Rules],
        statuses: MessageStatus | None = None,
    ) -> None:
        self._hot, self._cold = HotInboxes(connection), ColdInboxes(connection)
        self._tail, self._rules, self._statuses = tail, rules, statuses
        self._closing = False
        tail.listen(self._hot.announce)

    async def start(self) -> None:
        """Begin to follow what is read."""
        await self._hot.start()

    async def stop(self) -> None:
        """End every wait and disconnect."""
        self.release()
        await self._hot.stop()
        await self._cold.stop()

    @property
    def closing(self) -> bool:
        """Whether readers are asked to come back later: the process is about to stop."""
        return self._closing

    def release(self) -> None:
        """Let everybody who waits go home with what is there."""
        self._closing = True
        self._hot.wake_all()

    async def read(self, system: str, cursor: Cursor, limit: int, seconds: float) -> Page:
        """Return at most `limit` messages after `cursor`; wait up to `seconds` for the first.

        Raises:
            CursorUnknown: the cursor was not made for this inbox.
            Unavailable: the broker does not answer, or the inbox is not there yet.
        """
        until = time.monotonic() + seconds
        lanes = await self._lanes(system)
        for lane in lanes:
            await self._expect_known(lane, cursor)
        while True:
            page = await self._look(system, lanes, cursor, limit)
            cursor = page.next
            if page.records:
                return page
            if any(cursor.spot(urgent=one.urgent).offset < one.followed.next for one in lanes):
                continue  # All of this window was left out: on to the next.
            if self._closing or not await _wait(lanes, until):
                return page
            lanes = await self._lanes(system)

    async def seek(self, system: str, at: datetime) -> Cursor:
        """Return the cursor of the first message that arrived at `at` or later.

        Raises:
            Unavailable: the broker does not answer, or the inbox is not there yet.
        """
        cursor, at_ms = Cursor(), int(at.timestamp() * 1000)
        lanes = await self._lanes(system)
        spots = await self._hot.spots_since(at_ms, [lane.followed for lane in lanes])
        for lane, spot in zip(lanes, spots, strict=True):
            cursor = cursor.moved(spot, urgent=lane.urgent)
        return cursor

    async def _look(self, system: str, lanes: Iterable[_Lane], cursor: Cursor, limit: int) -> Page:
        """Return the next messages: the urgent ones, however much else waits before them."""
        page = Page(records=(), cursors=(), next=cursor)
        for lane in lanes:
            before = page.next.spot(urgent=lane.urgent)
            records, after = await self._window(lane.followed, before, limit)
            page = await self._page(system, lane, records, page.next, after)
            if page.records:
                break
        return page

    async def _lanes(self, system: str) -> list[_Lane]:
        """Return where the system's messages stand: the urgent ones first, if they stand apart."""
        plain = _Lane(followed=await self._follow(inbox(system)), urgent=False)
        topic = urgent_inbox(system)
        if self._hot.is_absent(topic):
            return [plain]
        try:
            return [_Lane(followed=await self._follow(topic), urgent=True), plain]
        except Unavailable:
            if self._hot.is_absent(topic):
                return [plain]
            raise

    async def _follow(self, topic: str) -> Followed:
        until = time.monotonic() + _FOLLOW_SECONDS
        followed = self._hot.follow(topic)
        lane = _Lane(followed=followed, urgent=False)
        while not followed.ready:
            if followed.missing or self._closing or not await _wait([lane], until):
                raise Unavailable("the inbox is not there yet: ask again in a moment")
        return followed

    async def _expect_known(self, lane: _Lane, cursor: Cursor) -> None:
        followed, offset = lane.followed, cursor.spot(urgent=lane.urgent).offset
        if offset > followed.next:
            # The position may lag behind a marker; behind the very end no cursor can stand.
            await self._hot.catch_up(followed)
            if offset > followed.next:
                raise CursorUnknown

    async def _window(
        self, followed: Followed, spot: Spot, limit: int
    ) -> tuple[list[InboxRecord], Spot]:
        """Return the next records as they stand, and the spot after them."""
        if spot.offset < followed.start:
            topic = followed.place.topic
            records, offset = await self._cold.read(topic, spot.offset, followed.start, limit)
        else:
            records = _first(followed.records, spot.offset, limit)
            offset = records[-1].offset + 1 if records else max(spot.offset, followed.next)
            if len(records) < limit and records and records[-1] is followed.records[-1]:
                offset = followed.next
        fitting = _within(records, PAGE_BYTES)
        if len(fitting) < len(records):
            offset = fitting[-1].offset + 1
        return fitting, Spot(offset=offset, seek_end=spot.seek_end)

    async def _page(
        self, system: str, lane: _Lane, records: list[InboxRecord], cursor: Cursor, after: Spot
    ) -> Page:
        hidden = await self._withdrawn(records)
        shown = tuple(
            record
            for record in records
            if (record.source, record.id) not in hidden
            and (record.offset >= after.seek_end or self._still_its(system, record))
        )
        cursors = tuple(
            cursor.moved(replace(after, offset=record.offset + 1), urgent=lane.urgent)
            for record in shown
        )
        end = cursor.moved(after.after(after.offset), urgent=lane.urgent)
        return Page(records=shown, cursors=cursors, next=end)

    async def _withdrawn(self, records: Iterable[InboxRecord]) -> set[tuple[str, str]]:
        hidden: set[tuple[str, str]] = set()
        old: list[tuple[str, str]] = []
        for record in records:
            key = (record.source, record.id)
            if record.attributes.get("type") == WITHDRAWAL:
                hidden.add((record.source, _withdrawn_id(record.body)))
            elif self._tail.is_withdrawn(*key):
                hidden.add(key)
            elif record.at_ms < self._tail.since * 1000:
                old.append(key)
        if old and self._statuses is not None:
            try:
                hidden |= await self._statuses.withdrawn(old)
            except Unavailable:
                # SQL is not on the path of a message. The withdrawal itself follows in the inbox.
                _log.warning("inbox read without the projection")
        return hidden

    def _still_its(self, system: str, record: InboxRecord) -> bool:
        """Say whether the messages of this type are still for this system to take."""
        rules = self._rules()
        type_, owner = record.attributes.get("type", ""), rules.systems.get(system)
        if owner is None or not owner.active:
            return False
        return is_statement(type_) or rules.endpoints.get((owner.organisation, type_)) == system


async def _wait(lanes: Iterable[_Lane], until: float) -> bool:
    """Wait for news of the inbox; return whether there may be some."""
    left = until - time.monotonic()
    if left <= 0:
        return False
    news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for lane in lanes:
        lane.followed.waiting.add(news)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await news
            return True
        return False
    finally:
        for lane in lanes:
            lane.followed.waiting.discard(news)


def _first(records: deque[InboxRecord], start: int, limit: int) -> list[InboxRecord]:
    newer: list[InboxRecord] = []
    for record in reversed(records):  # Most readers stand near the end.
        if record.offset < start:
            break
        newer.append(record)
    newer.reverse()
    return newer[:limit]


def _within(records: list[InboxRecord], most: int) -> list[InboxRecord]:
    total = 0
    for number, record in enumerate(records):
        total += record.size
        if total > most and number:
            return records[:number]
    return records


def _withdrawn_id(body: bytes) -> str:
    try:
        return str(loads(body)["id"])
    except (JSONDecodeError, KeyError, TypeError):
        return ""
