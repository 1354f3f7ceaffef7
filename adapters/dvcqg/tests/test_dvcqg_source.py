"""Receiving: marks only what is durable, files into objects, nobody led astray by a link."""

import contextlib
import json

import httpx2
import pytest
from hub_adapter_dvcqg import PortalSource
from hub_adapter_dvcqg.fields import STATES
from lgsp_adapter import Draft, Fatal, Reject, Retryable
from lgsp_adapter.kit import Answer, Say
from lgsp_adapter.testing import Bus, MemoryObjects, SourceEngine
from portal_fake import FILE, FakePortal, refused_address, row

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

LINK = "https://kho.mau.example/to-khai.pdf"
PAPER = {"TenTepDinhKem": "Tờ khai mẫu.pdf", "DuongDanTaiTepTin": LINK, "DuocSoHoa": "1"}


@pytest.fixture
def portal():
    return FakePortal(MemoryObjects())


def make(portal, **settings):
    return PortalSource(PortalSource.config_of({**portal.config, **settings}), portal.connect)


async def opened(portal, position=None):
    source = make(portal)
    await source.open(portal.context(), position)
    return source


async def test_the_portal_hears_received_only_in_ack(portal):
    portal.new["a"] = row("D-1")
    source = await opened(portal)
    (record,) = await source.read(10)
    assert portal.marked == []
    await source.ack(record.position)
    assert portal.marked == ["D-1"]


async def test_a_submission_becomes_a_message_with_its_files_as_objects(portal):
    portal.new["a"] = row(
        TaiLieuNop=[PAPER], DanhSachTepDinhKemKhac=[PAPER], DSKetNoiCSDL=[{"MaCSDL": "DC"}]
    )
    (record,) = await (await opened(portal)).read(10)
    draft, body = record.message, json.loads(record.message.body)
    assert draft.type == "vn.gov.dossier.submitted.v1"
    assert draft.subject == body["dossier_code"] == "000.00.15.H99-260310-0001"
    assert draft.recipients == ("urn:hub:org:000.00.15.H99",)
    assert body["agency"] == {"code": "000.00.15.H99", "name": "UBND xã Mẫu"}
    (hash_,) = draft.objects
    assert portal.objects.contents[hash_] == FILE
    assert body["files"][0]["object"] == {
        "hash": hash_,
        "size": len(FILE),
        "media_type": "application/pdf",
        "name": "Tờ khai mẫu.pdf",
    }
    assert body["files"][0]["link"] == LINK
    assert body["files"][0]["digitised"] is True
    assert compile_schema(load(draft.dataschema or "").raw).check(body) is None


@pytest.mark.parametrize("state", [0, *STATES])
async def test_a_dossier_in_any_state_is_a_message_that_fits_its_schema(portal, state):
    portal.new["a"] = row(TrangThaiHoSo=state, GhiChu="Mẫu", NgayKetThucXuLy="20260311080000")
    (record,) = await (await opened(portal)).read(10)
    draft = record.message
    wanted = STATES[state].read_as if state else "dossier.step"
    assert draft.type == f"vn.gov.{wanted}.v1"
    body = json.loads(draft.body)
    assert body.get("state", state) == state
    assert compile_schema(load(draft.dataschema or "").raw).check(body) is None


async def test_a_corrected_dossier_is_another_message_the_same_one_is_not(portal):
    portal.new["a"] = row()
    (first,) = await (await opened(portal)).read(10)
    (again,) = await (await opened(portal)).read(10)
    portal.new["a"] = row(TrichYeuHoSo="Đã sửa (mẫu)")
    (corrected,) = await (await opened(portal)).read(10)
    assert first.message.id == again.message.id != corrected.message.id


WRONG = {
    "dossier_incomplete": {"MaTTHC": ""},
    "state_unknown": {"TrangThaiHoSo": "17"},
    "portal_data": {"NgayNopHoSo": "hôm qua"},
    "secret_marking": {"GhiChu": "TỐI MẬT"},
}


@pytest.mark.parametrize("code", WRONG)
async def test_what_nobody_can_read_is_a_dead_letter_and_stays_with_the_portal(portal, code):
    portal.new["a"] = row(**WRONG[code], TaiLieuNop=[PAPER])
    portal.new["b"] = row("D-2")
    source = await opened(portal)
    bad, good = await source.read(10)
    assert bad.message.code == code
    assert bool(bad.raw) is (code != "secret_marking")
    assert "Mẫu" not in str(bad.message)
    await source.ack(good.position)
    assert portal.marked == ["D-2"]
    assert await source.read(10) == []
    assert portal.objects.contents == {}


def responses(url):
    request = httpx2.Request("GET", url)
    return {
        "404": httpx2.Response(404),
        "302": httpx2.Response(302, headers={"location": "http://127.0.0.1/"}),
        "not_approved": refused_address(),
        "retry": httpx2.ReadTimeout("mẫu", request=request),
        "503": httpx2.Response(503),
        "429": httpx2.Response(429, headers={"retry-after": "3600"}),
    }


