"""Sending: insert or update by answer, steps in chunks, sessions, what is kept of a refusal."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hub_adapter_dvcqg import PortalSink
from hub_adapter_dvcqg.words import Meaning, meaning_of, peer_code
from lgsp_adapter import Done, Fatal, Reject, Retryable
from lgsp_adapter.testing import MemoryObjects, delivery
from portal_fake import FakePortal, good, problem, submission

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
HASH = "sha256:" + "0" * 64
STEP = {
    "dossier_code": "D-1",
    "state": 4,
    "agency": {"code": "H99.98.01", "name": "UBND xã Mẫu"},
    "officer": {"name": "Cán Bộ Mẫu", "title": "Chuyên viên"},
    "processed_at": "2026-03-10T08:30:00+07:00",
    "content": "Thẩm định (mẫu)",
}


@pytest.fixture
def portal():
    return FakePortal(MemoryObjects())


def deliver(name, body, id_="d-1"):
    made = delivery(id_, type_=f"vn.gov.{name}.v1", subject=body["dossier_code"])
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


async def opened(portal, now=lambda: NOW, **settings):
    sink = PortalSink(PortalSink.config_of({**portal.config, **settings}), portal.connect)
    await sink.open(portal.context(now=now))
    return sink


async def test_a_new_dossier_is_inserted(portal):
    assert await (await opened(portal)).write(
        [deliver("dossier.submitted", submission("D-1", "m"))]
    ) == [Done()]
    assert portal.calls == [("DongBoHoSoMC", False, 1)]
    assert portal.dossiers["D-1"]["TrangThaiHoSo"] == "1"
    assert portal.dossiers["D-1"]["NgayNopHoSo"] == "20260310083000"


async def test_one_that_exists_is_updated(portal):
    portal.dossiers["D-1"] = {"MaHoSo": "D-1"}
    await (await opened(portal)).write([deliver("dossier.submitted", submission("D-1", "m"))])
    assert [call[1] for call in portal.calls] == [False, True]
    assert portal.dossiers["D-1"]["TrichYeuHoSo"] == "m"


@pytest.mark.parametrize(("whole", "calls"), [(False, [True, False, True]), (True, [False, True])])
async def test_a_later_event_updates_and_inserts_only_what_is_absent(portal, whole, calls):
    body = {
        "dossier_code": "D-1",
        "reason": "Rút (mẫu)",
        "agency": {"code": "H99"},
        "withdrawn_at": "2026-03-10T08:30:00+07:00",
    }
    sink = await opened(portal, whole_updates=whole)
    await sink.write([deliver("dossier.withdrawn", body)])
    await sink.write([deliver("dossier.withdrawn", body)])
    assert [call[1] for call in portal.calls] == calls
    assert portal.dossiers["D-1"]["TrangThaiHoSo"] == "7"


async def test_steps_go_in_chunks_of_ten(portal):
    batch = [
        deliver("dossier.step", {**STEP, "dossier_code": f"D-{n}"}, f"s-{n}") for n in range(23)
    ]
    assert await (await opened(portal)).write(batch) == [Done()] * 23
    assert [call[2] for call in portal.calls] == [10, 10, 3]
    assert [step["MaHoSo"] for step in portal.steps] == [f"D-{n}" for n in range(23)]
    assert portal.steps[0] == {
        "MaHoSo": "D-0",
        "NguoiXuLy": "Cán Bộ Mẫu",
        "ChucDanh": "Chuyên viên",
        "ThoiDiemXuLy": "20260310083000",
        "PhongBanXuLy": "UBND xã Mẫu",
        "NoiDungXuLy": "Thẩm định (mẫu)",
        "TrangThai": "4",
    }


async def test_one_bad_step_stops_no_other_of_its_chunk(portal):
    codes = ["D-1", "khong-co", "D-2"]
    batch = [deliver("dossier.step", {**STEP, "dossier_code": code}, code) for code in codes]
    results = await (await opened(portal)).write(batch)
    assert [type(result) for result in results] == [Done, Reject, Done]
    assert results[1].code == "dossier_absent"
    assert [step["MaHoSo"] for step in portal.steps] == ["D-1", "D-2"]


async def test_results_keep_the_order_of_the_batch(portal):
    batch = [
        deliver("dossier.step", STEP, "s-1"),
        deliver("dossier.submitted", {**submission("D-2", "m"), "summary": "m" * 1001}, "d-2"),
        deliver("dossier.submitted", submission("D-3", "m"), "d-3"),
    ]
    results = await (await opened(portal)).write(batch)
    assert [type(result) for result in results] == [Done, Reject, Done]


async def test_a_session_serves_until_it_is_old(portal):
    clock = [NOW]
    sink = await opened(portal, lambda: clock[0], session_minutes=20)
    for minutes in (0, 19, 20):
        clock[0] = NOW + timedelta(minutes=minutes)
        await sink.write([deliver("dossier.step", STEP)])
    assert portal.logins == 2


async def test_a_session_that_the_portal_ended_is_renewed_at_the_next_attempt(portal):
    sink = await opened(portal)
    await sink.write([deliver("dossier.step", STEP)])
    portal.sessions.clear()
    (result,) = await sink.write([deliver("dossier.step", STEP)])
    assert isinstance(result, Retryable)
    assert result.untouched
    assert await sink.write([deliver("dossier.step", STEP)]) == [Done()]


async def test_a_wrong_password_stops_the_connector_and_is_not_shown(portal):
    sink = await opened(portal, password="env:HOME")
    with pytest.raises(Fatal) as stopped:
        await sink.check()
    assert stopped.value.peer_code == "3"
    assert "Mẫu" not in str(stopped.value)


async def test_of_a_refusal_code_and_plain_words_are_kept_no_person(portal):
    portal.say["DongBoHoSoMC"] = problem(
        "-3", "Ngày sinh của Trần Thị Mẫu (000000000000) không hợp lệ"
    )
    (result,) = await (await opened(portal)).write(
        [deliver("dossier.submitted", submission("D-1", "m"))]
    )
    assert (result.code, result.peer_code) == ("portal_refused", "-3: ngày, không hợp lệ")
    assert "Trần" not in f"{result!r}{result}"


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ({"error_code": 0}, Meaning.OK),
        ({"error_code": "0", "message": "bất kỳ"}, Meaning.OK),
        ({"error_code": 3, "message": "Cập nhật thành công"}, Meaning.OK),
        ({"error_code": 3, "message": "Cập nhật không thành công"}, Meaning.REFUSED),
        ({"error_code": -3, "message": "Hồ sơ đã tồn tại"}, Meaning.EXISTS),
        ({"error_code": -3, "message": "HỒ SƠ ĐÃ TỒN TẠI"}, Meaning.EXISTS),
        ({"error_code": -3, "message": "Hồ sơ không tồn tại"}, Meaning.ABSENT),
        ({"error_code": -3, "message": "Session invalid"}, Meaning.SESSION),
        ({"error_code": -3}, Meaning.REFUSED),
        ({}, Meaning.REFUSED),
        ({"error_code": None, "message": 7}, Meaning.REFUSED),
    ],
)
def test_code_and_text_say_what_an_answer_means(answer, meaning):
    assert meaning_of(answer) is meaning


def test_the_code_alone_is_kept_as_it_is():
    assert peer_code({"error_code": -3}) == "-3"
    assert peer_code({"error_code": 3, "message": "Trần Thị Mẫu"}) == "3"


async def test_a_record_that_is_refused_within_a_good_answer_is_refused(portal):
    result = [{"MaHoSo": "D-1", "error_code": 3, "message": "Mã thủ tục không hợp lệ"}]
    portal.say["DongBoHoSoMC"] = good(result=result)
    (refused,) = await (await opened(portal)).write(
        [deliver("dossier.submitted", submission("D-1", "m"))]
    )
    assert (refused.code, refused.peer_code) == ("portal_refused", "3: mã thủ tục, không hợp lệ")


async def test_an_answer_without_a_code_says_nothing_of_the_call(portal):
    portal.say["DongBoHoSoMC"] = httpx2.Response(200, json={"unexpected": True})
    (result,) = await (await opened(portal)).write(
        [deliver("dossier.submitted", submission("D-1", "m"))]
    )
    assert isinstance(result, Retryable)
    assert not result.untouched


async def test_a_login_that_answers_oddly_does_not_stop_the_connector(portal, monkeypatch):
    async def odd(request, body):  # noqa: ARG001
        return httpx2.Response(200, json={"error_code": 0, "message": "OK"})

    monkeypatch.setattr(portal, "login", odd)
    with pytest.raises(Retryable) as later:
        await (await opened(portal)).check()
    assert later.value.peer_code == "0"


FILES = {
    "name": "Mẫu.pdf",
    "object": {"hash": HASH, "size": 1, "media_type": "application/pdf", "name": "m"},
}


async def test_an_object_gets_the_link_that_the_operator_gave(portal):
    sink = await opened(portal, object_link="https://tep.h99.example/o/{hash}")
    linked = {"name": "khác", "link": "https://kho.mau.example/a"}
    body = {**submission("D-1", "m"), "files": [FILES, linked]}
    await sink.write([deliver("dossier.submitted", body)])
    links = [file["DuongDanTaiTepTin"] for file in portal.dossiers["D-1"]["TaiLieuNop"]]
    assert links == ["https://tep.h99.example/o/" + "0" * 64, "https://kho.mau.example/a"]


async def test_an_object_without_a_link_is_refused_not_left_out(portal):
    body = {**submission("D-1", "m"), "files": [FILES]}
    (result,) = await (await opened(portal)).write([deliver("dossier.submitted", body)])
    assert (result.code, result.detail) == ("file_without_link", "/files/0")
    assert portal.dossiers == {}


@pytest.mark.parametrize(
    "body", [b"17", b"{", b'{"agency":{}}', b'{"dossier_code":"D-1","files":[3]}']
)
async def test_a_body_that_does_not_fit_is_rejected(portal, body):
    made = replace(delivery("d-1", type_="vn.gov.dossier.submitted.v1"), body=body)
    (result,) = await (await opened(portal)).write([made])
    assert result.code == "body_unreadable"


async def test_a_type_that_the_portal_does_not_take_is_rejected(portal):
    (result,) = await (await opened(portal)).write(
        [delivery("d-1", type_="vn.gov.citizen.notice.v1")]
    )
    assert result.code == "type_unknown"


async def test_a_code_that_means_later_is_tried_again(portal):
    portal.say["DongBoHoSoMC"] = problem("3", "Hệ thống bận")
    sink = await opened(portal, retry_codes=["3"])
    (result,) = await sink.write([deliver("dossier.submitted", submission("D-1", "m"))])
    assert isinstance(result, Retryable)
