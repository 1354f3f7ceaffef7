"""What the hub needs from the world. `hub.io` implements it; the pure rooms import only this."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from lgsp_message.values import Place

from hub.answers import Answer


class Unavailable(Exception):
    """The world did not answer, and whether it wrote is unknown. Back off; nothing moves.

    The text says what did not answer and what to do; it holds no message content.
    """


class Refusing(Exception):
    """The world refuses one thing for good, now and at every repetition: too large, forbidden.

    `topics`: the topics that were refused, where the fault is the topic's and not the record's.
    """

    def __init__(self, text: str, topics: frozenset[str] = frozenset()) -> None:
        super().__init__(text)
        self.topics = topics


class Overloaded(Unavailable):
    """Too much is under way already. Nothing was written; the same thing may pass in a second."""


class Fenced(Exception):
    """Another process has taken over this one's partitions. Stop: it is the owner now."""


class Admitted(Protocol):
    """What was already admitted: the memory behind invariant 8."""

    def get(self, source: str, key: str) -> Answer | None:
        """Return what was remembered for `key` (a message id or a counted receipt) of `source`."""
        ...


class ObjectAccess(Protocol):
    """Who may refer to which objects. Kept in SQL."""

    async def held(self, system: str, hashes: Collection[str]) -> AbstractSet[str]:
        """Return those of `hashes` that the system uploaded or that were delivered to it.

        Raises:
            Unavailable: SQL does not answer.
        """
        ...

    async def forget(self, system: str, hashes: Collection[str]) -> None:
        """Take the system's access away, and delete the bytes that nobody else has access to.

        Raises:
            Unavailable: the store does not answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a message, as the audit event says it."""

    event: str
    at: datetime
    recipient: str | None = None
    reason: str | None = None
    place: str | None = None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHistory:
    """What is known of one message: where it stands for each recipient, and each step."""

    source: str
    id: str
    state: str
    """`admitted`, `refused`, or `withdrawn`: the message itself, not its deliveries."""
    recipients: Mapping[str, str]
    """Receiving system to the state of its delivery."""
    steps: tuple[Step, ...]
    """In the order of the audit partition."""


class MessageStatus(Protocol):
    """The search projection, as far as the API for systems asks it."""

    async def message(self, source: str, id: str) -> MessageHistory | None:
        """Return the history of a message, or None where the projection does not know it (yet).

        Raises:
            Unavailable: SQL does not answer.
        """
        ...

    async def withdrawn(
        self, messages: Collection[tuple[str, str]]
    ) -> AbstractSet[tuple[str, str]]:
        """Return those of `messages`, (source, id), that their senders have withdrawn.

        Raises:
            Unavailable: SQL does not answer.
        """
        ...

    async def rebuilding(self) -> bool:
        """Say whether the projection is being made anew and lacks what it had before.

        Raises:
            Unavailable: SQL does not answer.
        """
        ...


__all__ = [
    "Admitted",
    "Fenced",
    "MessageHistory",
    "MessageStatus",
    "ObjectAccess",
    "Overloaded",
    "Place",
    "Refusing",
    "Step",
    "Unavailable",
]
