"""The payment platform over HTTP: one payment a reference, hashes, callbacks, daily list."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from lgsp_adapter.sandbox import Sandbox
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.testing.peers import http_to
from sandbox_payment import PaymentSandbox
from starlette.responses import JSONResponse
from starlette.routing import Route

INIT = json.loads((Path(__file__).parent.parent / "fixtures" / "init.json").read_text())
REFERENCE = INIT["MaThamChieu"]
SECRET = "sandbox-payment-secret"
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


class Province(Sandbox):
    """Takes callbacks."""

    name = "province"

    def __init__(self):
        super().__init__()
        self.got = []

    def routes(self):
        return [Route("/confirm", self._confirm, methods=["POST"])]

    async def _confirm(self, request):
        self.got.append(await json_object(request))
        return JSONResponse({})


@pytest.fixture
async def province():
    async with Province() as sandbox:
        yield sandbox


@pytest.fixture
async def platform(province):
    url = province.url + "/confirm"
    async with PaymentSandbox(seed=1, callback_url=url, clock=lambda: NOW) as sandbox:
        yield sandbox


@pytest.fixture
async def http(platform):
    async with http_to(platform.url) as client:
        yield client


def hashed(*fields):
    return hashlib.sha256(("|".join(map(str, fields)) + SECRET).encode()).hexdigest()


async def init(http, path="/payment/init", **change):
    return (await http.post(path, json=INIT | change)).json()


async def query(http):
    asked = {"MaDoiTac": "DT-MAU-H99", "MaThamChieu": REFERENCE, "ThoiGianGD": "20260310090000"}
    asked["MaXacThuc"] = hashed(*asked.values())
    return (await http.post("/payment/query", json=asked)).json()


async def day(http, day="20260310"):
    asked = {"MaDoiTac": "DT-MAU-H99", "NgayDoiSoat": day}
    asked["MaXacThuc"] = hashed(*asked.values())
    return (await http.post("/payment/reconciliation", json=asked)).json()["DanhSach"]


@pytest.mark.parametrize("path", ["/payment/init", "/payment"])
async def test_the_same_init_again_is_the_same_payment(http, platform, path):
    first = await init(http, path)
    assert first["MaLoi"] == "00"
    assert await init(http, path) == first
    assert platform.journal.effects("init") == {REFERENCE: 1}


async def test_another_amount_under_the_same_reference_is_refused(http):
    await init(http)
    fields = [INIT[name] for name in list(INIT)[1:13]]
    fields[2] = 1
    other = await init(http, SoTien=1, MaXacThuc=hashed(*fields))
    assert other["MaLoi"] == "04"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"MaXacThuc": "0" * 64}, "02"),
        ({"SoTien": 1}, "02"),
        ({"SoTien": "1.5"}, "01"),
        ({"SoTien": 0}, "01"),
        ({"MaDoiTac": "x"}, "01"),
        ({"ThongTinBienLai": INIT["ThongTinBienLai"] | {"MaDVC": "x"}}, "01"),
        ({"ThongTinBienLai": {}}, "01"),
    ],
)
async def test_a_wrong_init_opens_nothing(http, platform, change, code):
    assert (await init(http, **change))["MaLoi"] == code
    assert platform.journal.effects("init") == {}


async def test_a_lost_answer_is_found_by_query(http, platform):
    assert (await query(http))["MaLoi"] == "03"
    platform.misbehave("timeout_after_success", path="/payment/init", seconds=0.01)
    with pytest.raises(httpx2.RemoteProtocolError):
        await init(http)
    found = await query(http)
    assert (found["MaLoi"], found["TrangThaiGD"], found["SoTien"]) == ("00", "0", 150000)


async def test_the_callback_says_who_paid_what_and_is_signed(http, platform, province):
    await init(http)
    transaction = platform.pay(REFERENCE)
    assert await platform.callbacks.deliver() == [200]
    [told] = province.got
    assert (told["SoTien"], told["MaGiaoDich"]) == (150000, transaction)
    names = [
        "LoaiBanTin",
        "MaLoi",
        "MaThamChieu",
        "SoTien",
        "MaGiaoDich",
        "MaNganHang",
        "TrangThaiGD",
    ]
    assert told["MaXacThuc"] == hashed(*(told[name] for name in names))
    assert await platform.callbacks.deliver() == []


async def test_a_callback_that_fails_comes_again(http, platform, province):
    await init(http)
    province.misbehave("error_500")
    platform.pay(REFERENCE)
    assert await platform.callbacks.deliver() == [500]
    assert await platform.callbacks.deliver() == [200]
    assert len(province.got) == 1


async def test_callbacks_go_wrong_on_command(http, platform, province):
    await init(http)
    platform.misbehave("bad_signature", path="/callback")
    platform.misbehave("duplicate", path="/callback")
    platform.pay(REFERENCE)
    assert await platform.callbacks.deliver() == [200, 200]
    assert province.got[0] == province.got[1]
    names = [
        "LoaiBanTin",
        "MaLoi",
        "MaThamChieu",
        "SoTien",
        "MaGiaoDich",
        "MaNganHang",
        "TrangThaiGD",
    ]
    assert province.got[0]["MaXacThuc"] != hashed(*(province.got[0][name] for name in names))


@pytest.mark.parametrize("what", ["half_body", "wrong_schema"])
async def test_a_callback_of_another_shape(http, platform, province, what):
    await init(http)
    platform.misbehave(what, path="/callback")
    platform.pay(REFERENCE)
    [status] = await platform.callbacks.deliver()
    assert status == (400 if what == "half_body" else 200)
    assert all("MaThamChieu" not in each for each in province.got)


async def test_the_daily_list_has_what_was_paid_that_day(http, platform):
    await init(http)
    assert await day(http) == []
    platform.pay(REFERENCE)
    assert [(row["MaThamChieu"], row["SoTien"]) for row in await day(http)] == [(REFERENCE, 150000)]
    assert await day(http, "20260311") == []
    parameters = {"MaDoiTac": "DT-MAU-H99", "MaXacThuc": hashed("DT-MAU-H99", "20260310")}
    sheet = await http.get("/payment/reconciliation/20260310.csv", params=parameters)
    assert REFERENCE in sheet.text
    assert (await http.get("/payment/reconciliation/20260310.csv")).status_code == 403


@pytest.mark.parametrize(("amount", "listed"), [(149000, [149000]), (None, [])])
async def test_the_daily_list_can_differ(http, platform, amount, listed):
    await init(http)
    platform.pay(REFERENCE)
    asked = {"MaThamChieu": REFERENCE, "SoTien": amount}
    await http.post("/_sandbox/misreport", json=asked)
    assert [row["SoTien"] for row in await day(http)] == listed


async def test_paying_over_http_tells_the_province_at_once(http, province):
    await init(http)
    answer = (await http.post("/_sandbox/pay", json={"MaThamChieu": REFERENCE})).json()
    assert answer["told"] == [200]
    assert (await http.post("/_sandbox/pay", json={"MaThamChieu": "x"})).status_code == 422
    assert province.got[0]["MaGiaoDich"] == answer["MaGiaoDich"]
