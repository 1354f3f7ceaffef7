"""Both connectors and the sandbox's post office, brought together on one clock."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub_adapter_vnpost import VnpostIn, VnpostOut, order
from lgsp_adapter import Context
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    SinkEngine,
    SourceEngine,
    VirtualClock,
    delivery,
)
from lgsp_adapter.testing.loopback import loopback
from sandbox_vnpost import PostSandbox

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "order.json").read_text())
BEGIN = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SHORT = 0.3
"""Seconds of an adapter that gives up early; else it waits `LONG`: a busy machine is no fault."""
LONG = 10.0
RULES = EngineRules(timeout=30)
ORDERING, TRACKING, LOGIN = "/OrderLGSP", "/apiGetOrderTracking", "/apiGetToken"


class Patient(VirtualClock):
    """Fifty times faster than the machine's: a peer that is at work comes to its end in a pause."""

    async def sleep(self, seconds):
        await super().sleep(seconds)
        await asyncio.sleep(min(seconds / 50, 1.5))


class Meeting:
    """Both connectors over one state file, and the post office, on one clock."""

    def __init__(self, folder, **peer):
        self.clock, self.folder = Patient(), folder
        self.peer = PostSandbox(seed=1, clock=self.now, **peer)
        self.bus = Bus(name="vnpost")
        self.ctx = Context("vnpost", resolvers={"peer": self.secret}, now=self.now)

    def now(self):
        return BEGIN + timedelta(seconds=self.clock.now())

    async def secret(self, name):
        return {"password": "sandbox-password", "wrong": "sai"}[name]

    def adapter(self, kind, **changes):
        facts = self.peer.describe()
        raw = {
            "url": self.peer.url,
            "state": str(self.folder / "s.db"),
            "customer_code": facts["CustomerCode"],
            "user": "mau",
            "password": "peer:password",
            "seconds": LONG,
            **{name: facts[name] for name in ("unknown_codes", "token_errors")},
            **changes,
        }
        return kind(kind.config_of(raw), loopback(self.peer.trust))

    def out(self, **changes):
        sender = {"sender_name": FIXTURE["SenderName"], "sender_tel": FIXTURE["SenderTel"]}
        sender["sender_address"] = FIXTURE["SenderAddress"]
        return self.adapter(VnpostOut, **sender, **changes)

    def inbound(self, **changes):
        facts = self.peer.describe()
        ends = {name: facts[name] for name in ("delivered_codes", "ended_codes")}
        return self.adapter(VnpostIn, **{**ends, **changes})

    async def order(self, *results, **changes):
        self.bus.put(results)
        sink = self.out(**changes)
        await SinkEngine(sink, self.bus, rules=RULES, clock=self.clock, ctx=self.ctx).drain()

    async def follow(self, **changes):
        engine = SourceEngine(
            lambda: self.inbound(**changes),
            self.bus,
            rules=RULES,
            clock=self.clock,
            ctx=self.ctx,
        )
        await engine.drain()

    async def walk(self, number, *states):
        for state in states:
            await self.clock.sleep(1)
            self.peer.advance(number, state)

    @property
    def told(self):
        """The states that the hub was told, in order, by dossier."""
        found: dict[Any, list[Any]] = {}
        for draft in self.bus.drafts:
            body = json.loads(draft.body)
            found.setdefault(draft.subject, []).append(body.get("content") or body["return_info"])
        return found


def result(n=1):
    receiver = {
        "name": FIXTURE["ReceiverName"],
        "telephone": FIXTURE["ReceiverTel"],
        "address": FIXTURE["ReceiverAddress"],
    }
    post = {"receiver": receiver, "cod_amount": 0, "item_code": f"MAU{n:09d}VN"}
    body = {
        "dossier_code": f"000.00.97.H99-260310-{n:04d}",
        "state": 9,
        "outcome": "granted",
        "agency": {"code": "000.00.97.H99"},
        "finished_at": "2026-03-10T09:00:00+07:00",
        "extensions": {"post": post},
    }
    made = delivery(f"d-{n}", type_="vn.gov.dossier.result.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


def number(n=1):
    return order.order_number(result(n).key)
