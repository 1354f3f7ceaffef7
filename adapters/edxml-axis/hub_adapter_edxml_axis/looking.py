"""The look-up: whether the axis already has a letter whose sending ended unknown."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from lgsp_adapter import Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import letter_of
from lgsp_edxml.reader import read_packet
from lgsp_edxml.times import read_time

from hub_adapter_edxml_axis.calls import Calls, Sent
from hub_adapter_edxml_axis.outgoing import Outgoing

MAX_CANDIDATES: Final = 20
"""Most listed letters that are fetched to compare; more of one notation is no ordinary case."""
CLOCKS_DIFFER: Final = timedelta(minutes=15)
"""How far the axis' clock may be behind a sender's: what was sent earlier is another letter."""


async def find_sent(calls: Calls, outgoing: Outgoing, *, list_decides: bool) -> str | None:
    """Return the axis' id of the letter if it was sent, None if it surely was not.

    A row that looks like it is fetched and compared by the letter's key: an update has the title
    and notation of the letter that it changes. Whether the axis hands a sent letter back to its
    sender is not published. Where it does not, and `list_decides`, the rows themselves decide, but
    only about a letter that no other one is like.

    Raises:
        Reject: `outcome_unknown`: a row looks like it and cannot be compared.
    """
    rows = [row for row in await calls.sent(outgoing.message_type) if _may_be(row, outgoing)]
    alike = list(dict.fromkeys(row.sender_doc_id for row in rows))
    if len(alike) > MAX_CANDIDATES:
        raise Reject("outcome_unknown", "getSentEdocList: too many letters look like it")
    try:
        for doc_id in alike:
            if await _is_it(calls, doc_id, outgoing):
                return doc_id
    except Reject:
        if list_decides and len(alike) == 1 and _is_listed(rows, outgoing):
            return alike[0]
        raise
    return None


def _may_be(row: Sent, outgoing: Outgoing) -> bool:
    """Say whether a row may be the letter; what the axis left out excludes nothing.

    What is listed as the title of a status is not published. If its description is not, a status
    may be sent twice, which a receiver has to bear; it is never taken for another one.
    """
    sent = read_time(row.sent_time[:19])
    return (
        row.from_code in ("", outgoing.sender)
        and row.to_code in ("", *outgoing.receivers)
        and _nfc(row.notation) in ("", *map(_nfc, outgoing.notations))
        and (not outgoing.title or _nfc(row.title) in ("", _nfc(outgoing.title)))
        and (sent is None or sent >= outgoing.made - CLOCKS_DIFFER)
    )


def _is_listed(rows: Iterable[Sent], outgoing: Outgoing) -> bool:
    """Say whether rows that may be the letter leave no doubt: nothing is left out."""
    return outgoing.is_alone and all(map(_is_full, rows)) and bool(outgoing.title)


def _is_full(row: Sent) -> bool:
    said: Sequence[str | None] = (row.from_code, row.to_code, row.title, row.notation)
    return all(said) and read_time(row.sent_time[:19]) is not None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


async def _is_it(calls: Calls, doc_id: str, outgoing: Outgoing) -> bool:
    try:
        letter = letter_of(read_packet(await calls.packet(doc_id)))
    except (Reject, EdxmlError) as error:
        code = error.peer_code if isinstance(error, Reject) else str(error.fault)
        raise Reject("outcome_unknown", "getEdoc of a sent letter", peer_code=code) from error
    return letter.key(()) == outgoing.letter.key(())
