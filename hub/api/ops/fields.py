"""The types of what operators ask with: what each may look like, and why."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Final

from lgsp_message.limits import MAX_TEXT_CHARS
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

MAX_PARTS: Final = 4
"""A text in NFD takes up to four code points for one letter of Vietnamese."""


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        # The first day of year 1 east of Greenwich lies before every calendar.
        raise ValueError("a moment between year 1 and year 9999, in UTC") from None


def _composed(text: str) -> str:
    # A sender's subject is NFC, whatever keyboard the operator has: the index compares bytes.
    found = unicodedata.normalize("NFC", text.strip())
    if not found or not found.isprintable():
        raise ValueError("printable text")
    return found


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,63}$")]
MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
OrganisationId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
"""A code, a type, a URN: one word."""
TraceId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
RoutePath = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\*|[0-9A-Za-z._-]{1,64})/(\*|[0-9A-Za-z._-]{1,64})(/[\x21-\x2e\x30-\x7e]{1,128})?$"
    ),
]
"""`<from>/<to>` or `<from>/<to>/<type>`: organisations, or `*` for any."""
BusinessKey = Annotated[
    str, Field(min_length=1, max_length=MAX_TEXT_CHARS * MAX_PARTS), AfterValidator(_composed)
]
CursorText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,600}$")]
