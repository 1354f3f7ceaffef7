"""Look for the stamp of a state secret on a PDF before one byte of it is stored (invariant 9)."""

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from enum import StrEnum, unique
from pathlib import Path
from typing import IO, Final, Protocol

from lgsp_message.reason import Reason, Refused
from lgsp_message.secrecy_page import is_marked_page
from prometheus_client import CollectorRegistry, Counter

from hub.decision.events import AuditEvent, Event, RulesRef

MAGIC: Final = b"%PDF-"
HEAD_BYTES: Final = 1024
"""Readers take a file for a PDF whose mark stands within so many bytes (ISO 32000-1, annex H)."""
PIECE_BYTES: Final = 1024 * 1024
PLACE: Final = "objects"
"""Where the fault is, in refusals and events."""


class ReadsPages(Protocol):
    """Who takes the text of a first page, within bounded time and memory."""

    async def text(self, path: str) -> str | None:
        """Return the text; None: the file cannot be read within the limits.

        Raises:
            Unavailable: nobody can read now.
        """
        ...


@unique
class Seen(StrEnum):
    """What came of one look."""

    CLEAN = "clean"
    MARKED = "marked"
    UNREADABLE = "unreadable"


class ScreeningMetrics:
    """How many PDFs were looked at."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seen = Counter(
            "hub_screened_documents",
            "PDFs looked at for a secrecy marking before they were stored",
            ["outcome"],
            registry=registry,
        )

    def count(self, seen: Seen) -> None:
        """Count one."""
        self._seen.labels(seen.value).inc()


class Marked(Exception):
    """The first page carries the stamp of a state secret."""


class Screening:
    """Holds a PDF back until its first page was read. Everything else flows through."""

    def __init__(
        self,
        pages: ReadsPages,
        folder: Path,
        record: Callable[[AuditEvent], Awaitable[None]],
        rules: Callable[[], RulesRef],
        clock: Callable[[], datetime],
        metrics: ScreeningMetrics,
    ) -> None:
        """`folder`: where a PDF waits, in a file without a name; it needs room for a few."""
        self._pages, self._folder = pages, folder
        self._record, self._rules, self._clock = record, rules, clock
        self._metrics = metrics

    async def through(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the same bytes; of a PDF none before its first page was read.

        Raises:
            Marked: nothing was yielded.
            Unavailable: nobody can read pages now.
        """
        head, rest = await _head(pieces)
        if MAGIC not in head[:HEAD_BYTES]:
            yield head
            async for piece in rest:
                yield piece
            return
        # No name: whatever dies, the system takes the bytes away with the last who has it open.
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(head)
            async for piece in rest:
                file.write(piece)
            await self._look(file)
            file.seek(0)
            while piece := file.read(PIECE_BYTES):
                yield piece

    async def refuse(self, system: str, hash_: str) -> Refused:
        """Record that a marked document came; return the refusal.

        Raises:
            Unavailable: it could not be recorded.
        """
        # Invariant 9: only the fact and the hash remain.
        await self._record(
            AuditEvent(
                event=Event.REFUSED,
                source=system,
                id="",
                at=self._clock(),
                rules=self._rules(),
                reason=Reason.SECRET_MARKING.value,
                place=PLACE,
                detail={"object": hash_},
            )
        )
        return Refused(Reason.SECRET_MARKING, "state secrets may not pass through the hub", PLACE)

    async def _look(self, file: IO[bytes]) -> None:
        file.flush()
        text = await self._pages.text(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        seen = Seen.UNREADABLE if text is None else Seen.CLEAN
        if text is not None and is_marked_page(text):
            seen = Seen.MARKED
        self._metrics.count(seen)
        if seen is Seen.MARKED:
            raise Marked


async def _head(pieces: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """Return the first bytes, and an iterator of the rest."""
    head = b""
    async for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head, pieces
