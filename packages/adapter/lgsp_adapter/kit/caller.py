"""The foreign system that speaks first: what its fake says, and what it makes of answers."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from enum import StrEnum, unique
from typing import ClassVar

from lgsp_adapter.kit.peer import Peer
from lgsp_adapter.values import Answer, Request

Ask = Callable[[Request], Awaitable[Answer]]
"""Makes one call to the service; the kit may look at it, or spoil it, on the way."""


@unique
class Told(StrEnum):
    """What a caller takes an answer for."""

    DONE = "done"
    """It forgets the matter."""
    AGAIN = "again"
    """It keeps the matter and calls again later."""
    REFUSED = "refused"
    """It shows the matter to a person."""


class Caller(Peer):
    """Base of fakes for services. It sends nothing by itself: the kit lets it ask.

    A service that only takes in leaves out `fetch` and `confirm` and sets `fetches`; one that only
    gives out leaves out `hand_in` and sets `hands_in`.
    """

    hands_in: ClassVar[bool] = True
    fetches: ClassVar[bool] = True

    async def hand_in(self, ask: Ask, id_: str, text: str, subject: str) -> Answer:
        """Hand in what the foreign system calls `id_`, with that text and business key.

        Return the answer that decides, after as many calls as its protocol takes; stop at the first
        that is not `DONE`.
        """
        raise NotImplementedError

    async def fetch(self, ask: Ask) -> tuple[Answer, list[tuple[str, str]]]:
        """Fetch what waits: the answer that decides, and each item as its handle and its text."""
        raise NotImplementedError

    async def confirm(self, ask: Ask, handle: str) -> Answer:
        """Say that an item has arrived."""
        raise NotImplementedError

    @abstractmethod
    def as_stranger(self, request: Request) -> Request:
        """Return the same call as somebody without the right credentials would make it."""

    def told(self, answer: Answer) -> Told:
        """Say what the foreign system makes of an answer. Override it if 200 may refuse."""
        if 200 <= answer.status < 300:  # noqa: PLR2004  (RFC 9110, section 15.3)
            return Told.DONE
        again = answer.status in (408, 425, 429) or answer.status >= 500  # noqa: PLR2004
        return Told.AGAIN if again else Told.REFUSED
