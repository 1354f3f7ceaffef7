"""What a connector holds in memory: lines by key, what is parked, what waits for an operator.

Memory only: `hub.connectors.holdings` makes each step durable before it is told here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from lgsp_adapter.policy.parking import Head, Parking
from lgsp_message.attributes import is_urgent

from hub.connectors.budget import Account
from hub.connectors.items import Item
from hub.connectors.references import References
from hub.io.kafka.connector_records import Entry, EntryState

MAX_READ: Final = 500
MAX_READ_BYTES: Final = 8 * 1024 * 1024
"""Deliveries read ahead and not parked: enough to keep a fast peer busy between two reads of the
broker, and to call other keys while one takes long."""

MORE_URGENT: Final = 1.25
"""By how much a shelf that is full of others is larger for urgent ones."""

MAX_PARKED: Final = 10_000
MAX_PARKED_BYTES: Final = 64 * 1024 * 1024
"""Deliveries parked, as far as they are in memory. Beyond it the inbox is not read on. Where a
connector holds more than its share, those parked are held without their content."""


class Shelf:
    """The deliveries of one connector. State without I/O."""

    def __init__(self, account: Account, references: References, mono: Callable[[], float]) -> None:
        self._account, self._references, self._mono = account, references, mono
        self._lines: Parking[str, Item] = Parking()
        self._parked: dict[str, Item] = {}
        self._stuck: dict[str, Item] = {}
        self._parked_bytes = self._read = self._read_bytes = 0

    @property
    def waiting(self) -> int:
        """How many are held, without the dead letters."""
        return len(self._lines) - len(self._stuck)

    @property
    def dead_letters(self) -> int:
        """How many wait for an operator."""
        return len(self._stuck)

    @property
    def parked(self) -> int:
        """How many stand on `hub.retry`, or behind such a one, and wait for no operator."""
        return max(0, len(self._parked) - len(self._stuck))

    @property
    def has_memory(self) -> bool:
        """Whether the process may hold more for this connector."""
        return self._account.has_room()

    def oldest(self) -> datetime | None:
        """Return when the oldest one arrived that waits for no operator; None where none waits.

        The heads are asked only: within a line the first is the oldest.
        """
        heads = (
            self._lines.line(key)[0].entry.arrived_at
            for state in (Head.READY, Head.OUT, Head.WAITING)
            for key in self._lines.heads(state)
        )
        return min(heads, default=None)

    def has_room(self, *, urgent: bool) -> bool:
        """Say whether more may be taken. There is room for urgent ones behind a full shelf."""
        more = MORE_URGENT if urgent else 1
        return (
            self._read < MAX_READ * more
            and self._read_bytes < MAX_READ_BYTES * more
            and len(self._parked) < MAX_PARKED
            and self._parked_bytes < MAX_PARKED_BYTES
            and self.has_memory
        )

    def due(self) -> float | None:
        """Return when the next one that waits is due."""
        return self._lines.due()

    def take(self, limit: int) -> list[Item]:
        """Return up to `limit` of different keys, urgent ones first. Each must come back."""
        return [item for _, item in self._lines.take(self._mono(), limit)]

    def retry(self, item: Item, seconds: float) -> None:
        """Take back one that was taken; it is due again after some seconds."""
        self._lines.retry(item.key, self._mono() + seconds)

    def hurry(self) -> None:
        """Let what waits for its next try be tried now.

        Not what the other side is asked about first: asked before a call that was given up has had
        its time, it says "no", and would be called a second time.
        """
        self._lines.hurry(lambda item: item.entry.state is not EntryState.ATTEMPTED)

    def stick(self, item: Item) -> None:
        """Take back one that waits for an operator now; its successors wait behind it."""
        self._lines.stick(item.key)
        self._stuck[item.name] = item

    def stuck(self, name: str) -> Item | None:
        """Return a dead letter by its name."""
        return self._stuck.get(name)

    def release(self, item: Item) -> None:
        """Let a dead letter be tried again."""
        del self._stuck[item.name]
        self._lines.release(item.key)

    def stuck_keys(self) -> set[str]:
        """Return the order keys of the dead letters."""
        return {item.delivery.order_key for item in self._stuck.values()}

    def has_parked(self, name: str) -> bool:
        """Say whether a delivery of this name is parked, or will be with the next commit."""
        return name in self._parked

    def must_wait(self, key: str) -> bool:
        """Say whether one that comes now stands behind something that is parked (invariant 7)."""
        last = self._lines.last(key)
        stopped = self._lines.head(key) in (Head.WAITING, Head.STUCK)
        return stopped or (last is not None and last.parked)

    def add(self, item: Item) -> None:
        """Put one at the end of its line."""
        self._lines.add(item.key, item, urgent=is_urgent(item.entry.attributes))
        self._account.add(item.size)
        self._references.came(item.entry.attributes)
        if item.parked:
            self._park(item)
        else:
            self._read += 1
            self._read_bytes += item.size

    def add_behind(self, item: Item) -> None:
        """Put one behind what is parked: it is parked itself with the next commit."""
        self.add(item)
        self._parked[item.name] = item

    def settle_in(self, now: datetime) -> None:
        """Give what was read back its place: dead letters stick, the others wait until due."""
        for item in self.take(len(self._lines)):
            if item.entry.state is EntryState.DEAD_LETTER:
                self.stick(item)
            else:
                wait = (item.entry.due - now).total_seconds() if item.entry.due else 0.0
                self.retry(item, max(0.0, wait))

    def followers(self, item: Item) -> list[Item]:
        """Return what stands in line with one and is not parked."""
        line = self._lines.line(item.key)
        return [one for one in line if one is not item and not one.parked]

    def move_out(self, item: Item) -> None:
        """Note that one is parked with the next commit."""
        if not item.parked:
            item.parked = True
            self._read -= 1
            self._read_bytes -= item.size
            self._park(item)

    def lighten(self, item: Item, place: int) -> None:
        """Let go of the content of one that is parked, where the connector holds much."""
        if not self._account.is_modest():
            self._resize(item, lambda: item.lighten(place))

    def fill(self, item: Item, record: Entry) -> None:
        """Hold the content of one again: it is about to be tried."""
        self._resize(item, lambda: item.fill(record))

    def _resize(self, item: Item, change: Callable[[], None]) -> None:
        before = item.size
        change()
        self._account.add(item.size - before)
        self._parked_bytes += item.size - before

    def forget(self, item: Item) -> None:
        """Let go of the head of a line: it has an outcome."""
        self._stuck.pop(item.name, None)
        self._account.add(-item.size)
        self._references.went(item.entry.attributes)
        if item.parked:
            del self._parked[item.name]
            self._parked_bytes -= item.size
        else:
            self._read -= 1
            self._read_bytes -= item.size
        self._lines.done(item.key)

    def _park(self, item: Item) -> None:
        self._parked[item.name] = item
        self._parked_bytes += item.size
