"""The log's writer: audit records become tiles; once a second what is new is signed.

The order is what makes a crash harmless at any line: whole tiles are durable, then the promise in
SQL, then the head that publishes the checkpoint. Whoever starts goes on from the head; the records
behind it are read again and make the same bytes.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from lgsp_verify.log import Signer, root_at, root_tiles

from hub.io.backoff import Backoff
from hub.io.kafka.log_feed import LogFeed, LogRecord
from hub.io.log_files import LogFiles
from hub.io.log_head import Head
from hub.io.sql.log_heads import LogHeads, Promise
from hub.io.waiting import wait_for
from hub.ports import Refusing, Unavailable
from hub.recorder.log.metrics import LogMetrics
from hub.recorder.log.shard import Shard, contradicts

CHECKPOINT_SECONDS: Final = 1.0
"""Between two checkpoints of busy shards; what comes after a silence is signed at once."""

WAITING_BYTES: Final = 8 * 1024 * 1024
"""Whole tiles that wait to be written together: more is written before the next checkpoint."""

REFUSED_SECONDS: Final = 60.0
"""After a contradiction it is looked again so seldom: only an operator ends it."""

_log = structlog.get_logger("log_writer")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogParts:
    """What a writer works with."""

    feed: LogFeed
    files: LogFiles
    heads: LogHeads
    signer_of: Callable[[int], Signer]
    """The key of one shard's checkpoints. May block: a hardware module signs on a thread."""
    metrics: LogMetrics


class LogWriter:
    """Brings the log up to the end of the audit topic and keeps it there."""

    def __init__(self, parts: LogParts, mono: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._mono = parts, mono
        self._shards: dict[int, Shard] = {}
        self._waiting: dict[str, bytes] = {}
        self._waiting_bytes = 0
        self._signed_at = -CHECKPOINT_SECONDS

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Write until `stop`; after every fault from the stored heads again."""
        try:
            while not stop.is_set():
                await self._work(stop, backoff)
        finally:
            await self._parts.feed.close()

    async def open(self, *, anew: bool = False) -> None:
        """Begin at the stored heads; `anew`: at the first record, whatever stands there.

        Raises:
            Refusing: what stands there is damaged, or contradicts what was signed.
            Unavailable: Kafka, SQL or the object store does not answer.
        """
        feed, promised = self._parts.feed, await self._parts.heads.load()
        self._waiting, self._waiting_bytes = {}, 0
        stored: dict[int, Head | None] = {}
        if not anew:
            stored = {number: await self._parts.files.head(number) for number in feed.partitions}
        self._shards = {
            number: Shard.opened(
                number,
                self._parts.signer_of(number).key.name,
                stored.get(number),
                promised.get(number),
            )
            for number in feed.partitions
        }
        for number, head in stored.items():
            if head is not None and number in promised:
                await self._check(number, head, promised[number])
        await feed.open({number: shard.next_offset for number, shard in self._shards.items()})
        self._parts.metrics.refusing.set(0)
        _log.info("log_open", shards=len(self._shards), leaves=self.leaves)

    async def step(self) -> bool:
        """Take the next records, and sign what is new when it is time.

        False: somebody else writes the log too, and it must be opened again.

        Raises:
            Refusing: the log would contradict what was signed.
            Unavailable: Kafka, SQL or the object store does not answer; open again.
        """
        found = await self.take_more()
        if self._mono() - self._signed_at >= CHECKPOINT_SECONDS and not await self.publish():
            return False
        if found:
            self._parts.metrics.lag_messages.set(await self._parts.feed.lag())
        return True

    async def take_more(self) -> int:
        """Take the next records, and write what became complete; return how many there were.

        Raises:
            Refusing: the log would contradict what was signed.
            Unavailable: Kafka or the object store does not answer; open again.
        """
        batch = await self._parts.feed.read()
        self._take(batch.records)
        if self._waiting_bytes > WAITING_BYTES:
            await self._write_waiting()
        return len(batch.records)

    async def publish_missing(self) -> None:
        """After a rebuild: publish those shards of which less stands in the store, or nothing.

        Raises:
            Refusing, Unavailable: see `open`.
        """
        await self._write_waiting()
        promised = await self._parts.heads.load()
        for number, shard in self._shards.items():
            shard.promised = promised.get(number)
            # What a running recorder has published meanwhile is more: it stays.
            shard.published = await self._published(number)
        await self.publish()

    async def publish(self) -> bool:
        """Sign and publish every shard that has news; False: somebody else has done so.

        Raises:
            Unavailable: SQL or the object store does not answer; open again.
        """
        news = [shard for shard in self._shards.values() if shard.has_news]
        if not news:
            return True
        await self._write_waiting()
        heads = await asyncio.to_thread(self._sign, news)
        steps = [step for shard in news if (step := shard.step()) is not None]
        # Invariant 10: what is signed is promised before anybody can see it.
        if steps and not await self._parts.heads.advance(steps):
            _log.warning("log_written_by_somebody_else")
            return False
        await self._parts.files.write_heads(heads)
        for shard in news:
            shard.published = shard.appender.size
            shard.promised = Promise(shard.appender.size, shard.appender.root())
        self._signed_at = self._mono()
        self._parts.metrics.checkpoints.inc(len(news))
        return True

    @property
    def leaves(self) -> int:
        """Return how many leaves all shards have."""
        return sum(shard.appender.size for shard in self._shards.values())

    async def _work(self, stop: asyncio.Event, backoff: Backoff) -> None:
        try:
            await self.open()
            while not stop.is_set() and await self.step():
                backoff.reset()
        except Unavailable as error:
            _log.warning("log_unavailable", cause=str(error))
            await backoff.wait(stop)
        except Refusing as error:
            # Exchange and projection go on. Loud: nothing is proven until an operator has acted.
            self._parts.metrics.refusing.set(1)
            _log.error("log_refuses", cause=str(error))
            await wait_for(stop, REFUSED_SECONDS)

    async def _published(self, number: int) -> int:
        try:
            head = await self._parts.files.head(number)
        except Refusing:
            return 0  # Damaged: it is written anew.
        return 0 if head is None else head.size

    async def _check(self, number: int, head: Head, promised: Promise) -> None:
        """Return if the log that stands there continues what was promised.

        Raises:
            Refusing: it has another root at that size.
        """
        if not 0 < promised.size < head.size:
            return  # Of the same size: checked when it was opened. Larger: when it comes there.
        files = self._parts.files
        read = await files.tiles(number, head, root_tiles(promised.size))
        if root_at(promised.size, read) != promised.root:
            raise Refusing(contradicts(number, promised.size))

    def _take(self, records: Iterable[LogRecord]) -> None:
        by_shard: dict[int, list[LogRecord]] = defaultdict(list)
        for record in records:
            by_shard[record.partition].append(record)
        for number, mine in by_shard.items():
            files = self._shards[number].take(mine)
            self._waiting |= files
            self._waiting_bytes += sum(map(len, files.values()))
            self._parts.metrics.leaves.inc(len(mine))

    async def _write_waiting(self) -> None:
        if self._waiting:
            await self._parts.files.write(self._waiting)
            self._waiting, self._waiting_bytes = {}, 0

    def _sign(self, shards: Iterable[Shard]) -> Mapping[int, Head]:
        return {shard.number: shard.signed(self._parts.signer_of(shard.number)) for shard in shards}
