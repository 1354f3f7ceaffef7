"""The adapter meets the portal's sandbox over loopback HTTP: nothing lost, nothing doubled."""

import asyncio
import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hub_adapter_dvcqg import PortalSink, PortalSource
from hub_adapter_dvcqg.convert import from_portal
from hub_adapter_dvcqg.fields import STEP, SUBMISSION
from lgsp_adapter import Backpressure, Context, Fatal, Reject, Retryable, load_config
from lgsp_adapter.net import open_client
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    MemoryObjects,
    SinkEngine,
    SourceEngine,
    delivery,
)
from lgsp_adapter.testing.peers import Now
from sandbox_dvcqg import PortalSandbox

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

FIXTURES = Path(__file__).parent.parent / "fixtures"
DOSSIER = json.loads((FIXTURES / "dossier.json").read_text())
STEP_ROW = json.loads((FIXTURES / "step.json").read_text())
CODE = DOSSIER["MaHoSo"]
NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
RULES = EngineRules(timeout=5.0)
AGENCY = {"code": "000.00.97.H99", "name": "Sở Thử nghiệm tỉnh Mẫu"}

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


RECEIVING = [
    (path, fault)
    for path in ("/auth", "/adapter", "/files")
    for fault in FAULTS
    # A file has no schema: whatever comes whole with 200 is the file.
    if (path, fault["what"]) != ("/files", "wrong_schema")
]


def named(fault):
    return fault if isinstance(fault, str) else "-".join(str(value) for value in fault.values())


@pytest.fixture
def clock():
    return Now(NOW)


@pytest.fixture
async def portal(clock):
    async with PortalSandbox(seed=1, clock=clock) as sandbox:
        yield sandbox


class Rig:
    """One connector of the province H99 in front of a sandbox."""

    def __init__(self, portal, **settings):
        self.portal, self.bus, self.objects = portal, Bus(), MemoryObjects()
        facts = portal.describe()
        self.settings = {
            "auth_endpoint": facts["auth_endpoint"],
            "adapter_url": facts["adapter_url"],
            "username": facts["username"],
            "password": "test:cong",
            "dstcode": facts["dstcode"],
            "madonvi": "000.00.00.H99",
            "timeout_seconds": 0.4,
            **settings,
        }

    def context(self, password):
        async def secrets(_):
            return password

        return Context(
            "dvcqg",
            resolvers={"test": secrets},
            fetch=self.objects.fetch,
            store=self.objects.store,
            now=self.portal.now,
        )

    def connect(self, ctx, timeout, longest):
        verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.portal.trust:
            verify.load_verify_locations(cadata=self.portal.trust)
        return open_client(
            ctx.networks,
            timeout=timeout,
            longest_answer=longest,
            verify=verify,
            unsafe_allow_loopback=True,
        )

    async def send(self, *deliveries, password="sandbox-password"):
        self.bus.put(deliveries)
        sink = PortalSink(load_config(PortalSink.spec.config, self.settings), self.connect)
        await SinkEngine(
            sink, self.bus, rules=RULES, ctx=self.context(password), chance=lambda: 0.0
        ).drain()

    async def receive(self, password="sandbox-password"):
        config = load_config(PortalSource.spec.config, self.settings)
        await SourceEngine(
            lambda: PortalSource(config, self.connect),
            self.bus,
            rules=RULES,
            ctx=self.context(password),
            chance=lambda: 0.0,
        ).drain()


def deliver(name, body, id_="d-1"):
    schema = compile_schema(load(f"urn:hub:schema:{name}:1.0").raw)
    assert schema.check(body) is None, name
    made = delivery(id_, type_=f"vn.gov.{name}.v1", subject=body["dossier_code"])
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


def submitted(code=CODE, id_="d-1"):
    """Return the event of the fixture's dossier."""
    body = from_portal(SUBMISSION, DOSSIER)
    del body["agency_text"]
    return deliver("dossier.submitted", {**body, "dossier_code": code, "agency": AGENCY}, id_)


