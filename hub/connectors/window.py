"""How far an inbox is settled: everything before an offset, and single ones after it. Pure.

Outcomes come out of order: one slow message must not make the others be called again after a crash.
So the position carries a bit for each offset behind it, as Confluent's parallel consumer does.
"""

from typing import Final

SPAN: Final = 8_000
"""Most offsets behind the first open one: 1,000 bytes in each transaction."""


class Window:
    """The settled offsets of one inbox. State without I/O."""

    def __init__(self, offset: int = 0, settled: bytes = b"") -> None:
        self.offset = offset
        """The first one that is not settled."""
        self.read_to = offset
        """The next one to read."""
        self._bits = int.from_bytes(settled, "little")
        self._advance()

    @property
    def bits(self) -> bytes:
        """Return a bit for each offset from `offset` on: set where it is settled."""
        return self._bits.to_bytes((self._bits.bit_length() + 7) // 8, "little")

    def is_settled(self, offset: int) -> bool:
        """Say whether an offset needs nothing more."""
        return offset < self.offset or bool(self._bits >> (offset - self.offset) & 1)

    def settle(self, offset: int) -> None:
        """Note that an offset needs nothing more."""
        if offset >= self.offset:
            self._bits |= 1 << (offset - self.offset)
            self._advance()

    def skip(self, first: int, end: int) -> None:
        """Note that no offset of [first, end) needs anything: no reader ever sees a record there.

        Transactions leave marks between records; a janitor deletes what is settled.
        """
        if end <= self.offset:
            return
        if first <= self.offset:
            self._bits >>= end - self.offset
            self.offset = end
        else:
            self._bits |= ((1 << (end - first)) - 1) << (first - self.offset)
        self._advance()

    def reads(self, offset: int) -> bool:
        """Note that the next record read stands there; say whether it is still open."""
        self.skip(self.read_to, offset)
        self.read_to = offset + 1
        return not self.is_settled(offset)

    def has_room(self) -> bool:
        """Say whether what is read next is near enough."""
        return self.read_to - self.offset < SPAN

    def _advance(self) -> None:
        # The lowest bit that is not set: all below it are settled.
        done = (~self._bits & (self._bits + 1)).bit_length() - 1
        self._bits >>= done
        self.offset += done
