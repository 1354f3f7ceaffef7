"""From a delivery to the packet that is sent."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from lgsp_adapter import Context, Delivery, Reject
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.letters import Letter, letter_of
from lgsp_edxml.model import Document, Issue, Status
from lgsp_edxml.official import packet_of
from lgsp_edxml.reader import read_packet
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
    made = parse_time(delivery.attributes["time"], "time")
    try:
        data = await packet_of(delivery.json(), made, ctx.read)
    except EdxmlError as error:
        raise Reject("packet_unwritable", f"{error.fault} at {error.place}") from error
    return await asyncio.to_thread(_outgoing, data, made)


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
