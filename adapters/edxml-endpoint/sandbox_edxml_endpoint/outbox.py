"""What the e-Office has to send, with the waits of the known client: 30 s to 480 s, then given up.

A code that the axis gave is final for the known client; 20 (system error) is tried again here, as a
broken line is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox_edxml_endpoint.answers import NO_ANSWER, SYSTEM_ERROR, Outcome

WAITS: Final = (30, 60, 120, 240, 480)
"""Seconds before each further try."""


@dataclass(slots=True, kw_only=True)
class Parcel:
    """One packet to send."""

    packet: bytes
    type: str
    key: str
    due: datetime
    tries: int = 0
    code: str = ""


class Outbox:
    """Parcels in the order in which they were written."""

    def __init__(self) -> None:
        self.waiting: list[Parcel] = []
        self.sent: list[Parcel] = []
        self.refused: list[Parcel] = []

    def due(self, now: datetime) -> list[Parcel]:
        """Return what may be tried now."""
        return [each for each in self.waiting if each.due <= now]

    def settle(self, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
        """Note what a try gave."""
        if parcel not in self.waiting:
            return  # The second of a duplicate.
        parcel.tries, parcel.code = parcel.tries + 1, outcome.code
        if not outcome.ok and _again(outcome.code) and parcel.tries <= len(WAITS):
            parcel.due = now + timedelta(seconds=WAITS[parcel.tries - 1])
            return
        self.waiting.remove(parcel)
        (self.sent if outcome.ok else self.refused).append(parcel)


def _again(code: str) -> bool:
    server = code.startswith("http_5") or code == "http_429"
    return code in {NO_ANSWER, SYSTEM_ERROR} or server
