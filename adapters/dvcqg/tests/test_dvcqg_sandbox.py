"""The portal simulator over HTTP: sessions, insert and update by answer, steps, files by link."""

import json
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from lgsp_adapter.testing.peers import Now, http_to
from sandbox_dvcqg import PortalSandbox

FIXTURES = Path(__file__).parent.parent / "fixtures"
DOSSIER = json.loads((FIXTURES / "dossier.json").read_text())
STEP = json.loads((FIXTURES / "step.json").read_text())
UNIT = "000.00.97.H99"


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def portal(now):
    async with PortalSandbox(seed=1, clock=now) as sandbox:
        yield sandbox


@pytest.fixture
async def http(portal):
    async with http_to(portal.url) as client:
        yield client


async def login(http, **change):
    account = {"username": "mau", "password": "sandbox-password"} | change
    dstcode = account.pop("dstcode", "VN:GOV:000.00.00.G22:vpcpdvcqg")
    return (await http.post("/auth", json=account, headers={"dstcode": dstcode})).json()


async def call(http, service, *data, session=None, update=False, **more):
    session = session or (await login(http))["session"]
    body = {"session": session, "madonvi": UNIT, "service": service, "isUpdating": update}
    return (await http.post("/adapter", json={**body, "data": list(data), **more})).json()


async def test_an_insert_is_found_again(http):
    answer = await call(http, "DongBoHoSoMC", DOSSIER)
    assert answer["error_code"] == 0
    found = await call(http, "TraCuuHoSo", {"MaHoSo": DOSSIER["MaHoSo"]})
    assert found["result"][0]["TrangThaiHoSo"] == "2"


async def test_a_second_insert_says_so_in_words_and_the_update_goes(http, portal):
    await call(http, "DongBoHoSoMC", DOSSIER)
    again = await call(http, "DongBoHoSoMC", DOSSIER)
    assert again["error_code"] != 0
    assert "đã tồn tại" in again["message"]
    changed = DOSSIER | {"TrangThaiHoSo": "4"}
    for _ in range(2):
        assert (await call(http, "DongBoHoSoMC", changed, update=True))["error_code"] == 0
    assert portal.journal.effects("insert") == {DOSSIER["MaHoSo"]: 1}
    assert list(portal.journal.effects("update").values()) == [1]


async def test_an_update_of_nothing_is_refused(http):
    answer = await call(http, "DongBoHoSoMC", DOSSIER, update=True)
    assert (answer["error_code"], answer["message"]) == (3, "Hồ sơ không tồn tại")


async def test_one_bad_dossier_of_two_does_not_hold_the_other(http, portal):
    bad = DOSSIER | {"MaHoSo": "H99-2", "NgayHenTra": "2026-03-10"}
    answer = await call(http, "DongBoHoSoMC", bad, DOSSIER)
    assert [each["error_code"] for each in answer["result"]] == [3, 0]
    assert list(portal.dossiers) == [DOSSIER["MaHoSo"]]


@pytest.mark.parametrize(
    "change",
    [
        {"MaHoSo": ""},
        {"MaHoSo": "x" * 65},
        {"TrangThaiHoSo": "11"},
        {"NgayTiepNhan": "20261332000000"},
        {"TrichYeuHoSo": "x" * 1001},
        {"LoaiDoiTuong": "5"},
        {"DinhDanhCHS": {"LoaiDinhDanh": "1", "SoDinhDanh": "123"}},
        {"TaiLieuNop": "x"},
    ],
)
async def test_what_breaks_the_field_list_is_refused_without_its_value(http, portal, change):
    answer = await call(http, "DongBoHoSoMC", DOSSIER | change)
    assert answer["error_code"] == 3
    assert "123" not in answer["message"]
    assert portal.dossiers == {}


async def test_steps_go_in_tens_and_are_known_when_they_come_again(http, portal):
    await call(http, "DongBoHoSoMC", DOSSIER)
    steps = [STEP | {"ThoiDiemXuLy": f"202603110800{n:02d}"} for n in range(11)]
    assert (await call(http, "CapNhatTienDoHoSoMC", *steps))["error_code"] == 3
    for _ in range(2):
        assert (await call(http, "CapNhatTienDoHoSoMC", *steps[:10]))["error_code"] == 0
    assert set(portal.journal.effects("step").values()) == {1}
    assert len(portal.steps[DOSSIER["MaHoSo"]]) == 10