@pytest.mark.parametrize("how", ["404", "302", "not_approved"])
async def test_a_link_that_leads_nowhere_or_astray_stops_its_dossier_only(portal, how):
    portal.files[LINK] = responses(LINK)[how]
    portal.new["a"] = row("D-1", TaiLieuNop=[PAPER])
    portal.new["b"] = row("D-2")
    bad, good = await (await opened(portal)).read(10)
    assert (bad.message.code, bad.message.detail) == ("file_unreachable", "/files/0")
    assert bad.message.peer_code == how
    assert isinstance(good.message, Draft)


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "http://a:b@kho.mau.example/", "//x", "http://[", "ftp://x/y"]
)
async def test_only_plain_links_are_followed(portal, link):
    portal.new["a"] = row(TaiLieuNop=[{**PAPER, "DuongDanTaiTepTin": link}])
    (record,) = await (await opened(portal)).read(10)
    assert (record.message.code, record.message.peer_code) == ("file_unreachable", "link")


@pytest.mark.parametrize("how", ["retry", "503", "429"])
async def test_a_file_that_cannot_be_fetched_now_is_fetched_later(portal, how):
    portal.files[LINK], good = responses(LINK)[how], portal.files[LINK]
    portal.new["a"] = row("D-1")
    portal.new["b"] = row("D-2", TaiLieuNop=[PAPER])
    source = await opened(portal)
    assert len(await source.read(10)) == 1
    with pytest.raises(Retryable):
        await source.read(10)
    portal.files[LINK] = good
    (record,) = await source.read(10)
    assert record.message.objects


@pytest.mark.parametrize("limit", [1, 10])
async def test_a_file_that_cannot_be_fetched_holds_up_no_other_dossier(portal, limit):
    portal.files[LINK] = httpx2.Response(503)
    portal.new["a"] = row("D-1", TaiLieuNop=[PAPER])
    for number in range(2, 6):
        portal.new[str(number)] = row(f"D-{number}")
    source = await opened(portal)
    found = []
    for _ in range(6):
        with contextlib.suppress(Retryable):
            found += await source.read(limit)
    assert [record.message.subject for record in found] == ["D-2", "D-3", "D-4", "D-5"]


async def test_a_file_that_is_too_large_stops_its_dossier_only(portal):
    async def pieces():
        for _ in range(3):
            yield b"x" * 500_000

    portal.files[LINK] = httpx2.Response(200, content=pieces())
    portal.new["a"] = row("D-1", TaiLieuNop=[PAPER])
    portal.new["b"] = row("D-2")
    source = make(portal, max_file_mb=1)
    await source.open(portal.context(), None)
    bad, good = await source.read(10)
    assert (bad.message.code, good.message.subject) == ("file_too_large", "D-2")
    assert portal.objects.contents == {}


async def test_a_mark_that_was_lost_is_made_after_the_next_opening(portal):
    portal.new["a"] = row("D-1")
    source = await opened(portal)
    (record,) = await source.read(10)
    portal.script.default = Answer(say=Say.DOWN)
    with pytest.raises(Retryable):
        await source.ack(record.position)
    portal.script.default = Answer()
    source = await opened(portal, record.position)
    assert await source.read(10) == []
    assert await source.read(10) == []
    assert portal.marked == ["D-1"]


async def test_through_an_engine_with_a_peer_that_fails_nothing_is_lost_or_doubled(portal):
    for number in range(30):
        portal.new[str(number)] = row(f"D-{number}", TaiLieuNop=[PAPER])
    portal.script.next.extend([Answer(), Answer(say=Say.DOWN), Answer(), Answer(say=Say.LOST)] * 2)
    bus = Bus()
    await SourceEngine(lambda: make(portal), bus, ctx=portal.context()).drain()
    assert len(bus.admitted) == 30
    assert bus.dead_letters == {}
    assert portal.new == {}


async def test_a_refused_mark_is_no_reason_to_stop(portal):
    portal.new["a"] = row("D-1")
    source = await opened(portal)
    (record,) = await source.read(10)
    portal.script.by_id = {"D-1": Answer(say=Say.REJECT, code="-3")}
    await source.ack(record.position)
    assert not isinstance(record.message, Reject)


async def test_a_list_that_the_portal_refuses_is_not_an_empty_one(portal):
    portal.script.default = Answer(say=Say.REJECT, code="-3")
    with pytest.raises(Retryable) as refused:
        await (await opened(portal)).read(10)
    assert refused.value.peer_code == "-3"


async def test_a_connector_without_approved_networks_reaches_nothing(portal):
    settings = {**portal.config, "auth_endpoint": "http://127.0.0.1:1/login"}
    source = PortalSource(PortalSource.config_of(settings))
    await source.open(portal.context(), None)
    with pytest.raises(Fatal):
        await source.read(10)
    await source.close()
