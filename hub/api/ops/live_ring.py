"""What happened lately, for everybody who watches: one tail of `hub.audit`, one bounded memory."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import orjson

from hub.decision.events import AuditEvent, Event
from hub.io.waiting import wait_for

KEPT: Final = 5_000
"""Events to go on from after a broken connection: minutes of a busy day, some 5 MB."""
GATHER_SECONDS: Final = 0.1
"""Events of so long are told together: a busy hub wakes each watcher ten times a second at most."""
STREAM_SECONDS: Final = 300.0
"""Then a stream ends by itself, and the watcher's rights are asked again."""
HEARTBEAT_SECONDS: Final = 15.0
"""A comment on an idle stream: proxies and clients learn that it lives."""
CHECK_SECONDS: Final = 15.0
"""A watcher whose session or role ended in another process is told nothing more after so long."""
MAX_LISTENERS: Final = 200
"""Each costs a connection and a task; an operations room has a tenth of that."""

_DECISIONS: Final = frozenset({Event.ADMITTED, Event.REFUSED, Event.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Change:
    """One audit event as it is told."""

    number: int
    event: str
    source: str
    concerned: tuple[str, ...]
    """The recipients it is about."""
    type: str | None
    data: bytes


Seen = Callable[[Change], bool]
Still = Callable[[], Awaitable[bool]]
"""Says whether a watcher may still watch, and as much as when he began."""


async def for_good() -> bool:
    """Let a watcher watch until his stream ends by itself."""
    return True


class Live:
    """The memory, and the streams that are told from it. A stream has no queue of its own."""

    def __init__(
        self,
        *,
        kept: int = KEPT,
        seconds: float = STREAM_SECONDS,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._boot = secrets.token_hex(4)
        self._changes: deque[Change] = deque(maxlen=kept)
        self._last = 0
        self._seconds, self._check_seconds = seconds, check_seconds
        self._doubts = 0
        self._news = asyncio.Event()
        self._told: asyncio.TimerHandle | None = None
        self._closing = False
        self.listeners = 0

    def take(self, event: AuditEvent) -> None:
        """Take the next event of the tail."""
        self._last += 1
        self._changes.append(_change(self._last, event))
        if self._told is None:
            loop = asyncio.get_running_loop()
            self._told = loop.call_later(GATHER_SECONDS, self._tell)

    def release(self) -> None:
        """End every stream: the process stops."""
        self._closing = True
        self._tell()

    def doubt(self) -> None:
        """Ask at once whether each watcher still may: somebody's session or roles have changed."""
        self._doubts += 1
        self._tell()

    async def stream(
        self, last_id: str | None, seen: Seen, still: Still = for_good
    ) -> AsyncIterator[bytes]:
        """Yield server-sent events from after `last_id` on; without one, from now on.

        It ends where `still` says no: asked at each doubt, and every `check_seconds`.
        """
        self.listeners += 1
        try:
            known = self._place(last_id)
            reached = self._last if known is None else known
            # An id without data: who breaks off before the first event can go on all the same.
            yield b"retry: 2000\n" + self._id(reached) + b"\n\n"
            if last_id and known is None:
                yield self._reset()
            async for chunk in self._follow(reached, seen, still):
                yield chunk
        finally:
            self.listeners -= 1

    async def _follow(self, reached: int, seen: Seen, still: Still) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        end, doubts, check = loop.time() + self._seconds, self._doubts, self._check_after()
        while not self._closing and (left := end - loop.time()) > 0:
            news = self._news
            if doubts != self._doubts or loop.time() >= check:
                doubts, check = self._doubts, self._check_after()
                # Invariant 11, before anything more is told: who was let in may be out by now.
                if not await still():
                    return
            if self._is_lost(reached):
                reached = self._last
                yield self._reset()
            for change in self._after(reached):
                reached = change.number
                if seen(change):
                    yield self._line(change)
            quiet = min(HEARTBEAT_SECONDS, left, max(0.0, check - loop.time()))
            if not await wait_for(news, quiet):
                yield b": still here\n\n"

    def _check_after(self) -> float:
        return asyncio.get_running_loop().time() + self._check_seconds

    def _tell(self) -> None:
        self._told = None
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _after(self, reached: int) -> list[Change]:
        # Numbers have no gaps: what is new stands at the end.
        count = min(self._last - reached, len(self._changes))
        return [self._changes[place] for place in range(-count, 0)]

    def _is_lost(self, reached: int) -> bool:
        return self._last - reached > len(self._changes)

    def _place(self, last_id: str | None) -> int | None:
        """Return the number in an id of this process that is still remembered."""
        boot, _, number = (last_id or "").partition("-")
        if boot != self._boot or not number.isdecimal() or not number.isascii():
            return None
        place = int(number[:18])
        return None if place > self._last or self._is_lost(place) else place

    def _id(self, number: int) -> bytes:
        return f"id: {self._boot}-{number}".encode()

    def _reset(self) -> bytes:
        return self._id(self._last) + b"\nevent: reset\ndata: {}\n\n"

    def _line(self, change: Change) -> bytes:
        return self._id(change.number) + b"\nevent: change\ndata: " + change.data + b"\n\n"


def _change(number: int, event: AuditEvent) -> Change:
    detail = event.detail if event.event in _DECISIONS else {}
    named = detail.get("recipients")
    concerned = (event.recipient,) if event.recipient else tuple(named or ())
    data = {
        "event": event.event.value,
        "source": event.source,
        "id": event.id,
        "recipient": event.recipient,
        "at": event.at,
        "reason": event.reason,
        "type": detail.get("type"),
        "subject": detail.get("subject"),
    }
    return Change(
        number, event.event.value, event.source, concerned, detail.get("type"), orjson.dumps(data)
    )
