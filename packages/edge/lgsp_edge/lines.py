"""The places of what waits for one sink, in memory: in order per key, urgent keys first."""

from dataclasses import dataclass
from typing import Final

from lgsp_adapter import Delivery
from lgsp_adapter.policy.parking import Parking

from lgsp_edge import arrivals
from lgsp_edge.arrivals import Arrival, State
from lgsp_edge.spool import Spool

READ_AHEAD: Final = 100_000
"""Deliveries whose place is in memory; the spool's bound keeps them fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A delivery about to be handed over."""

    entry: Arrival
    delivery: Delivery


class Lines:
    """One line per key. Its content stays on the disk until its turn comes."""

    def __init__(self, connector: str, spool: Spool) -> None:
        self.connector, self._spool = connector, spool
        self._parking: Parking[bytes, Arrival] = Parking()
        self._reached = 0
        self.tries: dict[int, int] = {}
        """Calls so far, by number."""
        self.open_ends: set[int] = set()
        """Numbers of which a call began and its end is not known."""
        self.words: str | None = None
        """Why nothing moves; None while all is well."""

    async def look(self) -> None:
        """Read ahead what is new on the disk."""
        room = READ_AHEAD - len(self._parking)
        name, reached = self.connector, self._reached
        found = await self._spool.run(lambda tx: arrivals.after(tx, name, reached, room))
        for entry in found:
            self._parking.add(entry.line, entry, urgent=entry.urgent)
            self._reached = entry.seq
            if entry.state is State.ATTEMPTED:
                self.open_ends.add(entry.seq)

    def anew(self) -> None:
        """Forget all places, so that `look` reads them again. Nothing may be under way."""
        self._parking, self._reached = Parking(), 0

    def take(self, now: float, limit: int) -> list[Arrival]:
        """Return up to `limit` heads whose time has come, those of urgent keys first."""
        return [entry for _, entry in self._parking.take(now, limit)]

    def due(self) -> float | None:
        """Return when the next one that waits for a time is due."""
        return self._parking.due()

    def later(self, entry: Arrival, until: float) -> None:
        """Take one back that is due again at `until`; its successors wait, all others pass."""
        self._parking.retry(entry.line, until)

    def stick(self, entry: Arrival) -> None:
        """Keep one for the operator (invariant 7: its successors wait behind it)."""
        self._parking.stick(entry.line)

    def done(self, entry: Arrival) -> None:
        """Let go of one that is settled."""
        self.tries.pop(entry.seq, None)
        self.open_ends.discard(entry.seq)
        self._parking.done(entry.line)
