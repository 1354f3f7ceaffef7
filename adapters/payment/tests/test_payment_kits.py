"""The three parts keep every promise of the conformance kit."""

import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
from hub_adapter_payment import PaymentIn, PaymentOut, PaymentReconcile
from hub_adapter_payment.memory import DUE
from lgsp_adapter import Context, Fatal, Request
from lgsp_adapter.kit import (
    Answer,
    Caller,
    Say,
    ServiceKit,
    SinkKit,
    SinkPeer,
    SourceKit,
    SourcePeer,
    secret_behind,
)
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.source import assert_texts
from lgsp_adapter.state import _connect
from lgsp_adapter.testing import delivery

STATUS = {Say.OK: 200, Say.LOST: 200, Say.DOWN: 503, Say.SLOW_DOWN: 429, Say.REJECT: 200}
HERE = Path(__file__).parents[1]
SINCE = date(2024, 1, 1)


async def secret(name):
    return secret_behind(name)


def code(*values):
    """The platform's own reckoning: fields joined by a bar, and the secret."""
    joined = "|".join(map(str, values)) + secret_behind("secret")
    return hashlib.sha256(joined.encode()).hexdigest()


def due(id_, text):
    body = {
        "dossier_code": id_,
        "reference": f"TT-{id_}",
        "agency": {"code": "H99.1"},
        "fees": [{"name": "Lệ phí mẫu", "amount": 8000}],
        "total": 8000,
        "requested_at": "2026-11-22T09:00:00+07:00",
        "note": text,
    }
    return json.dumps(body, ensure_ascii=False).encode()