def step(number=0, code=CODE, id_="s-1"):
    body = from_portal(STEP, STEP_ROW)
    at = f"2026-03-11T08:00:{number:02}+07:00"
    return deliver(
        "dossier.step", {**body, "dossier_code": code, "agency": AGENCY, "processed_at": at}, id_
    )


LATER = {
    "received": {"state": 2, "received_at": "2026-03-10T09:00:00+07:00"},
    "supplement-requested": {
        "supplement_id": "BS-MAU-1",
        "content": "Bổ sung giấy tờ (mẫu)",
        "requested_at": "2026-03-11T08:00:00+07:00",
    },
    "result": {"state": 9, "outcome": "granted", "finished_at": "2026-03-12T08:00:00+07:00"},
    "returned": {"returned_at": "2026-03-13T08:00:00+07:00", "method": "post"},
    "withdrawn": {"reason": "Rút (mẫu)", "withdrawn_at": "2026-03-10T10:00:00+07:00"},
}


def later(name, id_="e-1", **changes):
    body = {"dossier_code": CODE, "agency": AGENCY, **LATER[name], **changes}
    return deliver(f"dossier.{name}", body, id_)


def doubled(portal):
    return portal.journal.as_json()["doubled"]


async def test_the_fixture_s_dossier_arrives_field_for_field(portal):
    rig = Rig(portal)
    await rig.send(submitted())
    want = {name: value for name, value in DOSSIER.items() if value != []}
    # What an event of a submission does not hold, and its state.
    for name in ("NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo"):
        del want[name]
    assert {name: portal.dossiers[CODE][name] for name in want} == want
    assert portal.dossiers[CODE]["TrangThaiHoSo"] == "1"


async def test_the_fixture_s_step_arrives_field_for_field(portal):
    rig = Rig(portal)
    await rig.send(submitted(), step())
    assert portal.steps[CODE] == [STEP_ROW]


@pytest.mark.parametrize("name", LATER)
async def test_a_later_event_changes_its_fields_and_erases_no_other(portal, name):
    rig = Rig(portal)
    await rig.send(submitted(), later(name))
    assert rig.bus.dead_letters == {}
    dossier = portal.dossiers[CODE]
    assert dossier["ChuHoSo"] == DOSSIER["ChuHoSo"]
    assert dossier["MaTTHC"] == DOSSIER["MaTTHC"]
    assert dossier["TrangThaiHoSo"] != "1"


async def test_a_second_request_for_papers_keeps_the_first(portal):
    rig = Rig(portal)
    again = later("supplement-requested", "e-2", supplement_id="BS-MAU-2")
    await rig.send(submitted(), later("supplement-requested"), again)
    rows = portal.dossiers[CODE]["DanhSachHoSoBoSung"]
    assert [row["HoSoBoSungId"] for row in rows] == ["BS-MAU-1", "BS-MAU-2"]


async def test_the_event_s_fields_alone_are_refused_by_a_portal_that_wants_whole_dossiers(portal):
    rig = Rig(portal, whole_updates=False)
    await rig.send(submitted(), later("returned"))
    (dead,) = rig.bus.dead_letters.values()
    assert (dead.code, dead.peer_code) == ("portal_refused", "3: thiếu")


async def test_a_step_without_an_officer_names_the_system(portal):
    paid = {
        "dossier_code": CODE,
        "reference": "MAU-1",
        "kind": "payment",
        "transaction_id": "GD-MAU-1",
        "amount": 10_000,
        "paid_at": "2026-03-10T10:00:00+07:00",
    }
    moved = {
        "dossier_code": CODE,
        "from_agency": AGENCY,
        "to_agency": {"code": "H99.98"},
        "transferred_at": "2026-03-10T11:00:00+07:00",
    }
    rig = Rig(portal, unnamed_officer="Hệ thống Mẫu")
    events = {"dossier.fee-paid": paid, "dossier.transferred": moved}
    await rig.send(submitted(), *(deliver(name, body, name) for name, body in events.items()))
    assert rig.bus.dead_letters == {}
    assert [each["NguoiXuLy"] for each in portal.steps[CODE]] == ["Hệ thống Mẫu"] * 2


