"""From a packet to a draft: read, look for a secrecy marking, keep the bytes, name the message."""

import asyncio
from dataclasses import replace

from lgsp_adapter import Context, Draft, Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import Letter, letter_of
from lgsp_edxml.media import media_type_of
from lgsp_edxml.reader import read_packet
from lgsp_message.attributes import ORG_PREFIX
from lgsp_message.limits import MAX_RECIPIENTS
from lgsp_message.secrecy import is_marked_secret


async def read_letter(packet: bytes) -> Letter:
    """Read a packet, off the loop: a large one takes seconds.

    Raises:
        Reject: `packet_unreadable` with the codec's fault and place; `secret_marking`.
    """
    try:
        letter = await asyncio.to_thread(lambda: letter_of(read_packet(packet)))
    except EdxmlError as error:
        raise Reject("packet_unreadable", f"{error.fault} at {error.place}") from error
    if is_marked_secret(letter.body, (letter.subject or "").encode()):
        # Invariant 9: before anything is stored. Only the hash remains.
        raise Reject("secret_marking", "the packet is marked as a state secret")
    return letter


def draft_of(letter: Letter, recipients: tuple[str, ...], key: str, onbehalf: str | None) -> Draft:
    """Return the message of a letter, without its objects.

    Raises:
        Reject: `no_recipient`, `too_many_recipients`.
    """
    if not recipients:
        raise Reject("no_recipient", "MessageHeader/To: no code of this province")
    if len(recipients) > MAX_RECIPIENTS:
        raise Reject("too_many_recipients", f"MessageHeader/To: more than {MAX_RECIPIENTS}")
    return Draft(
        id=f"edxml-{key[:48]}",
        type=f"vn.gov.{letter.kind}.v1",
        dataschema=f"urn:hub:schema:{letter.kind}:1.0",
        body=letter.body,
        subject=letter.subject,
        recipients=tuple(ORG_PREFIX + code for code in recipients),
        onbehalf=onbehalf,
        # Statuses and later changes name a document by this text, whatever its codes became.
        correlationid=letter.subject,
        priority="urgent" if letter.is_urgent else None,
    )


async def keep(ctx: Context, packet: bytes, letter: Letter, draft: Draft) -> Draft:
    """Keep the packet as received (invariant 4) and its files; return the draft that names them."""
    hashes = [await ctx.keep(packet, "application/xml")]
    files = letter.files.values()
    hashes += [await ctx.keep(data, media_type_of("", data)) for data in files]
    return replace(draft, objects=tuple(dict.fromkeys(hashes)))
