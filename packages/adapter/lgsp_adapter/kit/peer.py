"""The scriptable other side: what an author's fake asks before each answer it gives."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

THREAD_SECONDS: Final = 20
"""How long a thread waits for an answer: a loop that has ended gives none."""


@unique
class Say(StrEnum):
    """How the fake answers one call."""

    OK = "ok"
    DOWN = "down"
    """No answer, or a 5xx: nothing was done."""
    LOST = "lost"
    """It is done, and the answer is lost: for writes only."""
    SLOW_DOWN = "slow_down"
    """429 with `after` seconds as `Retry-After`: nothing was done."""
    REJECT = "reject"
    """A refusal with `code`: for writes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to give."""

    say: Say = Say.OK
    after: float | None = None
    """Seconds, for `SLOW_DOWN`."""
    code: str | None = None
    """The peer's own code, for `REJECT`."""


class Script:
    """What the fake answers next. It calls `answer` once for each request it gets."""

    def __init__(self) -> None:
        self.next: deque[Answer] = deque()
        """The answers to the next calls, one each."""
        self.by_id: dict[str, Answer] = {}
        """The answers to calls about one message, as long as they stand here."""
        self.default = Answer()
        self.calls = 0
        self.running = asyncio.Event()
        """Cleared, no call gets an answer: the peer hangs."""
        self.running.set()

    async def answer(self, id_: str | None = None) -> Answer:
        """Return how to answer a call, about the message `id_` where it is about one."""
        self.calls += 1
        await self.running.wait()
        if id_ in self.by_id:
            return self.by_id[id_]
        return self.next.popleft() if self.next else self.default

    def answer_in_thread(self, loop: asyncio.AbstractEventLoop, id_: str | None = None) -> Answer:
        """Return the same for a fake that is called in a thread, as blocking drivers are.

        Raises:
            RuntimeError: the loop has ended.
            TimeoutError: it has ended meanwhile, or the peer still hangs.
        """
        asked = self.answer(id_)
        try:
            return asyncio.run_coroutine_threadsafe(asked, loop).result(THREAD_SECONDS)
        finally:
            asked.close()  # Else a question that no loop has begun with is a warning.


class Peer(ABC):
    """Base of fakes. In memory or a server on the loopback: the kit does not mind."""

    def __init__(self) -> None:
        self.script = Script()

    @property
    @abstractmethod
    def config(self) -> Mapping[str, Any]:
        """A configuration that leads an adapter here. Secrets are references `test:<name>`."""

    async def start(self) -> None:  # noqa: B027  (a hook; a fake in memory needs none)
        """Begin to serve."""

    async def stop(self) -> None:  # noqa: B027  (a hook)
        """End."""


class SourcePeer(Peer):
    """A fake that sources read from."""

    @abstractmethod
    def put(self, id_: str, text: str, subject: str) -> None:
        """Have a record whose message holds `text` as a JSON string, with that business key."""

    @abstractmethod
    def put_unreadable(self) -> None:
        """Have a record that no source can make a message of."""

    def put_newer(self, id_: str, text: str, subject: str) -> bool:  # noqa: ARG002  (a hook)
        """Have a record with a field nobody knew when the adapter was written, else as `put`.

        Return False where the other side has no such form.
        """
        return False

    @property
    @abstractmethod
    def handed_out(self) -> int:
        """How many records were given away so far, repeated ones counted again."""


class SinkPeer(Peer):
    """A fake that sinks write to."""

    @property
    @abstractmethod
    def taken(self) -> list[tuple[str, bytes]]:
        """Each effect in order: id of the message, its body. What is done twice stands twice."""
