"""One inbox that is followed: its newest records, and who waits for more."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from hub.io.kafka.inbox_records import InboxRecord


@dataclass(slots=True, kw_only=True, eq=False)
class Followed:
    """One inbox that is followed. `records` are contiguous from `start` up to `next`."""

    place: TopicPartition
    records: deque[InboxRecord] = field(default_factory=deque)
    start: int = -1
    next: int = -1
    owed: int = 0
    """Announced deliveries that have not come yet; below zero: come before they were announced."""
    announced_at: float = 0.0
    read_at: float = 0.0
    missing: bool = False
    """Whether there is no such topic (yet)."""
    waiting: set[asyncio.Future[None]] = field(default_factory=set)

    @property
    def ready(self) -> bool:
        """Whether the end was found; before that there is nothing to read from."""
        return self.next >= 0

    def wake(self) -> None:
        """Let everybody who waits on this inbox look again."""
        for waiting in self.waiting:
            if not waiting.done():
                waiting.set_result(None)
