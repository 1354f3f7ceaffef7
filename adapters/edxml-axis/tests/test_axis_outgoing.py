"""Whatever a sender may write arrives at the axis as it was meant."""

import asyncio
import json
from dataclasses import replace

from axis_letters import packet_in
from hub_adapter_edxml_axis.outgoing import make_packet
from hypothesis import given
from lgsp_adapter import Context
from lgsp_adapter.testing import MemoryObjects, delivery
from lgsp_edxml.mapping import objects_of, to_body
from lgsp_edxml.model import Document, Hop
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.strategies import PACKET

SENT_AT = "2026/11/22 09:59:30"
"""The time of the test delivery, 02:59:30 UTC, on Vietnam's clock."""


@given(PACKET)
def test_what_a_body_says_is_what_the_packet_says(packet):
    body = to_body(read_packet(write_packet(packet)))
    del body["original"]
    objects = MemoryObjects()
    for data in objects_of(packet).values():
        objects.put(data)
    made = replace(delivery("d-1"), body=json.dumps(body).encode())
    outgoing = asyncio.run(make_packet(made, Context("axis", fetch=objects.fetch)))
    assert packet_in(outgoing.packet) == with_first_hop(packet)


def with_first_hop(packet):
    """Return the packet with the sender's own hop, where it says nothing of its way."""
    if not isinstance(packet, Document) or packet.trace:
        return packet
    return replace(packet, trace=(Hop(code=packet.from_.code, at=SENT_AT),))
