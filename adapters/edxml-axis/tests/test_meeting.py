"""The adapter meets the axis' sandbox over loopback HTTP: nothing lost, nothing doubled."""

import asyncio
import json
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hub_adapter_edxml_axis import AxisSink, AxisSource
from hub_adapter_edxml_axis.connect import LONGEST_ANSWER, open_calls
from hub_adapter_edxml_axis.directory import agencies, units
from lgsp_adapter import Context, Fatal, load_config
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
from lgsp_adapter.testing.peers import Now
from lgsp_edxml.mapping import kind_of, objects_of, to_body
from lgsp_edxml.model import Organisation, Status, Update
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet
from sandbox_edxml_axis import AxisSandbox

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
STATUS = (FIXTURES / "status-03.edxml").read_bytes()
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Half a minute after the time that a test's delivery bears."""
TIMEOUT = 0.4
RULES = EngineRules(timeout=5.0, settle=0.6)
"""The axis is at work for 0.2 seconds on a call that was given up: three times that is waited."""
OUTSIDE = "G99"

FAULTS = [
    {"what": "slow", "seconds": 0.02},
    {"what": "slow", "seconds": 0.6},
    {"what": "error_500"},
    {"what": "timeout_after_success", "seconds": 0.02},
    {"what": "timeout_after_success", "seconds": 0.6},
    {"what": "half_body"},
    {"what": "rate_limited", "seconds": 3},
    *({"what": "wrong_schema", "seed": seed} for seed in (0, 1, 2, 5, 7)),
]
"""What any server does wrong. Of `slow` and of the hanging answer one is longer than the wait;
the seeds give each of the five wrong shapes."""


def named(fault):
    return "-".join(str(value) for value in fault.values())


@pytest.fixture
def clock():
    return Now(NOW)


@pytest.fixture(params=[False, True], ids=["list-decides", "hands-back"])
def hands_back(request):
    return request.param


@pytest.fixture
async def axis(clock):
    async with AxisSandbox(seed=1, clock=clock) as sandbox:
        yield sandbox


def clock_for(fault):
    """Return the real clock where the axis is still at work on a call that was given up."""
    works_on = fault["what"] in ("slow", "timeout_after_success")
    return RealClock() if works_on and fault["seconds"] > TIMEOUT else VirtualClock()


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
        sink = AxisSink(load_config(AxisSink.spec.config, self.settings), self.connect)
        await SinkEngine(
            sink,
            self.bus,
            rules=RULES,
            clock=clock or VirtualClock(),
            ctx=self.context(**more),
            chance=lambda: 0.0,
        ).drain()

    async def receive(self, **more):
        config = load_config(AxisSource.spec.config, {**self.settings, "own_codes": ["H99"]})
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
    packet = read_packet(LETTER).packet
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
    return [read_packet(each.packet).packet for each in axis.parcels.waiting(system, type_)]


def taken(axis, kind="edoc"):
    return sorted(axis.journal.effects(kind).values())


def doubled(axis):
    return axis.journal.as_json()["doubled"]


async def test_the_fixture_s_letter_goes_out_and_arrives_as_it_was(axis):
    rig = Rig(axis, own_codes=["H99"])
    await rig.send(rig.deliver(letter()))
    ((key, done),) = rig.bus.delivered.items()
    assert re.fullmatch(r"[0-9a-f]{24}", done.ref), key
    (got,) = arrived(axis)
    assert (got.document_id, got.subject) == (letter().document_id, letter().subject)
    assert [file.data for file in got.attachments] == [file.data for file in letter().attachments]


async def test_a_letter_to_both_sides_goes_to_the_outside_only(axis):
    rig = Rig(axis, own_codes=["H99"])
    both = replace(letter(), to=(*letter().to, Organisation(code="H99.98")))
    await rig.send(rig.deliver(both))
    assert len(arrived(axis)) == 1
    assert arrived(axis, system="mau.h99") == []


async def test_the_fixture_s_letter_and_status_come_in_as_messages_that_fit_their_schemas(axis):
    axis.put(LETTER, sender="000.00.97.H99", to=["H99.98"], type_="edoc")
    axis.put(STATUS, sender="H99.98", to=["000.00.97.H99"], type_="status")
    rig = Rig(axis)
    await rig.receive()
    document, status = rig.bus.admitted.values()
    assert document.subject == status.subject == "000.00.97.H99,2026/03/10,15/STN-VPĐT"
    assert document.recipients == ("urn:hub:org:H99.98",)
    assert status.recipients == ("urn:hub:org:000.00.97.H99",)
    assert document.time == status.time == NOW
    for draft in (document, status):
        assert compile_schema(load(draft.dataschema).raw).check(json.loads(draft.body)) is None
    assert axis.parcels.waiting("mau.h99", "edoc") == []
    assert axis.parcels.waiting("mau.h99", "status") == []


