"""The three parts of the adapter and the sandbox's platform, brought together on one clock."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub_adapter_payment import PaymentIn, PaymentOut, PaymentReconcile
from lgsp_adapter import Context
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    ServiceEngine,
    SinkEngine,
    SourceEngine,
    VirtualClock,
    delivery,
)
from lgsp_adapter.testing.loopback import loopback
from lgsp_adapter.testing.web import WebServer
from sandbox_payment import PaymentSandbox

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "init.json").read_text())
FINANCE = "urn:hub:org:H99.3"
BEGIN = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SHORT = 0.3
"""Seconds of an adapter that gives up early; else it waits `LONG`: a busy machine is no fault."""
LONG = 10.0
RULES = EngineRules(timeout=30)
INIT, QUERY, LIST = "/payment/init", "/payment/query", "/payment/reconciliation"
UNPUBLISHED = {"unknown_codes": ["03"], "denied_codes": ["02"]}
"""Codes that the sandbox invented."""


class Meeting:
    """The adapter's three parts over one state file, and the platform, on one clock."""

    def __init__(self, folder, **peer):
        self.clock, self.folder = VirtualClock(), folder
        self.peer = PaymentSandbox(seed=1, clock=self.now, **peer)
        self.bus, self.here, self.found = Bus(), Bus(), Bus()
        self.ctx = Context("payment", resolvers={"peer": self.secret}, now=self.now)

    def now(self):
        return BEGIN + timedelta(seconds=self.clock.now())

    async def secret(self, name):
        return {"secret": self.peer.hashing.secret, "wrong": "sai"}[name]

    def config(self, kind, **changes):
        shared = {"state": str(self.folder / "s.db"), "secret": "peer:secret"}
        calls = {"url": f"{self.peer.url}/payment", "partner": FIXTURE["MaDoiTac"]}
        calls["seconds"] = LONG
        extra = {
            PaymentIn: {},
            PaymentOut: {**calls, **UNPUBLISHED, "ip": FIXTURE["Ip"]},
            PaymentReconcile: {
                **calls,
                "denied_codes": ["02"],
                "since": "2026-03-10",
                "recipients": [FINANCE],
            },
        }[kind]
        return kind.config_of({**shared, **extra, **changes})

    def out(self, **changes):
        return PaymentOut(self.config(PaymentOut, **changes), loopback(self.peer.trust))

    async def begin(self, *fees, **changes):
        self.bus.put(fees)
        engine = SinkEngine(
            self.out(**changes), self.bus, rules=RULES, clock=self.clock, ctx=self.ctx
        )
        await engine.drain()

    @asynccontextmanager
    async def listening(self, **changes):
        """`payment-in` behind an HTTP server, which the platform calls."""
        service = PaymentIn(self.config(PaymentIn, **changes))
        async with ServiceEngine(service, self.here, rules=RULES, ctx=self.ctx) as engine:
            front = WebServer(engine.answer)
            self.peer.callbacks.target = f"{await front.start()}/ConfirmDvcPayment"
            try:
                yield engine
            finally:
                await front.stop()

    def compare(self, **changes):
        config = self.config(PaymentReconcile, **changes)
        return PaymentReconcile(config, loopback(self.peer.trust))

    async def reconcile(self, **changes):
        engine = SourceEngine(
            lambda: self.compare(**changes),
            self.found,
            rules=RULES,
            clock=self.clock,
            ctx=self.ctx,
        )
        await engine.drain()

    async def next_day(self):
        await self.clock.sleep(24 * 3600)

    @property
    def paid(self):
        """What the hub was told was paid, by reference."""
        bodies = [json.loads(draft.body) for draft in self.here.admitted.values()]
        return {body["reference"]: body["amount"] for body in bodies}

    @property
    def differences(self):
        records = [json.loads(each.body)["record"] for each in self.found.admitted.values()]
        return sorted((each["reference"], each["kind"]) for each in records)


def reference(n=1):
    return f"H99-260310-{n:04d}-1"


def fee_due(n=1, **changes):
    receipt = FIXTURE["ThongTinBienLai"]
    body = {
        "dossier_code": receipt["MaHoSo"],
        "reference": reference(n),
        "procedure": {"code": receipt["MaTTHC"]},
        "agency": {"code": receipt["MaDonVi"]},
        "fees": [{"name": "Lệ phí Mẫu", "amount": 150_000, "kind": "1"}],
        "total": 150_000,
        "account": {"number": receipt["TKThuHuong"], "bank_code": FIXTURE["MaNganHang"]},
        "requested_at": "2026-03-10T09:00:00+07:00",
        "note": FIXTURE["ThongTinGiaoDich"],
        **changes,
    }
    made = delivery(f"d-{n}", type_="vn.gov.dossier.fee-due.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())