class Desk:
    """The folder of the state file."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    async def stop(self):
        self.folder.cleanup()

    @property
    def state(self):
        return Path(self.folder.name) / "state.db"


class Platform(Desk):
    script: Any
    named: Any
    told: Any
    extra: ClassVar[dict[str, Any]] = {}

    @property
    def config(self):
        place = {"url": "https://mau.example/pay", "state": str(self.state)}
        return {**place, "partner": "MAU", "secret": "test:secret", **self.extra}

    async def handle(self, request):
        name, content = request.url.path.rpartition("/")[2], json.loads(request.content)
        answer = await self.script.answer(self.named(content))
        if name == "query" and self.script.default.say is not Say.DOWN:
            answer = Answer()  # The kit counts on looking up.
        headers = {"retry-after": str(int(answer.after))} if answer.after else {}
        told = self.told(name, content, answer)
        return httpx2.Response(STATUS[answer.say], headers=headers, json=told)


class Till(Platform, SinkPeer):
    """Knows what was begun, and checks every code."""

    def __init__(self):
        super().__init__()
        self.begun = []

    @property
    def taken(self):
        # What was signed is built again from what arrived: a changed text gives other bytes.
        found = [
            (each["ThongTinBienLai"]["MaHoSo"], each["ThongTinGiaoDich"]) for each in self.begun
        ]
        return [(id_, due(id_, text)) for id_, text in found]

    def named(self, content):
        return content["MaThamChieu"].removeprefix("TT-")

    def told(self, name, content, answer):
        if name == "query":
            assert content["MaXacThuc"] == code(
                "MAU", content["MaThamChieu"], content["ThoiGianGD"]
            )
            known = {each["MaThamChieu"] for each in self.begun}
            return {"MaLoi": "00" if content["MaThamChieu"] in known else "404"}
        signed = [
            value
            for name, value in content.items()
            if not name.startswith(("LoaiBan", "ThongTinB", "MaX"))
        ]
        assert content["MaXacThuc"] == code(*signed)
        if answer.say in (Say.OK, Say.LOST):
            self.begun.append(content)
        if answer.say is Say.LOST:
            raise httpx2.ReadTimeout("mau")
        return {"MaLoi": answer.code if answer.say is Say.REJECT else "00"}


class Ledger(Platform, SourcePeer):
    """Lists transactions the hub has never heard of, one a day."""

    extra: ClassVar = {
        "since": SINCE.isoformat(),
        "days_at_once": 31,
        "recipients": ["urn:hub:org:H99.3"],
    }

    def __init__(self):
        super().__init__()
        self.days, self.given = [], 0

    @property
    def handed_out(self):
        return self.given

    def named(self, _content):
        return None

    def put(self, id_, text, subject):
        self.days.append({"MaGiaoDich": subject + id_, "MaThamChieu": text, "SoTien": 8000})

    def put_newer(self, id_, text, subject):
        self.put(id_, text, subject)
        self.days[-1]["TruongMoi"] = "mẫu"
        return True

    def put_unreadable(self):
        self.days.append({"MaGiaoDich": "x", "MaThamChieu": "y", "SoTien": "8.000,5"})

    def told(self, _name, content, answer):
        assert content["MaXacThuc"] == code("MAU", content["NgayDoiSoat"])
        day = (date.fromisoformat(content["NgayDoiSoat"]) - SINCE) // timedelta(days=1)
        rows = self.days[day : day + 1] if day >= 0 and answer.say is Say.OK else []
        self.given += len(rows)
        return {"MaLoi": "00", "DanhSach": rows}


class Callbacks(Desk, Caller):
    """Calls back about references that `payment-out` began."""

    fetches = False

    @property
    def config(self):
        return {"state": str(self.state), "secret": "test:secret"}

    async def hand_in(self, ask, id_, text, subject):
        memory = {"key": id_, "dossier_code": subject, "agency": "H99.1", "total": 8000}
        db = _connect(self.state)
        try:
            sql = "INSERT OR IGNORE INTO entry (space, key, value) VALUES (?, ?, ?)"
            db.execute(sql, (DUE, f"TT-{id_}", json.dumps(memory)))
        finally:
            db.close()
        return await ask(self.call(id_, text))

    def call(self, id_, text):
        content = {
            "LoaiBanTin": "PAY",
            "MaLoi": "00",
            "MaThamChieu": f"TT-{id_}",
            "SoTien": 8000,
            "MaGiaoDich": f"GD-{id_}",
            "MaNganHang": text,
            "TrangThaiGD": "1",
        }
        content["MaXacThuc"] = code(*content.values())
        body = json.dumps(content, ensure_ascii=False).encode()
        return Request(method="POST", path="/", query={}, headers={}, body=body)

    def as_stranger(self, request):
        content = {**json.loads(request.body), "MaXacThuc": "0" * 64}
        return replace(request, body=json.dumps(content).encode())

    def newer(self, request):
        content = {**json.loads(request.body), "TruongMoi": "mẫu"}
        return replace(request, body=json.dumps(content).encode())


class Made:
    """A client that leads to the fake, and the kit's secrets."""

    adapter: ClassVar[Any]

    def make(self, peer):
        return self.adapter(
            self.adapter.config_of(peer.config),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(peer.handle)),
        )

    def context(self):
        return Context("payment", resolvers={"test": secret})


class TestPaymentOut(Made, SinkKit[Any]):
    adapter = PaymentOut
    reference = HERE / "REFERENCE-payment-out.md"

    def peer(self):
        return Till()

    def delivery(self, id_, text="Hồ sơ mẫu"):
        return replace(delivery(id_, type_="vn.gov.dossier.fee-due.v1"), body=due(id_, text))


class TestPaymentReconcile(Made, SourceKit[Any]):
    adapter = PaymentReconcile
    reference = HERE / "REFERENCE-payment-reconcile.md"

    def peer(self):
        return Ledger()

    @promise
    async def test_a_wrong_clock_loses_nothing(self):
        """A day's list is whole only when the day is over: a clock of long ago stops it, once."""
        async with self.serving() as peer:
            texts = self.fill(peer)
            source, ctx = self.make(peer), self.context()
            ctx.now = lambda: datetime(1970, 1, 1, tzinfo=UTC)
            await source.open(ctx, None)
            with pytest.raises(Fatal):
                await source.read(1)
            ctx.now = lambda: datetime(2026, 11, 22, tzinfo=UTC)
            records = await self.read_all(source)
            await source.close()
        assert_texts(records, texts)


class TestPaymentIn(ServiceKit[Any]):
    adapter = PaymentIn
    reference = HERE / "REFERENCE-payment-in.md"

    def peer(self):
        return Callbacks()
