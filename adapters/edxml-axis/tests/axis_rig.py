"""One connector of the province H99 in front of the axis' sandbox."""

import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from axis_letters import packet_in
from hub_adapter_edxml_axis import AxisSink, AxisSource
from hub_adapter_edxml_axis.connect import LONGEST_ANSWER
from lgsp_adapter import Context
from lgsp_adapter.net import open_client
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    MemoryObjects,
    RealClock,
    SinkEngine,
    SourceEngine,
    VirtualClock,
    delivery,
)
from lgsp_edxml.mapping import kind_of, objects_of, to_body
from lgsp_edxml.model import Organisation, Status
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
STATUS = (FIXTURES / "status-03.edxml").read_bytes()
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Half a minute after the time that a test's delivery bears."""
TIMEOUT = 0.4
RULES = EngineRules(timeout=5.0, settle=0.6)
"""The axis is at work for 0.2 seconds on a call that was given up: three times that is waited."""
OUTSIDE = "G99"


def hangs(fault):
    """Say whether the axis is still at work on a call that was given up."""
    return fault["what"] in ("slow", "timeout_after_success") and fault["seconds"] > TIMEOUT


def clock_for(fault):
    """Return the real clock where the axis works on while we wait."""
    return RealClock() if hangs(fault) else VirtualClock()


class Rig:
    """One connector of the province H99 in front of a sandbox."""

    def __init__(self, axis, **settings):
        self.axis, self.bus, self.objects = axis, Bus(), MemoryObjects()
        self.settings = {
            "url": axis.url,
            "system_id": "mau.h99",
            "secret": "test:khoa",
            "timeout_seconds": TIMEOUT,
            **settings,
        }

    def context(self, secret="sandbox-secret-h99"):
        async def secrets(_):
            return secret

        return Context(
            "axis",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            now=self.axis.now,
        )

    def connect(self, ctx, timeout):
        trust = self.axis.trust
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if trust:
            verify.load_verify_locations(cadata=trust)
        return open_client(
            ctx.networks,
            timeout=timeout,
            longest_answer=LONGEST_ANSWER,
            verify=verify,
            unsafe_allow_loopback=True,
        )

    async def send(self, *deliveries, clock=None, **more):
        self.bus.put(deliveries)
        sink = AxisSink(AxisSink.config_of(self.settings), self.connect)
        await SinkEngine(
            sink,
            self.bus,
            rules=RULES,
            clock=clock or VirtualClock(),
            ctx=self.context(**more),
            chance=lambda: 0.0,
        ).drain()

    async def receive(self, **more):
        config = AxisSource.config_of({**self.settings, "own_codes": ["H99"]})
        await SourceEngine(
            lambda: AxisSource(config, self.connect),
            self.bus,
            rules=RULES,
            ctx=self.context(**more),
            chance=lambda: 0.0,
        ).drain()

    def deliver(self, packet, id_="d-1"):
        """Return a delivery of a packet, as an agency's own software makes it."""
        body = to_body(read_packet(write_packet(packet)))
        del body["original"]
        self.objects.contents |= objects_of(packet)
        made = delivery(id_, type_=f"vn.gov.{kind_of(packet)}.v1", subject=packet_name(packet))
        return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


def packet_name(packet):
    return packet.response_for.document_id if isinstance(packet, Status) else packet.document_id


def letter(number=15, **changes):
    """Return the fixture's letter under another number, to the centre."""
    packet = packet_in(LETTER)
    return replace(
        packet,
        to=(Organisation(code=OUTSIDE, name="Bộ Mẫu"),),
        document_id=f"000.00.97.H99,2026/03/10,{number}/STN-VPĐT",
        code=replace(packet.code, number=str(number)),
        **changes,
    )


def numbered(number):
    """Return the fixture's bytes under another number, for an agency of the province."""
    return LETTER.replace(b",15/STN", b",%d/STN" % number).replace(
        b"CodeNumber>15<", b"CodeNumber>%d<" % number
    )


def arrived(axis, type_="edoc", system="mau.g99"):
    return [packet_in(each.packet) for each in axis.parcels.waiting(system, type_)]


def taken(axis, kind="edoc"):
    return sorted(axis.journal.effects(kind).values())


def doubled(axis):
    return axis.journal.as_json()["doubled"]
