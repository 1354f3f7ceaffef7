"""Many senders at once over public HTTP, single messages and batches, and their journal."""

import asyncio
import random
from collections import defaultdict, deque
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from lgsp_client import Backoff, HubClient, HubError, HubRefused, Submitted

from tests.chaos.composing import BAD_KINDS, SENDERS, Composer
from tests.chaos.journal import GOOD, Journal

PAUSE_SECONDS = 0.2
"""After the hub was away: a sender that hammers on tests nothing more."""

BATCH = 25
REMEMBERED = 200
"""A sender's latest messages, of which some are repeated."""

RESOLVE_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Shares of the kinds; the rest is good and goes to one or two systems."""

    repeated: float = 0.05
    reused: float = 0.01
    bad: float = 0.06
    to_all: float = 0.002


class Traffic:
    """The senders of one hub."""

    def __init__(self, fleet, seed, *, mix=None):
        self._fleet, self._mix = fleet, mix or Mix()
        self._chance = random.Random(seed)
        self.composer = Composer(fleet, self._chance)
        self.journal = Journal()
        self.sent = 0
        """Messages sent so far, repetitions included."""
        self._own = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._clients: dict[str, HubClient] = {}

    async def run(self, count, rate, after=lambda: None, enough=lambda: True):
        """Send messages, at most `rate` a second; call `after` after each request.

        So long until `count` more are sent and it is `enough()`.
        """
        began, first = asyncio.get_running_loop().time(), self.sent

        def due():
            return began + (self.sent - first) / rate

        def done():
            return self.sent - first >= count and enough()

        async with self._connected():
            senders = [f"gui-{number}" for number in range(SENDERS)]
            await asyncio.gather(*(self._send_all(one, done, due, after) for one in senders))

    async def send(self, *entries):
        """Send these, in this order."""
        async with self._connected():
            for entry in entries:
                self.journal.add(entry)
                await self._one(entry)

    async def resolve(self):
        """Send again whatever has no answer, with the same bytes, until it has one."""
        async with asyncio.timeout(RESOLVE_SECONDS), self._connected():
            while unanswered := self.journal.unanswered():
                for entry in unanswered:
                    if not await self._one(entry):
                        await asyncio.sleep(PAUSE_SECONDS)

    @asynccontextmanager
    async def _connected(self):
        async with AsyncExitStack() as stack:
            for number in range(SENDERS):
                identity = self._fleet.identities[f"gui-{number}"]
                # Two tries: many a message stays without an answer, and must then be decided.
                client = HubClient(self._fleet.url, identity, backoff=Backoff(attempts=2))
                self._clients[identity.system] = await stack.enter_async_context(client)
            yield

    async def _send_all(self, source, done, due, after):
        while not done():
            ahead = due() - asyncio.get_running_loop().time()
            if ahead > 0:
                await asyncio.sleep(ahead)
            many = self._chance.random() < 2 / BATCH
            entries = [self._next(source) for _ in range(BATCH if many else 1)]
            self.sent += len(entries)
            answered = await (self._many(source, entries) if many else self._one(entries[0]))
            after()
            if not answered:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _one(self, entry):
        try:
            return self._note(entry, await self._clients[entry.source].send(entry.message))
        except HubError as error:
            return self._note(entry, error)

    async def _many(self, source, entries):
        try:
            outcomes = await self._clients[source].send_many([one.message for one in entries])
        except HubError as error:
            for entry in entries:
                self._note(entry, error)
            return False
        noted = [self._note(one, outcome) for one, outcome in zip(entries, outcomes, strict=True)]
        return all(noted)

    def _note(self, entry, outcome):
        """Write the answer into the journal; say whether there was one."""
        if isinstance(outcome, Submitted):
            status = 200 if outcome.known else 202
            if entry.kind == GOOD and not entry.taken:
                self._own[entry.source].append(entry)
        elif isinstance(outcome, HubRefused):
            status = outcome.status or 0
        else:
            status = 0
        entry.answers.append(status)
        return status != 0

    def _next(self, source):
        """Return the next message of a sender: a new one, or an earlier one once more."""
        own, drawn, mix = self._own[source], self._chance.random(), self._mix
        if own and drawn < mix.repeated:
            return self._chance.choice(own)
        entry = self._new(source, own, drawn - mix.repeated)
        self.journal.add(entry)
        return entry

    def _new(self, source, own, drawn):
        mix = self._mix
        if drawn < mix.reused and own:
            return self.composer.reuse(self._chance.choice(own))
        if drawn < mix.reused + mix.bad:
            return self.composer.bad(source, self._chance.choice(BAD_KINDS))
        if drawn < mix.reused + mix.bad + mix.to_all:
            return self.composer.to_all(source)
        return self.composer.good(source)
