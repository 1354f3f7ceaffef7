"""The transparency log: leaves a second of one core with everything durable, and time of a proof.

No broker: what Kafka costs is measured with the recorder. Records stand in memory, tiles and
promises on this machine's disk, and the signature is the real one.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lgsp_verify.log import Appender, TreeHead, leaf_hash, verify_inclusion
from prometheus_client import CollectorRegistry

from bench.percentiles import percentile
from bench.procfs import memory_mb
from hub.io.kafka.audit_reader import Batch
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_files import LogFiles, pieces_by_path
from hub.io.log_head import Head
from hub.io.log_reading import LogReading
from hub.io.object_bytes import ObjectBytes
from hub.io.sql.engine import open_engine
from hub.io.sql.log_heads import LogHeads
from hub.io.sql.log_tables import log_heads
from hub.recorder.log.metrics import LogMetrics
from hub.recorder.log.writer import LogParts, LogWriter
from hub.signing.log_key import LogSigner
from hub.signing.signer import KeySigner

SHARDS: Final = 24
BATCH: Final = 2_000
"""As many as the recorder takes at once."""
EVENT: Final = b'{"event":"admitted","source":"mau"}'.ljust(600)
"""As long as an `admitted` event of the demo."""
PROOFS: Final = 500

_NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)


@dataclass
class _Feed:
    """An audit topic that lasts for so many records."""

    count: int
    partitions: Any = range(SHARDS)
    read_: int = 0

    async def open(self, _positions: Any) -> None:
        """Begin."""

    async def read(self) -> Batch[LogRecord]:
        """Return the next batch."""
        first, self.read_ = self.read_, min(self.count, self.read_ + BATCH)
        numbers = range(first, self.read_)
        made = (LogRecord(n % SHARDS, n // SHARDS * 2, 1_795_000_000_000, EVENT) for n in numbers)
        return Batch(records=tuple(made), start={}, end={})

    async def lag(self) -> int:
        """Return how many are left."""
        return self.count - self.read_

    async def close(self) -> None:
        """End."""


async def measure(leaves: int, proven: int) -> dict[str, Any]:
    """Write `leaves`, and prove leaves of a log of `proven`."""
    signer = LogSigner.of(
        "lgsp-mau", KeySigner(key=Ed25519PrivateKey.generate(), algorithm="Ed25519")
    )
    with TemporaryDirectory() as folder:
        written = await _write(Path(folder), signer, leaves)
    with TemporaryDirectory() as folder:
        return written | await _prove(Path(folder), signer, proven)


async def _write(folder: Path, signer: LogSigner, leaves: int) -> dict[str, Any]:
    engine = open_engine(f"sqlite:///{folder / 'hub.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(log_heads.create)
    feed: Any = _Feed(leaves)
    writer = LogWriter(
        LogParts(
            feed=feed,
            files=LogFiles(ObjectBytes((folder / "objects").as_uri())),
            heads=LogHeads(engine, lambda: _NOW),
            signer_of=signer.of_shard,
            metrics=LogMetrics(CollectorRegistry()),
        )
    )
    await writer.open()
    began, cpu, early = time.monotonic(), time.process_time(), 0.0
    while await feed.lag():
        await writer.step()
        early = early or memory_mb(os.getpid(), "RssAnon")
    await writer.publish()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    grown = memory_mb(os.getpid(), "RssAnon") - early
    await engine.dispose()
    return {
        "leaves": leaves,
        "leaves_per_s_per_core": round(leaves / cpu),
        "leaves_per_s": round(leaves / seconds),
        "memory_growth_mb": round(grown, 1),
    }


async def _prove(folder: Path, signer: LogSigner, count: int) -> dict[str, Any]:
    files, head = await _filled(folder, signer, count)
    reading, chance, times = LogReading(files, signer.key, 1), Random(1), []  # noqa: S311  (no secret)
    for _ in range(PROOFS):
        index = chance.randrange(count)
        began = time.perf_counter()
        proof = await reading.inclusion(0, head, index)
        times.append((time.perf_counter() - began) * 1_000)
        tree = head.checkpoint.head
        verify_inclusion(leaf_hash(_entry(index)), index, tree.size, proof.path, tree.root)
    shown = {f"p{part}": round(percentile(times, part), 2) for part in (50, 95, 99)}
    return {"proven": count, "proof_ms": shown}


async def _filled(folder: Path, signer: LogSigner, count: int) -> tuple[LogFiles, Head]:
    """Make a log of short entries with its tiles of hashes, which are all that a proof reads."""
    appender = Appender()
    for piece in appender.append(_entries(count)):
        if piece.tile.level is not None:
            (path,) = pieces_by_path(0, [piece])
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(piece.data)
    note = signer.of_shard(0)
    checkpoint = TreeHead(note.key.name, count, appender.root()).signed(note)
    head = Head(next_offset=count, checkpoint=checkpoint, edge=tuple(appender.edge()))
    return LogFiles(ObjectBytes(folder.as_uri())), head


def _entries(count: int) -> Iterator[bytes]:
    return map(_entry, range(count))


def _entry(number: int) -> bytes:
    return number.to_bytes(8)
