"""A calendar feed (RFC 5545): each deadline is an event of its day, with alarms before it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from hub.directory.organisations import legal_day
from hub.indicators.deadlines import NAMES, Deadline

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
MAX_OCTETS: Final = 75
"""RFC 5545, section 3.1: longer lines are folded."""
_PRODUCT: Final = "-//LGSP hub//deadlines//VI"


def feed(hub: str, deadlines: Iterable[Deadline], now: datetime) -> bytes:
    """Return the feed. The same deadline keeps its UID, so that a calendar moves its event."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_text('Hạn xử lý · ' + hub)}"]
    # Both spellings: RFC 7986, section 5.7, and what calendars have read before it.
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for one in deadlines:
        lines += _event(hub, one, now)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(hub: str, one: Deadline, now: datetime) -> list[str]:
    day = legal_day(one.due_at)
    vi, en = NAMES[one.what]
    who = one.organisation or hub
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(f'{one.what.value}-{one.subject}@{hub}')}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(f'{vi}: {one.subject}')}",
        f"DESCRIPTION:{_text(f'{vi} · {en}: {one.subject} · {who}')}",
        f"CATEGORIES:{one.what.value.upper()}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    """Escape a text (RFC 5545, section 3.3.11); what would end the line becomes a blank."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(letter if letter.isprintable() else " " for letter in escaped)


def _folded(line: str) -> bytes:
    """Fold after at most 75 octets, never inside a letter: Vietnamese ones have up to three."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        raw = letter.encode()
        # A continued line begins with a blank, which counts.
        if len(piece) + len(raw) > MAX_OCTETS - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += raw
    return b"\r\n ".join((*pieces, piece)) + b"\r\n"