async def test_one_bad_step_of_a_chunk_stops_no_other(portal):
    rig = Rig(portal)
    codes = ["MAU-1", "MAU-2", "MAU-3"]
    await rig.send(*(submitted(code, f"d-{code}") for code in codes))
    await rig.send(*(step(0, code, f"s-{code}") for code in (*codes, "MAU-4")))
    (dead,) = rig.bus.dead_letters.values()
    assert dead.code == "dossier_absent"
    assert sorted(portal.steps) == codes
    assert doubled(portal) == []


@pytest.mark.parametrize("path", ["/auth", "/adapter"])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_bad_day_loses_and_doubles_nothing_that_is_sent(portal, fault, path):
    rig = Rig(portal)
    portal.misbehave(path=path, times=2, **fault)
    codes = ["MAU-1", "MAU-2", "MAU-3"]
    await rig.send(*(submitted(code, f"d-{code}") for code in codes))
    portal.sessions.end_all()
    portal.misbehave(path=path, times=3, **fault)
    await rig.send(*(step(n, code, f"s-{code}-{n}") for code in codes for n in range(4)))
    assert len(rig.bus.delivered) == 15
    assert rig.bus.dead_letters == {}
    assert sorted(portal.dossiers) == codes
    assert [len(portal.steps[code]) for code in codes] == [4, 4, 4]
    assert doubled(portal) == []


@pytest.mark.parametrize("fault", FAULTS, ids=named)
async def test_a_bad_day_loses_and_doubles_no_update(portal, fault):
    rig = Rig(portal)
    await rig.send(submitted())
    portal.misbehave(path="/adapter", times=3, **fault)
    await rig.send(later("received"), later("result", "e-2"), later("returned", "e-3"))
    assert len(rig.bus.delivered) == 4
    assert portal.dossiers[CODE]["TrangThaiHoSo"] == "10"
    assert portal.dossiers[CODE]["NgayTiepNhan"] == "20260310090000"
    assert doubled(portal) == []


@pytest.mark.parametrize(("path", "fault"), RECEIVING, ids=named)
async def test_a_bad_day_loses_and_doubles_nothing_that_is_received(portal, fault, path):
    rows = [portal.submit(content=b"%%PDF-1.7 %d" % number) for number in range(4)]
    portal.misbehave(path=path, times=3, **fault)
    rig = Rig(portal)
    for _ in range(2):
        await rig.receive()
    subjects = sorted(draft.subject for draft in rig.bus.admitted.values())
    assert subjects == sorted(row["MaHoSo"] for row in rows)
    assert rig.bus.dead_letters == {}
    assert set(rig.objects.contents.values()) == {b"%%PDF-1.7 %d" % n for n in range(4)}
    assert len(portal.journal.effects("mark")) == 4
    assert doubled(portal) == []


async def test_a_submission_becomes_a_message_that_fits_its_schema(portal):
    row = portal.submit()
    rig = Rig(portal)
    await rig.receive()
    (draft,) = rig.bus.admitted.values()
    assert (draft.subject, draft.type) == (row["MaHoSo"], "vn.gov.dossier.submitted.v1")
    assert draft.recipients == ("urn:hub:org:000.00.97.H99",)
    body = json.loads(draft.body)
    assert compile_schema(load(draft.dataschema).raw).check(body) is None
    assert body["files"][0]["object"]["hash"] in rig.objects.contents


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_a_list_with_a_row_twice_or_in_another_order_doubles_nothing(portal, what):
    for _ in range(4):
        portal.submit()
    portal.misbehave(what, times=2)
    rig = Rig(portal)
    await rig.receive()
    assert len(rig.bus.admitted) == 4
    assert doubled(portal) == []


async def test_while_the_hub_takes_nothing_the_portal_keeps_the_dossier(portal):
    portal.submit()
    rig = Rig(portal)
    rig.bus.refuse_next = 2
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert len(portal.journal.effects("mark")) == 1


