"""A log without a broker: records in a list, tiles in a directory, promises in SQLite."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry

from hub.io.kafka.audit_reader import Batch
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_files import LogFiles
from hub.io.object_bytes import ObjectBytes
from hub.io.sql.engine import open_engine
from hub.io.sql.log_heads import LogHeads
from hub.io.sql.log_tables import log_anchors, log_heads
from hub.recorder.log.metrics import LogMetrics
from hub.recorder.log.writer import LogParts, LogWriter
from hub.signing.log_key import LogSigner
from hub.signing.signer import KeySigner
from tests.support import NOW

HUB = "trục-mẫu"
SIGNER = LogSigner.of(
    HUB, KeySigner(key=Ed25519PrivateKey.from_private_bytes(bytes(32)), algorithm="Ed25519")
)
LOG_KEY = SIGNER.key


def records(seed, count, partitions=2, *, large_every=0):
    """Return synthetic records whose offsets have gaps, as transactions leave them."""
    chance, offsets = random.Random(seed), dict.fromkeys(range(partitions), 0)
    made = []
    for number in range(count):
        partition = chance.randrange(partitions)
        offsets[partition] += chance.choice((1, 1, 1, 2, 3))
        length = 70_000 if large_every and number % large_every == 1 else chance.randrange(300)
        value = f'{{"event":"mẫu","n":{number}}}'.encode() + b" " * length
        made.append(LogRecord(partition, offsets[partition], 1_700_000_000_000 + number, value))
    return made


class ListFeed:
    """The audit topic as a list that grows."""

    def __init__(self, told, partitions=2, batch=200):
        self.told, self.partitions, self._batch = told, list(range(partitions)), batch
        self._positions, self.closed = {}, 0

    async def open(self, positions):
        self._positions = dict(positions)

    async def read(self):
        unread = [one for one in self.told if one.offset >= self._positions[one.partition]]
        found = unread[: self._batch]
        self._positions |= {one.partition: one.offset + 1 for one in found}
        return Batch(records=tuple(found), start={}, end={})

    async def lag(self):
        return sum(one.offset >= self._positions[one.partition] for one in self.told)

    async def ends(self):
        return {}

    async def has_reached(self, _ends):
        return await self.lag() == 0

    async def close(self):
        self.closed += 1


class LogRig:
    """One hub's log in a folder. Time passes only when a test says so."""

    def __init__(self, home, told=(), partitions=2):
        self.home, self.now = Path(home), 0.0
        self.home.mkdir(exist_ok=True)
        self.engine = open_engine(f"sqlite:///{self.home / 'hub.db'}")
        self.store = ObjectBytes((self.home / "objects").as_uri())
        self.files, self.heads = LogFiles(self.store), LogHeads(self.engine, lambda: NOW)
        self.feed: Any = ListFeed(list(told), partitions)
        self.registry = CollectorRegistry()

    async def start(self):
        async with self.engine.begin() as connection:
            for table in (log_heads, log_anchors):
                await connection.run_sync(table.create, checkfirst=True)
        return self

    def parts(self, **others):
        parts = LogParts(
            feed=self.feed,
            files=self.files,
            heads=self.heads,
            signer_of=SIGNER.of_shard,
            metrics=LogMetrics(CollectorRegistry()),
        )
        return replace(parts, **others)

    async def write_all(self, **others):
        """Write what the feed has, by a writer that is new."""
        writer = LogWriter(self.parts(**others), lambda: self.now)
        await writer.open()
        while await self.feed.lag():
            await self.tick(writer)
        await self.tick(writer)
        return writer

    async def tick(self, writer):
        """Let a second pass, and the writer take one step."""
        self.now += 1
        return await writer.step()

    def dump(self):
        """Return each file of the log, by its path."""
        root = self.home / "objects" / "log"
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
