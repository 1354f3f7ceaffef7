"""From a delivery to the packet that is sent."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lgsp_adapter import Context, Delivery, Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import Letter, letter_of
from lgsp_edxml.mapping import from_body
from lgsp_edxml.model import Document, Hop, Issue, Status
from lgsp_edxml.reader import read_packet
from lgsp_edxml.times import write_time
from lgsp_edxml.writer import write_packet
from lgsp_message.attributes import parse_time

from hub_adapter_edxml_axis.calls import MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A packet with what the axis must know of it."""

    packet: bytes = field(repr=False)
    letter: Letter
    message_type: MessageType
    sender: str
    receivers: tuple[str, ...]
    """Codes as the packet spells them."""
    title: str
    notations: tuple[str, ...]
    """Spellings of number and notation that the axis may list."""
    made: datetime
    """When the message was made: it was not sent before."""
    is_alone: bool
    """No other packet is like it in title, notation, sender and receivers: not a later change."""


async def make_packet(delivery: Delivery, ctx: Context) -> Outgoing:
    """Return the packet of a delivery; the same delivery gives the same bytes.

    Raises:
        Reject: `body_unreadable`, or `packet_unwritable` with the codec's fault and place.
        Retryable: an object cannot be read now.
    """
    body = _body(delivery)
    hashes = [file["object"]["hash"] for file in body.get("attachments", ())]
    files = {hash_: await _fetched(ctx, hash_) for hash_ in hashes}
    try:
        data = await asyncio.to_thread(_written, delivery, body, files)
    except EdxmlError as error:
        # What came as a packet and cannot be written in the official form goes on as it came.
        if "original" not in body:
            raise Reject("packet_unwritable", f"{error.fault} at {error.place}") from error
        data = await _fetched(ctx, body["original"]["hash"])
    made = parse_time(delivery.attributes["time"], "time")
    return await asyncio.to_thread(_outgoing, data, made)


def _body(delivery: Delivery) -> dict[str, Any]:
    try:
        body = json.loads(delivery.body)
    except ValueError:
        raise Reject("body_unreadable", "the body is no JSON") from None
    if not isinstance(body, dict):
        raise Reject("body_unreadable", "the body is no JSON object")
    return body


async def _fetched(ctx: Context, hash_: str) -> bytes:
    return b"".join([piece async for piece in ctx.fetch(hash_)])


def _written(delivery: Delivery, body: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    packet = from_body(body, files)
    if isinstance(packet, Document) and not packet.trace:
        # The message's own time, not the clock's: the same bytes at every attempt.
        at = write_time(parse_time(delivery.attributes["time"], "time"))
        packet = replace(packet, trace=(Hop(code=packet.from_.code, at=at),))
    return write_packet(packet)


def _outgoing(data: bytes, made: datetime) -> Outgoing:
    reading = read_packet(data)
    packet = reading.packet
    if isinstance(packet, Document):
        kind, title = MessageType.DOCUMENT, packet.subject
        codes = tuple(dict.fromkeys(receiver.code for receiver in packet.to))
        number, notation = packet.code.number, packet.code.notation
        notations: tuple[str, ...] = (f"{number}/{notation}", notation, number)
    else:
        kind, title = MessageType.STATUS, packet.description or ""
        codes = (packet.response_for.organ_code or "",)
        notations = (packet.response_for.code or "",)
    return Outgoing(
        packet=data,
        letter=letter_of(reading),
        message_type=kind,
        sender=packet.from_.code,
        receivers=codes,
        title=title,
        notations=notations,
        made=made,
        # A change has the title and notation of the letter that it changes.
        is_alone=isinstance(packet, Status) or isinstance(packet.business, Issue),
    )
