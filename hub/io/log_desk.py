"""All that the API says about the log, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.anchor_files import AnchorFiles
from hub.io.anchor_reading import AnchorReading
from hub.io.log_files import LogFiles
from hub.io.log_reading import LogReading
from hub.io.message_proofs import MessageProofs
from hub.io.object_bytes import ObjectBytes
from hub.io.sql.log_anchors import AnchorTable
from hub.io.sql.log_queries import LogQueries
from hub.signing.log_key import LogSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDesk:
    """What is asked about the log."""

    reading: LogReading
    anchors: AnchorReading
    proofs: MessageProofs


def open_desk(
    engine: AsyncEngine,
    store: ObjectBytes,
    signer: LogSigner,
    shards: int,
    clock: Callable[[], datetime],
) -> LogDesk:
    """Return the desk over the hub's stores."""
    reading = LogReading(LogFiles(store), signer.key, shards)
    anchors = AnchorReading(AnchorTable(engine), AnchorFiles(store))
    proofs = MessageProofs(reading, LogQueries(engine), anchors, signer.of_hub(), clock)
    return LogDesk(reading=reading, anchors=anchors, proofs=proofs)
