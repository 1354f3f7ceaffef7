"""One connector of the province H99 in front of the portal's sandbox."""

import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub_adapter_dvcqg import PortalSink, PortalSource
from hub_adapter_dvcqg.convert import from_portal
from hub_adapter_dvcqg.fields import STEP, SUBMISSION
from lgsp_adapter import Context
from lgsp_adapter.net import open_client
from lgsp_adapter.testing import (
    Bus,
    EngineRules,
    MemoryObjects,
    SinkEngine,
    SourceEngine,
    delivery,
)

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

FIXTURES = Path(__file__).parent.parent / "fixtures"
DOSSIER = json.loads((FIXTURES / "dossier.json").read_text())
STEP_ROW = json.loads((FIXTURES / "step.json").read_text())
CODE = DOSSIER["MaHoSo"]
NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
RULES = EngineRules(timeout=5.0)
AGENCY = {"code": "000.00.97.H99", "name": "Sở Thử nghiệm tỉnh Mẫu"}


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
        sink = PortalSink(PortalSink.config_of(self.settings), self.connect)
        await SinkEngine(
            sink, self.bus, rules=RULES, ctx=self.context(password), chance=lambda: 0.0
        ).drain()

    async def receive(self, password="sandbox-password"):
        config = PortalSource.config_of(self.settings)
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


LATER: dict[str, dict[str, Any]] = {
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
