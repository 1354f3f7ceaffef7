"""Who has what: lets an answer wait for what it answers, and the day's end for the last message."""

import asyncio
from collections import defaultdict


class Arrivals:
    """What was answered by the hub, what reached whom, and what is still on its way."""

    def __init__(self) -> None:
        self._answered: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._there: defaultdict[tuple[int, str], asyncio.Event] = defaultdict(asyncio.Event)
        self._due: set[tuple[int, str]] = set()
        self._none_due = asyncio.Event()
        self._none_due.set()

    def answered(self, number: int) -> None:
        """Note that the hub has answered message `number`."""
        self._answered[number].set()

    def expect(self, number: int, receivers: tuple[str, ...]) -> None:
        """Note that these systems must get message `number`."""
        keys = {(number, system) for system in receivers}
        self._due |= {key for key in keys if not self._there[key].is_set()}
        self._look()

    def came(self, number: int, system: str) -> None:
        """Note that `system` has message `number`."""
        self._there[number, system].set()
        self._due.discard((number, system))
        self._look()

    async def until(self, number: int, system: str, *, by_inbox: bool) -> None:
        """Return once `system` has message `number`, or once the hub has answered it."""
        event = self._there[number, system] if by_inbox else self._answered[number]
        await event.wait()

    async def until_all(self) -> None:
        """Return once nothing is on its way."""
        await self._none_due.wait()

    @property
    def missing(self) -> int:
        """How many deliveries are still on their way."""
        return len(self._due)

    def _look(self) -> None:
        if self._due:
            self._none_due.clear()
        else:
            self._none_due.set()
