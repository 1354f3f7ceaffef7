"""Sends what waits: in order per key, urgent keys first, the same bytes until the hub decides.

Each message is one request that waits for its decision (`Prefer: wait`). A batch would save
requests, but tells only that the messages are durable: the decision would cost one more answer for
each, on the poor line. Many requests at once fill a slow line as well as a batch does.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.parking import Parking
from lgsp_client import HubRefused, Outgoing
from lgsp_message.reason import Reason

from lgsp_edge import dead, outbox, statements
from lgsp_edge.contact import Contact
from lgsp_edge.errors import SpoolDamaged, SpoolFull
from lgsp_edge.line import Away, Line
from lgsp_edge.outbox import Entry
from lgsp_edge.spool import Spool
from lgsp_edge.waiting import wait_for

_log = logging.getLogger("lgsp_edge")

READ_AHEAD: Final = 50_000
"""Messages whose place is in memory, so that urgent ones are found; their content is not."""

AGAIN: Final = Backoff(attempts=None, first=2.0, longest=300.0)
"""For a message that the hub has and has not decided: its router is busy or away."""

UPLOADS: Final = 4
"""Windows full of messages that may wait for their files."""

FULL_SECONDS: Final = 5.0
"""How often it is tried whether a full disk has room again."""

WAITS: Final = frozenset({Reason.CLOCK_AHEAD.value})
"""Refusals that time heals: our clock is ahead, and the message will come true."""

MISSING: Final = frozenset({Reason.UNKNOWN_OBJECT.value})
"""The hub lets go of objects that nothing refers to for a day: they are brought again, once."""


class Objects(Protocol):
    """Brings objects to the hub before the message that refers to them."""

    async def bring(self, hashes: Sequence[str], line: Line) -> None:
        """Return once the hub has all of them.

        Raises:
            Away: the line broke; what went up stays up.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the submitter goes."""

    window: int = 16
    """Messages under way at once."""
    wait: int = 10
    """Seconds that the hub holds a request until it has decided."""


class Submitter:
    """`run` until `stop`."""

    def __init__(
        self,
        spool: Spool,
        line: Line,
        contact: Contact,
        objects: Objects,
        sign_receipt: Callable[[statements.Body], Outgoing],
        *,
        pace: Pace | None = None,
    ) -> None:
        self._spool, self._line, self._contact = spool, line, contact
        self._objects, self._sign = objects, sign_receipt
        self._pace = pace or Pace()
        self._parking: Parking[bytes, Entry] = Parking()
        self._reached = 0
        self._tries: dict[int, int] = {}
        self._brought: set[int] = set()
        self._uploading = 0
        self._seen: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._failure: BaseException | None = None
        self.warning: str | None = None
        """What an operator should know, though nothing is lost."""

    def wake(self) -> None:
        """Look for new messages."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is under way, begin nothing new."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped."""
        try:
            while not self._stopping and self._failure is None:
                self._wake.clear()
                pause = _sooner(await self._look(), self._begin())
                await wait_for(self._wake, pause)
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
        if self._failure is not None:
            raise self._failure

    async def _look(self) -> float | None:
        """Sign what waited long enough, and read ahead; return when more must be signed."""
        due = await self._spool.run(statements.due_in)
        if due == 0:
            await self._spool.run(lambda tx: statements.to_receipts(tx, self._sign))
            self._spool.point("receipts_signed")
            due = await self._spool.run(statements.due_in)
        room = READ_AHEAD - len(self._parking)
        if room > 0:
            entries = await self._spool.run(lambda tx: outbox.after(tx, self._reached, room))
            for entry in entries:
                self._parking.add(entry.line, entry, urgent=entry.urgent)
                self._reached = entry.seq
        return due

    def _begin(self) -> float | None:
        """Begin what may begin; return in how many seconds more may. None: when woken."""
        now = asyncio.get_running_loop().time()
        if (wait := self._contact.wait()) > 0:
            return wait
        # While the hub is away one message looks whether it is back.
        window = 1 if self._contact.away else self._pace.window
        # Who waits for a file to go up leaves its place to others, up to a bound.
        busy = len(self._tasks) - min(self._uploading, UPLOADS * self._pace.window)
        for _, entry in self._parking.take(now, max(0, window - busy)):
            task = asyncio.create_task(self._attempt(entry, self._contact.era))
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        due = self._parking.due()
        return None if due is None else max(0.0, due - now)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
        self._wake.set()

    async def _attempt(self, entry: Entry, era: int) -> None:
        try:
            await self._sent(entry, era)
        except SpoolFull as full:
            # The hub may have it already: sending it again is the same message.
            self.warning = f"đĩa đầy / {full}"
            self._again(entry, FULL_SECONDS)

    async def _sent(self, entry: Entry, era: int) -> None:
        try:
            message = await self._spool.run(lambda tx: outbox.read(tx, entry.seq))
            await self._bring(outbox.objects_of(message))
            decided = await self._line.send(message, self._pace.wait)
        except Away as away:
            self._put_off(entry, era, away)
        except HubRefused as refused:
            self._contact.answered()
            await self._refused(entry, refused)
        except SpoolDamaged as damaged:
            cause = dead.Cause(code="spool_damaged", detail=str(damaged))
            await self._spool.run(lambda tx: outbox.damaged(tx, entry.seq, cause))
            self._parking.done(entry.line)
        else:
            self._contact.answered()
            await self._decided(entry, decided=decided)

    async def _bring(self, hashes: Sequence[str]) -> None:
        if not hashes:
            return
        self._uploading += 1
        self._wake.set()
        try:
            await self._objects.bring(hashes, self._line)
        finally:
            self._uploading -= 1

    async def _decided(self, entry: Entry, *, decided: bool) -> None:
        self._spool.point("sent")
        if not decided:
            self._again(entry, self._pause(entry))
            return
        # Invariant 1: it leaves the spool only now that the hub has decided to take it.
        await self._spool.run(lambda tx: outbox.taken(tx, entry.seq))
        self._spool.point("sent_noted")
        self._let_go(entry)

    async def _refused(self, entry: Entry, refused: HubRefused) -> None:
        reason = str(refused.reason)
        if reason in WAITS:
            self.warning = "đồng hồ máy này chạy nhanh / this machine's clock is ahead"
            self._again(entry, self._pause(entry))
            return
        if reason in MISSING and entry.seq not in self._brought:
            self._brought.add(entry.seq)
            self._again(entry, 0.0)
            return
        cause = dead.Cause(code=reason, detail=refused.detail, place=refused.place)
        _log.warning("the hub refuses a message: %s %s", reason, refused.place)
        if entry.kind == "receipt":
            await self._spool.run(lambda tx: statements.refused(tx, entry.seq, cause))
        else:
            await self._spool.run(lambda tx: outbox.refused(tx, entry.seq, cause))
        self._let_go(entry)

    def _put_off(self, entry: Entry, era: int, away: Away) -> None:
        if away.whole:
            self._contact.failed(era, str(away), away.after)
        else:
            self.warning = str(away)
        seen, self._seen[entry.seq] = self._seen.get(entry.seq), self._contact.answers
        # Invariant 7: one message that the hub cannot answer, while it answers others, is tried
        # ever less often; what an outage of the line stopped goes on as soon as the line is back.
        alone = not away.whole or (seen is not None and seen != self._contact.answers)
        own = self._pause(entry) if alone else 0.0
        self._again(entry, max(own, self._contact.wait()))

    def _pause(self, entry: Entry) -> float:
        tries = self._tries[entry.seq] = self._tries.get(entry.seq, 0) + 1
        return AGAIN.pause(tries, random.random()) or 0.0  # noqa: S311  (spreads load)

    def _again(self, entry: Entry, seconds: float) -> None:
        self._parking.retry(entry.line, asyncio.get_running_loop().time() + seconds)

    def _let_go(self, entry: Entry) -> None:
        self._tries.pop(entry.seq, None)
        self._brought.discard(entry.seq)
        self._seen.pop(entry.seq, None)
        self._parking.done(entry.line)


def _sooner(one: float | None, other: float | None) -> float | None:
    known = [seconds for seconds in (one, other) if seconds is not None]
    return min(known, default=None)
