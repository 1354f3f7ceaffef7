"""What the hub remembers of an admitted message, so that a repetition gets the same answer."""

from enum import StrEnum, unique

import msgspec


@unique
class Check(StrEnum):
    """What an admitted message still waits for because of its documents."""

    NONE = "none"
    RECORD = "record"
    """A verdict, which is only told."""
    REQUIRE = "require"
    """A verdict, which decides whether it is delivered."""
    REVIEW = "review"
    """A person's word: the verdict decided nothing."""
    ENDED = "ended"
    """Nothing any more: it will not be delivered, and those behind it look past it."""


class Choice(msgspec.Struct, frozen=True, array_like=True):
    """An address that may mean several organisations, so that a person chooses."""

    address: str
    candidates: tuple[str, ...]
    """The systems of those who took the place of the organisation that it means."""


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """What is not done yet of an admitted message. Encoded as an array: fields may be appended."""

    check: Check
    held: bool
    """Whether its deliveries wait: they are in no inbox."""
    behind: str = ""
    """Id of the message of the same sender and subject that goes before it; empty for none."""
    addresses: tuple[str, ...] = ()
    """Of a held one: the URN under which each recipient was addressed, in their order."""
    choices: tuple[Choice, ...] = ()
    """Addresses that wait for a person, besides the recipients that are clear."""
    given: bool = False
    """Of one with choices: the recipients that are clear have it; only the choices are open."""

    @property
    def waits(self) -> bool:
        """Whether nobody has it yet, also of the recipients that are clear."""
        return self.held and not self.given


class Line(msgspec.Struct, frozen=True, array_like=True):
    """The messages of one sender and subject that wait for documents, in their order."""

    last: str
    """Id of the one that came last; whether it still waits, its own answer says."""
    stopped: bool = False
    """Later messages are not even decided: a fault of the hub's own stopped one of them."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The value of a `hub.seen` record. Encoded as a MessagePack array: fields may be appended."""

    content_hash: bytes
    decided_at: float
    """Seconds since 1970, UTC."""
    recipients: tuple[str, ...] = ()
    """The systems it was delivered to, or is held for."""
    body_hash: bytes = b""
    withdrawn: bool = False
    statement: bool = False
    """It is a receipt or a withdrawal: what was stated cannot be withdrawn."""
    hold: Hold | None = None
    """None, as of almost every message: nothing is left to do."""
    line: Line | None = None
    """Only under a key of `hub.decision.holding`."""
    count: int = 0
    """Only under a key of `hub.decision.exchanges`: how many there were."""
