"""The table of the portal: complete, and the same in both directions."""

from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hub_adapter_dvcqg import fields
from hub_adapter_dvcqg.agency import agency_of, text_of
from hub_adapter_dvcqg.convert import from_portal, portal_time, to_portal
from hub_adapter_dvcqg.events import RULES, Call, record_of
from hub_adapter_dvcqg.fields import OTHER_STATE, STATES, STEP, SUBMISSION, SUPPLEMENT
from hub_adapter_dvcqg.shapes import Field, Kind
from hypothesis import given
from hypothesis import strategies as st
from lgsp_adapter import Reject

from hub.schemas.catalogue import load

GROUPS = {
    "identity": "MaHoSo MaTTHC TenTTHC MaLinhVuc TenLinhVuc KenhThucHien TrichYeuHoSo",
    "applicant": "ChuHoSo SoGiayToChuHoSo LoaiDoiTuong MaDoiTuong DinhDanhCHS LoaiDinhDanh "
    "SoDinhDanh Email Fax SoDienThoai ThongTinKhac",
    "times": "NgayNopHoSo NgayTiepNhan NgayHenTra NgayTra NgayKetThucXuLy NgayTuChoi",
    "state": "TrangThaiHoSo DonViXuLy HinhThuc ThongTinTra GhiChu NoiNopHoSo",
    "flags": "HoSoCoThanhPhanSoHoa TaiKhoanDuocXacThucVoiVNeID DuocThanhToanTrucTuyen DSKetNoiCSDL "
    "MaCSDL",
    "files": "TaiLieuNop TepDinhKemId TenTepDinhKem IsDeleted MaThanhPhanHoSo DuongDanTaiTepTin "
    "DuocSoHoa DuocTaiSuDung DuocLayTuKhoDMQG MaKetQuaThayThe DanhSachTepDinhKemKhac",
    "fees": "DanhSachLePhi TenPhiLePhi MaPhiLePhi HinhThucThu Gia LoaiPhiLePhi",
    "supplement": "DanhSachHoSoBoSung HoSoBoSungId NguoiYeuCauBoSung NoiDungBoSung NgayBoSung "
    "NguoiTiepNhanBoSung ThongTinTiepNhan NgayTiepNhanBoSung TrangThaiBoSung DanhSachGiayToBoSung "
    "DanhSachLePhiBoSung NgayHenTraTruoc NgayHenTraMoi",
    "results": "DanhSachGiayToKetQua TenGiayTo MaThanhPhanHoSo GiayToId DuongDanTepTinKetQua "
    "MaGiayToKetQua",
    "step": "MaHoSo NguoiXuLy ChucDanh ThoiDiemXuLy PhongBanXuLy NoiDungXuLy TrangThai NgayBatDau "
    "NgayKetThucTheoQuyDinh",
}
"""The published groups, copied a second time: a field lost from the table fails here."""


def names(items):
    for item in items:
        yield item.portal
        if not isinstance(item, Field):
            yield from names(item.items)


@pytest.mark.parametrize("group", GROUPS)
def test_every_published_field_is_sent_by_some_event(group):
    sent = {name for rule in RULES.values() for name in (*names(rule.items), *rule.fixed)}
    assert set(GROUPS[group].split()) <= sent


def test_all_ten_states_are_there_with_a_schema_each_way():
    assert list(STATES) == list(range(1, 11))
    for state in STATES.values():
        assert set(state.sent_by) <= set(RULES)
        assert load(f"urn:hub:schema:{state.read_as}:1.0") is not None
        assert set(state.follows) <= set(STATES)


BODIES: dict[str, tuple[dict[str, Any], int | None]] = {
    "dossier.submitted": ({}, 1),
    "dossier.received": ({"state": 2}, 2),
    "dossier.transferred": ({}, 4),
    "dossier.supplement-requested": ({"content": "Bổ sung (mẫu)"}, 5),
    "dossier.fee-due": ({}, 6),
    "dossier.fee-paid": ({"kind": "payment"}, 4),
    "dossier.result": ({"state": 8}, 8),
    "dossier.returned": ({}, 10),
    "dossier.withdrawn": ({"reason": "Rút (mẫu)"}, 7),
    "dossier.deadline-changed": ({}, None),
}


@pytest.mark.parametrize("name", BODIES)
def test_each_event_puts_the_dossier_into_its_state(name):
    body, state = BODIES[name]
    record = record_of(RULES[name], {"dossier_code": "D-1", **body})
    found = record.get("TrangThaiHoSo", record.get("TrangThai"))
    assert found == (None if state is None else str(state))
    assert state is None or name in STATES[state].sent_by


@pytest.mark.parametrize("state", [*STATES, OTHER_STATE])
def test_a_step_says_any_state(state):
    record = record_of(RULES["dossier.step"], {"dossier_code": "D-1", "state": state})
    assert record["TrangThai"] == str(state)


