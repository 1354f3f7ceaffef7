"""What a planned day consists of. Values only: the same seed gives the same plan."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum, unique
from typing import Any, Final

VIET_NAM: Final = timezone(timedelta(hours=7))
OPENS: Final = time(7, 30)
DAY_SECONDS: Final = 9.5 * 3600
"""A working day: from 7:30 to 17:00."""


@unique
class Fault(StrEnum):
    """A kind of bad traffic."""

    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    NO_RIGHT = "no_right"
    SCHEMA = "schema"
    REPEATED = "repeated"
    REUSED_ID = "reused_id"
    TOO_LARGE = "too_large"
    SECRET = "secret"  # noqa: S105  (a kind of bad message, not a password)
    CLOCK_AHEAD = "clock_ahead"
    WRONG_AUDIENCE = "wrong_audience"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the hub must make of a message."""

    outcome: str
    """`admitted`, `refused` or `duplicate`."""
    reason: str | None = None
    """The only right reason of a refusal."""


ADMITTED: Final = Expected(outcome="admitted")

EXPECTED: Final = {
    Fault.BAD_SIGNATURE: Expected(outcome="refused", reason="bad_signature"),
    Fault.UNKNOWN_KEY: Expected(outcome="refused", reason="unknown_key"),
    Fault.NO_RIGHT: Expected(outcome="refused", reason="not_permitted"),
    Fault.SCHEMA: Expected(outcome="refused", reason="schema_violation"),
    Fault.REPEATED: Expected(outcome="duplicate"),
    Fault.REUSED_ID: Expected(outcome="refused", reason="id_reused"),
    Fault.TOO_LARGE: Expected(outcome="refused", reason="too_large"),
    Fault.SECRET: Expected(outcome="refused", reason="secret_marking"),
    Fault.CLOCK_AHEAD: Expected(outcome="refused", reason="clock_ahead"),
    Fault.WRONG_AUDIENCE: Expected(outcome="refused", reason="wrong_audience"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One message of the day."""

    number: int
    """Its place in the plan, from which its id is made."""
    at: float
    """When, as a part of the working day: 0 is 7:30, 1 is 17:00."""
    sender: str
    type: str
    subject: str
    recipients: tuple[str, ...]
    """Addresses: `urn:hub:org:…`, `urn:hub:group:…`."""
    receivers: tuple[str, ...]
    """The systems that must have it at the end, and no others."""
    body: dict[str, Any]
    correlation: str | None = None
    """Ties the messages of one case together."""
    after: tuple[int, ...] = ()
    """The messages that must be there first: an answer follows what it answers."""
    letter: bool = False
    """It carries a signed PDF, uploaded as an object."""
    urgent: bool = False
    fault: Fault | None = None

    @property
    def expected(self) -> Expected:
        """Return what the hub must make of it."""
        return ADMITTED if self.fault is None else EXPECTED[self.fault]

    @property
    def repeats(self) -> bool:
        """Say whether it is sent under the id of the message that it comes after."""
        return self.fault in {Fault.REPEATED, Fault.REUSED_ID}


def moment(day: date, at: float) -> datetime:
    """Return the time of day of a part of the working day."""
    return datetime.combine(day, OPENS, VIET_NAM) + timedelta(seconds=int(at * DAY_SECONDS))
