"""Run the log's writer, or write the log's files anew."""

import asyncio
import time
from dataclasses import dataclass

from hub.io.backoff import Backoff
from hub.recorder.log.writer import LogParts, LogWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild did."""

    leaves: int
    seconds: float


async def run(parts: LogParts, stop: asyncio.Event) -> None:
    """Write the log until `stop` is set."""
    await LogWriter(parts).run(stop, Backoff())


async def rebuild(parts: LogParts) -> Rebuilt:
    """Write all files of the log anew from the first record up to the end of `hub.audit` as of now.

    The files come out as they were, and nothing is signed but what was signed before or continues
    it. A running recorder need not be stopped: it writes the same.

    Raises:
        Refusing: the log would contradict what was signed.
        Unavailable: Kafka, SQL or the object store does not answer; run it again.
    """
    began, writer = time.monotonic(), LogWriter(parts)
    try:
        await writer.open(anew=True)
        ends = await parts.feed.ends()
        while not await parts.feed.has_reached(ends):
            await writer.take_more()
        await writer.publish_missing()
    finally:
        await parts.feed.close()
    return Rebuilt(leaves=writer.leaves, seconds=time.monotonic() - began)