def test_a_refund_changes_no_state_of_the_ten():
    body = {"dossier_code": "D-1", "kind": "refund"}
    assert record_of(RULES["dossier.fee-paid"], body)["TrangThai"] == "0"


def test_why_a_dossier_was_not_received_is_its_note():
    body = {"dossier_code": "D-1", "state": 3, "note": "Ghi chú", "refusal_reason": "Thiếu giấy tờ"}
    assert record_of(RULES["dossier.received"], body)["GhiChu"] == "Thiếu giấy tờ"


def test_every_event_of_a_dossier_has_a_rule():
    names = {path.name for path in Path("hub/schemas/catalogue").glob("dossier.*")}
    assert names == set(RULES)
    assert {rule.call for rule in RULES.values()} == set(Call)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
TIME = st.datetimes(timezones=st.just(timezone(timedelta(hours=7)))).map(
    lambda moment: moment.replace(year=max(moment.year, 1000) % 2000 + 1000, day=1, microsecond=0)
)
OF_KIND = {
    Kind.TEXT: TEXT,
    Kind.WHOLE: st.integers(0, 10**15),
    Kind.FLAG: st.booleans(),
    Kind.TIME: TIME.map(lambda moment: moment.isoformat()),
}


@st.composite
def bodies(draw, items):
    """Draw a body with any of the values that the items know."""
    body: dict[str, Any] = {}
    for item in items:
        if not item.path:
            body |= draw(bodies(item.items)) if not isinstance(item, Field) else {}
        elif draw(st.booleans()):
            put(body, item.path, draw(value_of(item)))
    return body


def value_of(item):
    if isinstance(item, Field):
        return OF_KIND[item.kind]
    if type(item).__name__ == "Group":
        return bodies(item.items).filter(bool)
    if any(not each.path for each in item.items):
        return st.lists(TEXT, min_size=1, max_size=3)
    return st.lists(bodies(item.items).filter(bool), min_size=1, max_size=3)


def put(body, path, value):
    for name in path[:-1]:
        body = body.setdefault(name, {})
    body[path[-1]] = value


WRITTEN_AND_READ = {
    "submission": SUBMISSION,
    "step": STEP,
    "supplement": (SUPPLEMENT,),
    "times": (
        fields.RECEIVED_AT,
        fields.PROMISED_AT,
        fields.REFUSED_AT,
        fields.FINISHED_AT,
        fields.RETURNED_AT,
    ),
    "results": (fields.PAPERS, fields.STATE),
}


@pytest.mark.parametrize("group", WRITTEN_AND_READ)
def test_what_is_written_is_read_the_same(group):
    items = WRITTEN_AND_READ[group]

    @given(bodies(items))
    def check(body):
        assert from_portal(items, to_portal(items, body)) == body

    check()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5
    ),
    st.sampled_from(sorted(set(names(SUBMISSION)))),
)
def test_whatever_the_portal_says_it_is_read_or_refused_with_its_place(value, name):
    refused = None
    try:
        from_portal(SUBMISSION, {name: value})
    except Reject as error:
        refused = error
    assert refused is None or (refused.code, refused.detail) == (
        "portal_data",
        place(name, refused),
    )


def place(name, error):
    """Return the place as said, if it is below the field, and holds nothing but names."""
    below = error.detail.removeprefix(name).strip("/")
    return error.detail if below.replace("/", "").isalnum() or not below else "not a place"


def test_times_are_vietnam_s_clock():
    assert portal_time("2026-03-10T01:30:00Z") == "20260310083000"
    assert from_portal(STEP, {"ThoiDiemXuLy": "20260310083000"}) == {
        "processed_at": "2026-03-10T08:30:00+07:00"
    }


@pytest.mark.parametrize("text", ["2026-03-10", "20260230000000", "20260310083000 ", "hôm qua"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(Reject, match="NgayNopHoSo"):
        from_portal(SUBMISSION, {"NgayNopHoSo": text})


@pytest.mark.parametrize(("field", "most"), [("summary", 1000), ("dossier_code", 64)])
def test_a_text_that_the_portal_would_cut_is_refused_by_place(field, most):
    assert to_portal(SUBMISSION, {field: "m" * most})
    with pytest.raises(Reject) as refused:
        to_portal(SUBMISSION, {field: "m" * (most + 1)})
    assert refused.value.detail == f"/{field}: more than {most}"


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("000.00.15.H99", "x", {"code": "000.00.15.H99"}),
        ("UBND xã Mẫu", "H99.98.01-260310-0001", {"code": "H99.98.01", "name": "UBND xã Mẫu"}),
        ("UBND xã Mẫu", "khác", {"code": "H99", "name": "UBND xã Mẫu"}),
        ("", "khác", {"code": "H99"}),
    ],
)
def test_an_agency_is_its_code_or_its_dossier_s_or_ours(text, code, found):
    assert agency_of(text, code, "H99") == found
    assert text_of(found) == (text or "H99")
