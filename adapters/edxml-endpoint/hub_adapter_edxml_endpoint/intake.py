"""From an e-office's packet to a draft: read, check, keep the bytes, name the message."""

import asyncio

from lgsp_adapter import Context, Draft, Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import Letter, letter_of
from lgsp_edxml.media import media_type_of
from lgsp_edxml.reader import read_packet
from lgsp_message.attributes import ORG_PREFIX
from lgsp_message.secrecy import is_marked_secret

from hub_adapter_edxml_endpoint.codes import Code, Refusal


async def take_in(packet: bytes, organ_codes: tuple[str, ...], ctx: Context) -> Draft:
    """Return the message of a packet, after its bytes and files are kept as objects.

    Raises:
        Refusal: the packet cannot be read, its sender or receivers cannot be used.
        Reject: `secret_marking`; whatever the object store raises.
    """
    letter = await asyncio.to_thread(_read, packet)
    if is_marked_secret(letter.body, (letter.subject or "").encode()):
        # Invariant 9: before anything is stored.
        raise Reject("secret_marking", "the packet is marked as a state secret")
    if letter.sender not in organ_codes:
        raise Refusal(Code.UNKNOWN_SENDER, "MessageHeader/From/OrganId")
    if not letter.receivers:
        raise Refusal(Code.UNKNOWN_RECEIVER, "MessageHeader/To/OrganId")
    # Invariant 4: the packet as it came is an object, and the body names it.
    hashes = [await ctx.keep(packet, "application/xml")]
    files = letter.files.values()
    hashes += [await ctx.keep(data, media_type_of("", data)) for data in files]
    return _draft(letter, tuple(dict.fromkeys(hashes)), organ_codes[0])


def _read(packet: bytes) -> Letter:
    try:
        return letter_of(read_packet(packet))
    except EdxmlError as error:
        raise Refusal(Code.NOT_EDXML, f"{error.fault} at {error.place}") from error


def _draft(letter: Letter, objects: tuple[str, ...], own: str) -> Draft:
    return Draft(
        # Made of the letter: an e-office that sends it again gets the same message.
        id=f"edxml-{letter.key(letter.receivers)[:48]}",
        type=f"vn.gov.{letter.kind}.v1",
        dataschema=f"urn:hub:schema:{letter.kind}:1.0",
        body=letter.body,
        subject=letter.subject,
        recipients=tuple(ORG_PREFIX + code for code in letter.receivers),
        # One e-office serves many agencies; for its own it needs to speak for nobody.
        onbehalf=None if letter.sender == own else letter.sender,
        objects=objects,
        correlationid=letter.subject,
        priority="urgent" if letter.is_urgent else None,
    )