async def test_what_one_connector_sends_another_receives(axis):
    rig, other = Rig(axis), Rig(axis)
    await rig.send(rig.deliver(replace(letter(), to=(Organisation(code="H99.98"),))))
    await other.receive()
    (draft,) = other.bus.admitted.values()
    assert draft.subject == letter().document_id
    kept = {bytes(content) for content in other.objects.contents.values()}
    assert {file.data for file in letter().attachments} <= kept


async def test_a_letter_for_an_old_and_a_new_code_of_one_agency_is_one_message(axis):
    axis.put(LETTER, sender="G99", to=["H99.98", "000.00.98.H99"], type_="edoc")
    rig = Rig(axis)
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert axis.parcels.waiting("mau.h99", "edoc") == []


@pytest.mark.parametrize("path", ["/sendEdoc", "/getSentEdocList"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_bad_day_loses_and_doubles_no_letter_that_is_sent(clock, fault, path, hands_back):
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        axis.misbehave(path=path, times=2, **fault)
        if path == "/getSentEdocList":
            axis.misbehave("half_body", path="/sendEdoc")
        letters = [rig.deliver(letter(n), f"d-{n}") for n in range(3)]
        await rig.send(*letters, clock=clock_for(fault))
        assert len(rig.bus.delivered) == 3
        assert rig.bus.dead_letters == {}
        assert len(arrived(axis)) == 3
        assert doubled(axis) == []


@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_bad_day_loses_and_doubles_no_status(clock, fault, hands_back):
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        status = replace(
            read_packet(STATUS).packet,
            response_for=replace(read_packet(STATUS).packet.response_for, organ_code=OUTSIDE),
        )
        first = replace(status, status_code="01", description="Đã đến")
        await rig.send(rig.deliver(first, "d-1"))
        axis.misbehave(path="/sendEdoc", times=2, **fault)
        await rig.send(rig.deliver(status, "d-2"), clock=clock_for(fault))
        assert len(rig.bus.delivered) == 2
        assert [each.status_code for each in arrived(axis, "status")] == ["01", "03"]
        assert doubled(axis) == []


@pytest.mark.parametrize("path", ["/getReceivedEdocList", "/getEdoc", "/updateStatus"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_bad_day_loses_and_doubles_no_letter_that_is_received(axis, fault, path):
    for number in range(4):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    axis.misbehave(path=path, times=3, **fault)
    rig = Rig(axis)
    await poll(rig)
    subjects = sorted(draft.subject for draft in rig.bus.admitted.values())
    assert subjects == [f"000.00.97.H99,2026/03/10,{n}/STN-VPĐT" for n in range(4)]
    assert rig.bus.dead_letters == {}
    assert axis.parcels.waiting("mau.h99", "edoc") == []
    assert doubled(axis) == []


async def poll(rig, times=2):
    """Receive as often as a connector that polls; one poll may find an answer it cannot read."""
    for _ in range(times):
        await rig.receive()


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_a_list_with_a_row_twice_or_in_another_order_doubles_nothing(axis, what):
    for number in range(4):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    axis.misbehave(what, times=2)
    rig = Rig(axis)
    await rig.receive()
    assert len(rig.bus.admitted) == 4
    assert doubled(axis) == []


async def test_a_look_up_finds_its_letter_in_a_list_with_a_row_twice(axis):
    rig = Rig(axis)
    axis.misbehave("half_body", path="/sendEdoc")
    axis.misbehave("duplicate", path="/getSentEdocList", times=3)
    await rig.send(rig.deliver(letter()))
    assert len(rig.bus.delivered) == 1
    assert taken(axis) == [1]


@pytest.mark.parametrize("outage", [1, 3])
async def test_while_the_hub_takes_nothing_the_axis_keeps_the_letter(axis, outage):
    axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    rig.bus.refuse_next = outage
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert doubled(axis) == []


async def test_an_update_whose_end_is_unknown_is_never_taken_for_its_letter(clock, hands_back):
    """The update has the letter's title and number, and both left within minutes."""
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        change = Update(reason="Sửa (mẫu)", content_changed=True, receivers_changed=False)
        await rig.send(rig.deliver(letter(), "d-1"))
        axis.misbehave("error_500", path="/sendEdoc")
        await rig.send(rig.deliver(letter(business=change), "d-2"))
        if hands_back:
            assert len(arrived(axis)) == 2
        else:
            (dead,) = rig.bus.dead_letters.values()
            assert (dead.code, dead.peer_code) == ("outcome_unknown", "DOCUMENT")


async def test_a_letter_of_an_earlier_day_is_not_taken_for_one_that_looks_like_it(axis, clock):
    """The number is a year's own: the same title and number may come again."""
    rig = Rig(axis)
    clock.at = NOW - timedelta(days=300)
    await rig.send(rig.deliver(letter(), "d-1"))
    clock.at = NOW
    axis.misbehave("error_500", path="/sendEdoc")
    now = replace(letter(), document_id="000.00.97.H99,2026/11/22,15/STN-VPĐT")
    await rig.send(rig.deliver(now, "d-2"))
    assert len(rig.bus.delivered) == len(arrived(axis)) == 2


async def test_where_the_operator_wants_it_a_list_alone_decides_nothing(axis):
    rig = Rig(axis, sent_list_decides=False)
    axis.misbehave("half_body", path="/sendEdoc")
    await rig.send(rig.deliver(letter()))
    assert [dead.code for dead in rig.bus.dead_letters.values()] == ["outcome_unknown"]
    assert taken(axis) == [1]


REFUSED = {
    "RECEIVER": replace(letter(), to=(Organisation(code="H97"),)),
    "AGENCY": replace(letter(), from_=Organisation(code="H98.10")),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal_of_the_letter_is_a_dead_letter_with_the_axis_own_code(axis, code):
    rig = Rig(axis)
    await rig.send(rig.deliver(REFUSED[code], "d-1"), rig.deliver(letter(16), "d-2"))
    (dead,) = rig.bus.dead_letters.values()
    assert (dead.code, dead.peer_code) == ("axis_refused", code)
    assert len(rig.bus.delivered) == 1


async def test_a_wrong_secret_stops_sending_and_makes_no_dead_letter(axis):
    rig = Rig(axis)
    with pytest.raises(Fatal) as stopped:
        await rig.send(rig.deliver(letter()), secret="sai")
    assert stopped.value.peer_code == "SIGNATURE"
    assert (rig.bus.dead_letters, len(rig.bus.inbox)) == ({}, 1)
    await rig.send()
    assert len(arrived(axis)) == 1


async def test_a_wrong_secret_stops_receiving_where_its_code_is_known(axis):
    rig = Rig(axis, stop_codes=["SIGNATURE"])
    with pytest.raises(Fatal) as stopped:
        await rig.receive(secret="sai")
    assert stopped.value.peer_code == "SIGNATURE"


async def test_a_packet_nobody_can_read_is_a_dead_letter_and_the_axis_hears_fail(axis):
    axis.put(b"<khong/>", sender="G99", to=["H99.98"], type_="edoc", raw=True)
    axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    await rig.receive()
    (dead,) = rig.bus.dead_letters.values()
    assert (dead.code, dead.item.raw) == ("packet_unreadable", b"<khong/>")
    assert len(rig.bus.admitted) == 1
    told = [key.partition(":")[2] for key in axis.journal.effects("updateStatus")]
    assert told == ["fail", "done"]


async def test_what_the_axis_carries_unread_is_read_by_the_adapter(axis):
    """Junk before the declaration: the wild form that a strict parser refuses."""
    axis.put(b"1212" + LETTER, sender="G99", to=["H99.98"], type_="edoc", raw=True)
    rig = Rig(axis)
    await rig.receive()
    (draft,) = rig.bus.admitted.values()
    assert json.loads(draft.body)["repairs"] == ["junk_before_declaration"]


async def test_an_expired_certificate_holds_everything_up_and_loses_nothing(clock):
    async with AxisSandbox(seed=1, clock=clock, tls=True) as axis:
        axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
        rig = Rig(axis, timeout_seconds=5)
        axis.misbehave("expired_certificate", times=2)
        await rig.send(rig.deliver(letter()))
        axis.misbehave("expired_certificate", times=2)
        await rig.receive()
        assert not axis.mischief.pending
        assert len(rig.bus.delivered) == len(rig.bus.admitted) == 1
        assert doubled(axis) == []


async def test_a_bad_day_of_all_calls_loses_and_doubles_nothing(axis):
    for number in range(10):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    axis.mischief.bad_day(0.2, seed=3)
    await asyncio.wait_for(
        # The real clock: an axis that is slow is at work on a call that was given up.
        rig.send(*(rig.deliver(letter(n), f"d-{n}") for n in range(10)), clock=RealClock()),
        timeout=120,
    )
    await asyncio.wait_for(poll(rig, 2), timeout=60)
    axis.mischief.bad_day(0)
    await rig.receive()
    assert len(rig.bus.delivered) == len(arrived(axis)) == len(rig.bus.admitted) == 10
    assert rig.bus.dead_letters == {}
    assert doubled(axis) == []


async def test_the_directory_of_the_axis_is_read(axis):
    rig = Rig(axis)
    config = load_config(AxisSink.spec.config, rig.settings)
    ctx = rig.context()
    async with rig.connect(ctx, 5) as client:
        calls = await open_calls(ctx, config, client)
        codes = {each.code: each.code102 for each in await agencies(calls)}
        found = {each.code: each for each in await units(calls)}
    assert codes == {"G99": "000.00.00.G99", "H99": "000.00.00.H99", "H98": "000.00.00.H98"}
    assert (found["H99.98"].parent_id, found["H99.98"].is_deleted) == ("2", False)
    assert found["H99.98"].is_agency
