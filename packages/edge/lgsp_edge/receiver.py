"""Fetches what the hub has for us: page, proof, spool with the cursor. It calls, also from NAT."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_client import HubDirectoryUnusable, KeptDirectory
from lgsp_client.arrived import Parcel, prove_parcel
from lgsp_client.keyring import Trust
from lgsp_message.reason import Refused

from lgsp_edge.contact import Contact
from lgsp_edge.directory import unusable
from lgsp_edge.errors import SpoolFull
from lgsp_edge.line import Away, Line, Page
from lgsp_edge.spool import Spool, Tx
from lgsp_edge.taking import CURSOR, Sorted, take_in
from lgsp_edge.waiting import wait_for

FULL_SECONDS: Final = 5.0
"""How often it is looked whether there is room again."""

UNPROVEN_SECONDS: Final = 5.0
"""How often it is looked whether the directory is usable again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is believed, and who takes what."""

    trust: Trust
    hub: str
    system: str
    route: Callable[[str], str | None]
    """Gives the connector for an event type; None where nobody takes it."""
    poll: int = 30
    """Seconds that the hub holds a request for new messages."""
    limit: int = 50
    """Most messages in one answer."""


class Receiver:
    """`run` until `stop`."""

    def __init__(
        self,
        spool: Spool,
        line: Line,
        contact: Contact,
        intake: Intake,
        wake: Callable[[], None],
    ) -> None:
        self._spool, self._line, self._contact = spool, line, contact
        self._intake, self._wake = intake, wake
        self._full = False
        self._stopping = asyncio.Event()
        self.words: str | None = None
        """Why nothing comes; None while all is well."""

    def stop(self) -> None:
        """Ask for nothing more."""
        self._stopping.set()

    async def run(self) -> None:
        """Fetch until stopped."""
        while not self._stopping.is_set():
            await self._rest(await self._turn())

    async def _turn(self) -> float:
        """Fetch one page; return the seconds before the next."""
        if (wait := self._contact.wait()) > 0:
            return wait
        if (why := await self._unproven()) is not None:
            self.words = why
            return UNPROVEN_SECONDS
        era = self._contact.era
        try:
            page = await self._fetched()
        except Away as away:
            self._contact.failed(era, str(away), away.after)
            return self._contact.wait()
        if page is None:
            return 0.0
        self._contact.answered()
        return await self._take_in(page)

    async def _unproven(self) -> str | None:
        """Return why no sender can be proven now: then nothing is fetched and the hub keeps it."""
        trust = self._intake.trust
        if not isinstance(trust, KeptDirectory):
            return None
        return await asyncio.to_thread(unusable, trust)

    async def _fetched(self) -> Page | None:
        """Return the next page; None if we stop first: the hub may hold the request for long."""
        cursor = await self._spool.run(lambda tx: tx.place(CURSOR))
        # A page that did not fit may fit message by message.
        limit = 1 if self._full else self._intake.limit
        fetching = asyncio.create_task(self._line.page(cursor, self._intake.poll, limit))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return fetching.result() if fetching.done() else None
        finally:
            for task in (fetching, stopping):
                task.cancel()
            await asyncio.wait({fetching, stopping})

    async def _take_in(self, page: Page) -> float:
        try:
            ready = [self._sorted(parcel) for parcel in page.parcels]
        except HubDirectoryUnusable:
            return 0.0  # It went stale since the fetch: the next turn says so.
        self._spool.point("fetched")
        try:
            await self._spool.run(lambda tx: self._write(tx, ready, page.cursor))
        except SpoolFull as full:
            # Not written, so the cursor stands and the hub keeps it.
            self._full, self.words = True, f"bộ đệm đầy / {full}"
            return FULL_SECONDS
        self._full, self.words = False, None
        self._spool.point("taken_in")
        if ready:
            self._wake()
        return 0.0

    def _write(self, tx: Tx, ready: Sequence[Sorted], cursor: str | None) -> None:
        take_in(tx, ready, cursor, self._intake.system)

    def _sorted(self, parcel: Parcel) -> Sorted:
        try:
            arrived = prove_parcel(parcel, self._intake.hub, self._intake.trust)
        except Refused as refusal:
            # Its sender cannot be believed: the hub is told so, and the others come.
            return Sorted(parcel=parcel, connector=None, unproven=refusal.reason.value)
        return Sorted(parcel=parcel, connector=self._intake.route(arrived.attributes.type))

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            await wait_for(self._stopping, seconds)
