"""The receiving side of one system: pulls its inbox, proves senders, states what it has."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from lgsp_client import Delivery, HubClient, HubError, Inbox, KeyRing, MemoryCursor

from simulator.arrivals import Arrivals
from simulator.journal import Journals

WAIT_SECONDS: Final = 25
"""How long a poll waits for the next message."""
FLUSH_SECONDS: Final = 2.0
"""Longest time that a statement waits for others: one receipt names many messages."""

AGAIN_SECONDS: Final = 1.0
"""Pause before an inbox is opened again after an error that the client does not retry."""


class Receiver:
    """One system's inbox, read by one task until it is cancelled."""

    def __init__(
        self,
        *,
        system: str,
        run: str,
        client: HubClient,
        ring: KeyRing,
        journals: Journals,
        arrivals: Arrivals,
        counts: Counter[str],
    ) -> None:
        self._system, self._run, self._client, self._ring = system, run, client, ring
        self._journals, self._arrivals, self._counts = journals, arrivals, counts
        self._inbox: Inbox | None = None
        self.brought: Callable[[tuple[str, str, str, str], str], None] | None = None
        """Who hears of messages that foreign systems have sent."""
        self.cursor = MemoryCursor()

    async def run(self) -> None:
        """Receive until cancelled; a hub that is away or ill is asked again."""
        while True:
            try:
                await self._receive()
            except HubError:
                # What was not settled comes again, and is in the journal already.
                self._counts["receiver_trouble"] += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def _receive(self) -> None:
        async with self._client.receive(
            verify=self._ring,
            cursors=self.cursor,
            on_unverified="reject",
            wait=WAIT_SECONDS,
            flush_seconds=FLUSH_SECONDS,
        ) as inbox:
            self._inbox = inbox
            async for delivery in inbox:
                self._write_down(delivery)
                await delivery.ack("delivered")
                await delivery.ack("acknowledged")

    async def settle(self) -> None:
        """Hand in what was stated so far.

        Raises:
            HubError: the hub does not take it; the verdict will miss it.
        """
        if self._inbox is not None:
            await self._inbox.flush()

    def _write_down(self, delivery: Delivery[Awaitable[None]]) -> None:
        prefix, _, number = delivery.id.rpartition("-")
        if prefix != self._run:
            # Of a foreign system, which gives ids of its own; of an earlier day; the greeting.
            if self.brought is not None:
                subject = delivery.attributes.subject or ""
                what = (delivery.source, delivery.type, subject, self._system)
                self.brought(what, delivery.id)
            return
        self._journals.received(
            self._system,
            {
                "event": "received",
                "source": delivery.source,
                "id": delivery.id,
                "body_sha256": hashlib.sha256(delivery.body).hexdigest(),
                "at": time.time(),
            },
        )
        self._counts["received"] += 1
        self._arrivals.came(int(number), self._system)
