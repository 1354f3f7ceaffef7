"""The look-up: whether the axis already has a letter whose sending ended unknown."""

import unicodedata
from typing import Final

from lgsp_adapter import Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import letter_of
from lgsp_edxml.reader import read_packet

from hub_adapter_edxml_axis.calls import Calls, Sent
from hub_adapter_edxml_axis.outgoing import Outgoing

MAX_CANDIDATES: Final = 20
"""Most listed letters that are fetched to compare; more of one notation is no ordinary case."""


async def find_sent(calls: Calls, outgoing: Outgoing) -> str | None:
    """Return the axis' id of the letter if it was sent, None if it surely was not.

    A row that looks like it is fetched and compared by the letter's key: an update has the title
    and notation of the letter that it changes.

    Raises:
        Reject: `outcome_unknown`: a row looks like it and cannot be compared.
    """
    rows = await calls.sent(outgoing.message_type)
    alike = dict.fromkeys(row.sender_doc_id for row in rows if _may_be(row, outgoing))
    if len(alike) > MAX_CANDIDATES:
        raise Reject("outcome_unknown", "getSentEdocList: too many letters look like it")
    for doc_id in alike:
        if await _is_it(calls, doc_id, outgoing):
            return doc_id
    return None


def _may_be(row: Sent, outgoing: Outgoing) -> bool:
    """Say whether a row may be the letter; what the axis left out excludes nothing."""
    return (
        row.from_code in ("", outgoing.sender)
        and row.to_code in ("", *outgoing.receivers)
        and _nfc(row.notation) in ("", *map(_nfc, outgoing.notations))
        # A status has no title of its own; what is listed for it is not documented.
        and (not outgoing.title or _nfc(row.title) in ("", _nfc(outgoing.title)))
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


async def _is_it(calls: Calls, doc_id: str, outgoing: Outgoing) -> bool:
    try:
        letter = letter_of(read_packet(await calls.packet(doc_id)))
    except (Reject, EdxmlError) as error:
        code = error.peer_code if isinstance(error, Reject) else str(error.fault)
        raise Reject("outcome_unknown", "getEdoc of a sent letter", peer_code=code) from error
    return letter.key(()) == outgoing.letter.key(())
