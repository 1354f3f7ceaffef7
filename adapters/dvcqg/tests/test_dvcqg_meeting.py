"""The adapter meets the portal's sandbox over HTTP: field for field, in both directions."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from dvcqg_rig import (
    AGENCY,
    CODE,
    DOSSIER,
    LATER,
    NOW,
    STEP_ROW,
    Rig,
    deliver,
    doubled,
    later,
    step,
    submitted,
)
from hub_adapter_dvcqg.convert import from_portal
from hub_adapter_dvcqg.fields import SUBMISSION
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.testing import (
    delivery,
)

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema


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


async def test_a_submission_becomes_a_message_that_fits_its_schema(portal):
    row = portal.submit()
    rig = Rig(portal)
    await rig.receive()
    (draft,) = rig.bus.drafts
    assert (draft.subject, draft.type) == (row["MaHoSo"], "vn.gov.dossier.submitted.v1")
    assert draft.recipients == ("urn:hub:org:000.00.97.H99",)
    body = json.loads(draft.body)
    assert compile_schema(load(draft.dataschema or "").raw).check(body) is None
    assert body["files"][0]["object"]["hash"] in rig.objects.contents


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
    assert (dead.peer_code or "").startswith("3")