async def test_a_portal_that_knows_no_repeated_steps_doubles_them():
    async with PortalSandbox(recognises_steps=False) as portal:
        async with http_to(portal.url) as http:
            await call(http, "DongBoHoSoMC", DOSSIER)
            for _ in range(2):
                await call(http, "CapNhatTienDoHoSoMC", STEP)
        assert list(portal.journal.effects("step").values()) == [2]


async def test_a_step_of_an_unknown_dossier_is_refused(http):
    assert "không tồn tại" in (await call(http, "CapNhatTienDoHoSoMC", STEP))["message"]


@pytest.mark.parametrize("change", [{"username": "x"}, {"password": "x"}, {"dstcode": "x"}])
async def test_a_wrong_account_gets_no_session(http, change):
    assert "session" not in await login(http, **change)


async def test_a_session_ends(http, now):
    session = (await login(http))["session"]
    assert (await call(http, "LayDanhSachTTHC", session=session))["error_code"] == 0
    now.at += timedelta(hours=1)
    assert (await call(http, "LayDanhSachTTHC", session=session))["error_code"] == -3


async def test_submissions_are_listed_with_links_that_give_their_files(http, portal):
    portal.submit(content=b"%PDF-1.7 one")
    portal.submit(content=b"%PDF-1.7 two")
    rows = (await call(http, "LayDanhSachHoSo"))["result"]
    assert [row["TrangThaiHoSo"] for row in rows] == ["1", "1"]
    links = [row["TaiLieuNop"][0]["DuongDanTaiTepTin"] for row in rows]
    files = [(await http.get(link)).content for link in links]
    assert files == [b"%PDF-1.7 one", b"%PDF-1.7 two"]
    assert (await http.get("/files/nothing")).status_code == 404


async def test_what_is_marked_is_new_no_more_and_still_in_the_whole_list(http, portal):
    first, second = portal.submit(), portal.submit()
    mark = {name: first[name] for name in ("MaHoSo", "TrangThaiHoSo")}
    for _ in range(2):
        assert (await call(http, "XacNhanDaNhanHoSo", mark))["error_code"] == 0
    assert (await call(http, "LayDanhSachHoSoMoi"))["result"] == [second]
    assert len((await call(http, "LayDanhSachHoSo"))["result"]) == 2
    assert list(portal.journal.effects("mark").values()) == [1]
    portal.submit()
    assert len((await call(http, "LayDanhSachHoSoMoi", {"SoLuong": "1"}))["result"]) == 1
    assert (await call(http, "XacNhanDaNhanHoSo", mark | {"TrangThaiHoSo": "7"}))["error_code"] == 3


async def test_half_a_file_breaks_off(http, portal):
    link = portal.submit()["TaiLieuNop"][0]["DuongDanTaiTepTin"]
    portal.misbehave("half_body", path="/files")
    with pytest.raises(httpx2.RemoteProtocolError):
        await http.get(link)


@pytest.mark.parametrize(
    "service", ["LayDanhSachTTHC", "LayDanhMucCoQuan", "LayDanhMucLinhVuc", "LayDanhSachHoiDap"]
)
async def test_catalogues_are_handed_out(http, service):
    assert (await call(http, service))["result"]


async def test_a_procedure_is_found_by_its_code(http):
    answer = await call(http, "LayThuTuc", {"MaTTHC": DOSSIER["MaTTHC"]})
    assert [each["MaTTHC"] for each in answer["result"]] == [DOSSIER["MaTTHC"]]


async def test_the_other_published_shape_does_the_same(http, portal):
    session = (await login(http))["session"]
    answer = await http.post(
        "/api/SynsTTHCC/DongBoHoSoMC",
        params={"MaDinhDanhDV": UNIT, "isUpdating": "false"},
        json={"session": session, "data": [DOSSIER]},
    )
    assert answer.json()["error_code"] == 0
    assert list(portal.dossiers) == [DOSSIER["MaHoSo"]]


async def test_an_answer_lost_after_the_insert_shows_as_exists(http, portal):
    session = (await login(http))["session"]
    portal.misbehave("timeout_after_success", path="/adapter", seconds=0.01)
    with pytest.raises(httpx2.RemoteProtocolError):
        await call(http, "DongBoHoSoMC", DOSSIER, session=session)
    again = await call(http, "DongBoHoSoMC", DOSSIER, session=session)
    assert "đã tồn tại" in again["message"]
    assert portal.journal.effects("insert") == {DOSSIER["MaHoSo"]: 1}


async def test_submissions_are_made_over_http(http):
    made = (await http.post("/_sandbox/submit", params={"count": "3"})).json()["MaHoSo"]
    assert len(set(made)) == 3
    assert (await http.post("/_sandbox/submit", params={"count": "x"})).status_code == 422
