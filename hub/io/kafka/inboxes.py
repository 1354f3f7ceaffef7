"""Which inboxes can be written now, and for which systems earlier deliveries wait."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from hub.io.kafka import topics
from hub.io.kafka.transaction import Output, TransactionalWriter

_PREFIX: Final = topics.inbox("")


class Inboxes:
    """Shared by all that deliver in one process."""

    def __init__(self) -> None:
        self._existing: frozenset[str] = frozenset()
        self._forbidden: set[str] = set()
        self._waiting: Counter[str] = Counter()

    def deliverable(self, system: str) -> bool:
        """Say whether a delivery may be written to the system's inbox."""
        # Invariant 7: behind a delivery that waits, the later ones for the same system wait too.
        return self.writable(system) and not self._waiting[system]

    def writable(self, system: str) -> bool:
        """Say whether the inbox exists and is not known to be forbidden."""
        return topics.inbox(system) in self._existing and system not in self._forbidden

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
        self._forbidden.update(
            name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)
        )

    def forget(self) -> None:
        """Ask anew for all inboxes: an operator may have made or opened one."""
        self._existing = frozenset()
        self._forbidden.clear()

    def parked(self, outputs: Iterable[Output]) -> None:
        """Count the deliveries that a committed transaction put into `hub.retry` or took out."""
        for output in outputs:
            if output.topic == topics.RETRY and output.key is not None:
                system = output.key.rsplit(b"\n", 1)[1].decode()
                self._waiting[system] += -1 if output.value is None else 1

    def waiting(self) -> int:
        """Return how many deliveries wait for their inboxes."""
        return self._waiting.total()

    def restart(self, partition_counts: Counter[str]) -> None:
        """Take the counts read from `hub.retry` at a start."""
        self._waiting = +partition_counts
