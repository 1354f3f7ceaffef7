"""Ask few questions: whoever asks while one is under way shares the next."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Together(Generic[K, R]):
    """A question about things by their keys, asked for all who want to know at once."""

    def __init__(self, ask: Callable[[AbstractSet[K]], Awaitable[R]]) -> None:
        self._ask = ask
        self._next: asyncio.Task[R] | None = None
        self._wanted: set[K] = set()
        self._asking = asyncio.Lock()

    async def of(self, keys: Collection[K]) -> R:
        """Return an answer that covers `keys`, and perhaps others' too.

        Raises whatever the question raises.
        """
        if self._next is None:
            self._wanted = set()
            self._next = asyncio.create_task(self._one())
            self._next.add_done_callback(_heard)
        self._wanted.update(keys)
        # Others wait for the same answer: one that is cancelled takes it from nobody.
        return await asyncio.shield(self._next)

    async def _one(self) -> R:
        async with self._asking:
            # From here on the question is closed; who asks now asks the next one.
            wanted, self._next = self._wanted, None
            return await self._ask(wanted)


def _heard(asked: asyncio.Task[R]) -> None:
    # Whoever asked may be gone: a failure that nobody hears is none.
    if not asked.cancelled():
        asked.exception()
