"""What the axis must still be told, and what it may not be told yet."""

import logging
from collections import OrderedDict, deque

from lgsp_adapter import Reject

from hub_adapter_edxml_axis.calls import Calls, Verdict


class Owed:
    """Items that were read, by position, in order; then those that are durable, until told."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, list[tuple[str, Verdict | None]]] = OrderedDict()
        self._due: deque[tuple[str, Verdict]] = deque()
        self._kept: set[str] = set()
        """Items that the axis would not hand over: not asked for again until a reopening."""

    @classmethod
    def after(cls, position: str | None) -> "Owed":
        """Return what may be owed by a connector that stopped at `position`."""
        owed = cls()
        verdict, _, doc_id = (position or "").partition(":")
        if verdict in (Verdict.DONE, Verdict.FAIL):
            owed._due.append((doc_id, Verdict(verdict)))
        return owed

    def knows(self, doc_id: str) -> bool:
        """Say whether an item was read already, so that the axis lists it only for want of news."""
        is_open = any(doc_id == each for items in self._open.values() for each, _ in items)
        return is_open or doc_id in self._kept or any(doc_id == each for each, _ in self._due)

    def read(self, position: str, doc_id: str, verdict: Verdict | None) -> None:
        """Note an item that was read; None as a verdict: the axis is told nothing."""
        self._open[position] = [(doc_id, verdict)]
        if verdict is None:
            self._kept.add(doc_id)

    def copy(self, doc_id: str, first: str) -> None:
        """Note a second copy of the letter at position `first`: it is done when that one is."""
        if first in self._open:
            self._open[first].append((doc_id, Verdict.DONE))
        else:
            self._due.append((doc_id, Verdict.DONE))

    def durable(self, position: str) -> None:
        """Note that everything up to `position` is durable."""
        if position not in self._open:
            return
        while self._open:
            reached, items = self._open.popitem(last=False)
            self._due.extend((doc_id, verdict) for doc_id, verdict in items if verdict is not None)
            if reached == position:
                return

    async def pay(self, calls: Calls, log: logging.Logger) -> None:
        """Tell the axis what is due. What could not be told stays due."""
        while self._due:
            doc_id, verdict = self._due[0]
            try:
                await calls.tell(doc_id, verdict)
            except Reject as error:
                # It was told before, or knows the item no more: it is not listed for ever.
                log.warning("the axis refuses %s for %s: %s", verdict, doc_id, error.peer_code)
            self._due.popleft()
