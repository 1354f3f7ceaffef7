"""Which inboxes can be written now, and for which systems earlier deliveries wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from hub.io.kafka import topics
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Unavailable

KNOWN_SECONDS: Final = 15.0
"""How long to wait for a count: three times as long as between two looks at `hub.retry`."""

_PREFIX: Final = topics.inbox("")


class Inboxes:
    """Shared by all that deliver in one process."""

    def __init__(self) -> None:
        self._existing: frozenset[str] = frozenset()
        self._forbidden: set[str] = set()
        self._closed: set[str] = set()
        """Topics of urgent deliveries that the broker does not let us write."""
        self._waiting: Counter[str] = Counter()
        self._changing = asyncio.Lock()
        """Held while what waits is changed or counted, so that a count is never half of both."""
        self.known = asyncio.Event()
        """Whether it is known what waits; if not, it must be counted again from `hub.retry`."""

    def deliverable(self, system: str) -> bool:
        """Say whether a delivery may be written to the system's inbox."""
        # Invariant 7: behind a delivery that waits, the later ones for the same system wait too.
        return self.writable(system) and not self._waiting[system]

    def writable(self, system: str) -> bool:
        """Say whether the inbox exists and is not known to be forbidden."""
        return topics.inbox(system) in self._existing and system not in self._forbidden

    def place(self, system: str, urgent: bool) -> str | None:  # noqa: FBT001  (`Placing`)
        """Return the topic of a delivery that may be written now; None where it must wait."""
        if not self.deliverable(system):
            return None
        return self.lane(system) if urgent else topics.inbox(system)

    def lane(self, system: str) -> str:
        """Return the topic for an urgent delivery to this system.

        Where the one for urgent messages is not there (the inbox is older than it, or it may not
        be written) the delivery takes its turn with the others: late is better than never.
        """
        lane = topics.urgent_inbox(system)
        there = lane in self._existing and lane not in self._closed
        return lane if there else topics.inbox(system)

    async def look_for(self, systems: Iterable[str], writer: TransactionalWriter) -> None:
        """Ask for the inboxes that were not there before: rules may name a younger system.

        Raises:
            Unavailable: the broker does not answer.
        """
        if any(topics.inbox(system) not in self._existing for system in systems):
            await self.refresh(writer)

    async def refresh(self, writer: TransactionalWriter) -> None:
        """Ask for all inboxes; the writer knows them too from then on.

        Raises:
            Unavailable: the broker does not answer.
        """
        self._existing = await writer.topics()

    def forbid(self, names: Iterable[str]) -> None:
        """Note topics that the broker does not let us write."""
        inboxes = {name for name in names if name.startswith(_PREFIX)}
        self._closed |= {name for name in inboxes if name.endswith(topics.URGENT_SUFFIX)}
        self._forbidden |= {name.removeprefix(_PREFIX) for name in inboxes - self._closed}

    def forget(self) -> None:
        """Ask anew for all inboxes: an operator may have made or opened one."""
        self._existing = frozenset()
        self._forbidden.clear()
        self._closed.clear()

    @asynccontextmanager
    async def parking(self, outputs: Sequence[Output]) -> AsyncIterator[None]:
        """Commit `outputs` in this block: what they put into `hub.retry` or take out is counted."""
        changes = [output for output in outputs if output.topic == topics.RETRY]
        if not changes:
            yield
            return
        async with self._changing:
            try:
                yield
            except BaseException:
                # Invariant 6: it may have been written. A delivery that waits and is not counted
                # would wait for ever, because nobody would look for it.
                self.known.clear()
                raise
            self._count(changes)

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[Counter[str]]:
        """Fill the counter that is given with what waits for each system; nothing changes yet."""
        async with self._changing:
            counted: Counter[str] = Counter()
            yield counted
            self._waiting = counted
            self.known.set()

    async def when_known(self) -> None:
        """Return once it is known what waits.

        Raises:
            Unavailable: whoever counts it has not done so within `KNOWN_SECONDS`.
        """
        try:
            async with asyncio.timeout(KNOWN_SECONDS):
                await self.known.wait()
        except TimeoutError as error:
            raise Unavailable("what waits in hub.retry is not counted yet") from error

    def waiting(self) -> int:
        """Return how many deliveries wait for their inboxes."""
        return self._waiting.total()

    def _count(self, changes: Iterable[Output]) -> None:
        for output in changes:
            if output.key is not None:
                system = output.key.rsplit(b"\n", 1)[1].decode()
                self._waiting[system] += -1 if output.value is None else 1
