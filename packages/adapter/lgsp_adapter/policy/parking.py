"""Order within a key, without one key holding up another (invariant 7).

Each key is a line. Its head may be in the other side's hands, waiting for a time, or stuck until an
operator decides; those behind it wait. All other keys pass. Urgent lines go first.
"""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum, unique
from heapq import heappop, heappush
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@unique
class Head(StrEnum):
    """Where the first of a line is."""

    READY = "ready"
    OUT = "out"
    WAITING = "waiting"
    STUCK = "stuck"


@dataclass(slots=True)
class _Line(Generic[T]):
    items: deque[T] = field(default_factory=deque)
    head: Head = Head.READY
    until: float = 0.0
    urgent: bool = False


class Parking(Generic[K, T]):
    """All lines of one connector. State without I/O: the caller tells the time.

    Work per call grows with the logarithm of the waiting keys, not with what stands behind them.
    """

    def __init__(self) -> None:
        self._lines: dict[K, _Line[T]] = {}
        self._ready: deque[K] = deque()
        self._urgent: deque[K] = deque()
        self._waiting: list[tuple[float, int, K]] = []
        self._size = self._count = 0

    def __len__(self) -> int:
        return self._size

    def add(self, key: K, item: T, *, urgent: bool = False) -> None:
        """Put `item` at the end of the line of `key`.

        An urgent one makes its whole line urgent until the line is empty: it may not overtake those
        before it, so they hurry too.
        """
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(urgent=urgent)
            self._make_ready(key, line)
        elif urgent and not line.urgent:
            line.urgent = True
            if line.head is Head.READY:
                self._ready.remove(key)
                self._urgent.append(key)
        line.items.append(item)
        self._size += 1

    def take(self, now: float, limit: int) -> list[tuple[K, T]]:
        """Return up to `limit` heads whose time has come, of different keys.

        Urgent ones first, among equals the longest ready. Each must come back by `done`, `retry` or
        `stick`.
        """
        self._wake(now)
        keys: list[K] = []
        for queue in (self._urgent, self._ready):
            keys += [queue.popleft() for _ in range(min(limit - len(keys), len(queue)))]
        for key in keys:
            self._lines[key].head = Head.OUT
        return [(key, self._lines[key].items[0]) for key in keys]

    def line(self, key: K) -> tuple[T, ...]:
        """Return all that stand in the line of `key`, the head first; empty where there is none."""
        line = self._lines.get(key)
        return () if line is None else tuple(line.items)

    def last(self, key: K) -> T | None:
        """Return the last one in the line of `key`; None where there is none."""
        line = self._lines.get(key)
        return None if line is None else line.items[-1]

    def head(self, key: K) -> Head | None:
        """Return where the head of `key` is; None where nothing stands there."""
        line = self._lines.get(key)
        return None if line is None else line.head

    def done(self, key: K) -> None:
        """Let go of a head that is out or stuck; the next of its key is ready."""
        line = self._expect(key, Head.OUT, Head.STUCK)
        line.items.popleft()
        self._size -= 1
        if line.items:
            self._make_ready(key, line)
        else:
            del self._lines[key]

    def retry(self, key: K, until: float) -> None:
        """Take back a head that is out; it is due again at `until`."""
        line = self._expect(key, Head.OUT)
        line.head, line.until = Head.WAITING, until
        self._count += 1
        heappush(self._waiting, (until, self._count, key))

    def hurry(self, wanted: Callable[[T], bool]) -> int:
        """Make those waiting heads ready now that are `wanted`; return how many."""
        waiting = sorted(self._waiting)
        early = [key for _, _, key in waiting if wanted(self._lines[key].items[0])]
        for key in early:
            self._make_ready(key, self._lines[key])
        # A sorted list is a heap.
        self._waiting = [one for one in waiting if self._lines[one[2]].head is Head.WAITING]
        return len(early)

    def stick(self, key: K) -> None:
        """Take back a head that is out; it and its line wait for an operator."""
        self._expect(key, Head.OUT).head = Head.STUCK

    def release(self, key: K) -> None:
        """Make a stuck head ready again; `done` lets go of it instead."""
        self._make_ready(key, self._expect(key, Head.STUCK))

    def due(self) -> float | None:
        """Return when the next waiting head is due; None where none waits."""
        return self._waiting[0][0] if self._waiting else None

    def heads(self, state: Head) -> list[K]:
        """Return the keys whose head is in `state`, in order of their first appearance."""
        return [key for key, line in self._lines.items() if line.head is state]

    def _wake(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            key = heappop(self._waiting)[2]
            self._make_ready(key, self._lines[key])

    def _make_ready(self, key: K, line: _Line[T]) -> None:
        line.head = Head.READY
        (self._urgent if line.urgent else self._ready).append(key)

    def _expect(self, key: K, *states: Head) -> _Line[T]:
        line = self._lines.get(key)
        if line is None or line.head not in states:
            raise ValueError(f"the head of this key is not {' or '.join(states)}")
        return line