async def test_a_portal_without_marks_is_read_once_and_not_for_ever(portal):
    """It lists what it listed before; a restart reads the same messages again."""
    for _ in range(3):
        portal.submit()
    rig = Rig(portal, list_service="LayDanhSachHoSo", mark_service="KhongCoDichVuNay")
    for _ in range(2):
        await asyncio.wait_for(rig.receive(), timeout=30)
    assert len(rig.bus.admitted) == 3
    assert rig.bus.dead_letters == {}


async def test_a_wrong_name_of_the_list_is_no_empty_list(portal):
    portal.submit()
    rig = Rig(portal, list_service="KhongCoDichVuNay")
    with pytest.raises(Retryable) as refused:
        await rig.receive()
    assert refused.value.peer_code == "3: không tồn tại"


@pytest.mark.parametrize("direction", ["send", "receive"])
async def test_a_wrong_password_stops_the_connector(portal, direction):
    rig = Rig(portal)
    rig.bus.put([submitted()])
    with pytest.raises(Fatal) as stopped:
        await getattr(rig, direction)(password="sai")
    assert stopped.value.peer_code == "-3"
    assert (rig.bus.dead_letters, len(rig.bus.inbox)) == ({}, 1)


async def test_a_session_that_ended_is_renewed(portal, clock):
    rig = Rig(portal, session_minutes=1440)
    await rig.send(submitted())
    clock.at = NOW + timedelta(hours=1)
    await rig.send(step())
    portal.sessions.end_all()
    await rig.send(step(1, id_="s-2"))
    assert len(portal.steps[CODE]) == 2


async def test_what_the_portal_refuses_is_a_dead_letter_with_its_code(portal):
    rig = Rig(portal)
    body = from_portal(SUBMISSION, DOSSIER)
    del body["agency_text"]
    body |= {"agency": AGENCY, "applicant": {**body["applicant"], "identity": None}}
    body["applicant"]["identity"] = {"kind": 1, "number": "123"}
    made = replace(
        delivery("d-1", type_="vn.gov.dossier.submitted.v1"),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )
    await rig.send(made)
    (dead,) = rig.bus.dead_letters.values()
    assert dead.code == "portal_refused"
    assert dead.peer_code.startswith("3")


async def test_an_expired_certificate_holds_everything_up_and_loses_nothing(clock):
    async with PortalSandbox(seed=1, clock=clock, tls=True) as portal:
        portal.submit()
        rig = Rig(portal, timeout_seconds=5)
        portal.misbehave("expired_certificate", times=2)
        await rig.send(submitted("MAU-1"))
        portal.misbehave("expired_certificate", times=3)
        await rig.receive()
        assert not portal.mischief.pending
        assert len(rig.bus.delivered) == len(rig.bus.admitted) == 1
        assert doubled(portal) == []


@pytest.mark.parametrize(
    ("what", "kind", "code"),
    [
        ("error_500", Retryable, "500"),
        ("rate_limited", Backpressure, "429"),
        ("half_body", Retryable, None),
    ],
)
async def test_each_fault_is_of_its_class_with_the_portal_s_code(portal, what, kind, code):
    rig = Rig(portal)
    sink = PortalSink(load_config(PortalSink.spec.config, rig.settings), rig.connect)
    await sink.open(rig.context("sandbox-password"))
    portal.misbehave(what, path="/adapter")
    (result,) = await sink.write([submitted()])
    await sink.close()
    assert not isinstance(result, Reject)
    assert (type(result), result.peer_code) == (kind, code)


async def test_a_bad_day_of_all_calls_loses_and_doubles_nothing(portal):
    for _ in range(10):
        portal.submit()
    rig = Rig(portal)
    codes = [f"MAU-{number}" for number in range(10)]
    portal.mischief.bad_day(0.2, seed=3)
    await rig.send(*(submitted(code, f"d-{code}") for code in codes))
    await rig.send(*(step(n, code, f"s-{code}-{n}") for code in codes for n in range(3)))
    await rig.receive()
    portal.mischief.bad_day(0)
    await rig.receive()
    assert len(rig.bus.delivered) == 40
    assert len(rig.bus.admitted) == 10
    assert rig.bus.dead_letters == {}
    assert doubled(portal) == []
