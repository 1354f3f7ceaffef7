"""`vnpost-out` and `vnpost-in` keep every promise of the conformance kit."""

import json
import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import httpx2
from hub_adapter_vnpost import VnpostIn, VnpostOut
from hub_adapter_vnpost.order import order_number
from hub_adapter_vnpost.out import ORDERS
from lgsp_adapter import Context
from lgsp_adapter.kit import Answer, Say, SinkKit, SinkPeer, SourceKit, SourcePeer, secret_behind
from lgsp_adapter.state import _connect
from lgsp_adapter.testing import delivery

STATUS = {Say.OK: 200, Say.LOST: 200, Say.DOWN: 503, Say.SLOW_DOWN: 429, Say.REJECT: 200}
HERE = Path(__file__).parents[1]


async def secret(name):
    return secret_behind(name)


def result(id_, text):
    receiver = {"name": "Trần Thị Mẫu", "telephone": "0900000000", "address": text}
    body = {
        "dossier_code": id_,
        "state": 9,
        "outcome": "granted",
        "agency": {"code": "H99.1"},
        "finished_at": "2026-11-22T09:00:00+07:00",
        "extensions": {"post": {"receiver": receiver, "cod_amount": 30_000}},
    }
    return json.dumps(body, ensure_ascii=False).encode()


class Office:
    """The token call, and the folder of the state file."""

    script: Any
    named: Any
    told: Any
    extra: ClassVar[dict[str, Any]]
    calm: tuple[str, ...] = ()
    """Calls that go well while only some fail: the kit counts on looking up."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()

    @property
    def config(self):
        account = {"customer_code": "MAU", "user": "mau", "password": "test:password"}
        place = {"url": "https://mau.example/api", "state": f"{self.folder.name}/state.db"}
        return {**account, **place, **self.extra}

    async def stop(self):
        self.folder.cleanup()

    async def handle(self, request):
        name = request.url.path.rpartition("/")[2]
        if name == "apiGetToken":
            return httpx2.Response(200, json={"Status": "100", "Token": "mau"})
        assert request.headers["access_token"] == "mau"
        content = json.loads(request.content)
        answer = await self.script.answer(self.named(content["OrderNumber"]))
        if name in self.calm and self.script.default.say is not Say.DOWN:
            answer = Answer()
        headers = {"retry-after": str(int(answer.after))} if answer.after else {}
        told = self.told(name, content, answer)
        return httpx2.Response(STATUS[answer.say], headers=headers, json=told)


class Intake(Office, SinkPeer):
    calm = ("apiGetOrderTracking",)
    extra: ClassVar = {"sender_name": "Mẫu", "sender_tel": "0", "sender_address": "Mẫu"}

    def __init__(self, ids):
        super().__init__()
        self.ids, self.orders = ids, []

    @property
    def taken(self):
        # What was signed is built again from what arrived: a changed address gives other bytes.
        named = [
            (self.ids[order["OrderNumber"]], order["ReceiverAddress"]) for order in self.orders
        ]
        return [(id_, result(id_, text)) for id_, text in named]

    def named(self, number):
        return self.ids.get(number)

    def told(self, name, content, answer):
        if name == "apiGetOrderTracking":
            known = any(order["OrderNumber"] == content["OrderNumber"] for order in self.orders)
            return {"Status": "100" if known else "404"}
        if answer.say in (Say.OK, Say.LOST):
            self.orders.append(content)
        if answer.say is Say.LOST:
            raise httpx2.ReadTimeout("mau")
        return {"Status": answer.code if answer.say is Say.REJECT else "100"}


class Tracker(Office, SourcePeer):
    extra: ClassVar = {"delivered_codes": ["5"]}

    def __init__(self):
        super().__init__()
        self.tracks, self.given = {}, 0

    @property
    def handed_out(self):
        return self.given

    def named(self, _number):
        return None

    def put(self, id_, text, subject):
        event = {"StatusCode": "2", "StatusName": text, "StatusTime": "20261122090000"}
        self.track(id_, event, subject)

    def put_newer(self, id_, text, subject):
        self.put(id_, text, subject)
        self.tracks[id_][0]["TruongMoi"] = "mẫu"
        return True

    def put_unreadable(self):
        self.track(f"x-{len(self.tracks)}", {"StatusCode": "2", "StatusTime": "hôm qua"}, "H99-0")

    def track(self, number, event, subject):
        self.tracks[number] = [event]
        memory = json.dumps({"dossier_code": subject, "agency": "H99.1"})
        db = _connect(Path(self.folder.name) / "state.db")
        sql = "INSERT INTO entry (space, key, value) VALUES (?, ?, ?)"
        try:
            db.execute(sql, (ORDERS, number, memory))
        finally:
            db.close()

    def told(self, _name, content, answer):
        found = self.tracks.get(content["OrderNumber"], []) if answer.say is Say.OK else []
        self.given += len(found)
        return {"Status": "100", "Data": found}


class Made:
    """A client that leads to the fake, and the kit's secrets."""

    adapter: ClassVar[Any]

    def make(self, peer):
        return self.adapter(
            self.adapter.config_of(peer.config),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(peer.handle)),
        )

    def context(self):
        return Context("vnpost", resolvers={"test": secret})


class TestVnpostOut(Made, SinkKit[Any]):
    adapter = VnpostOut
    reference = HERE / "REFERENCE-vnpost-out.md"

    @cached_property
    def ids(self):
        """Order number to id of the message: what a hash does not give back."""
        return {}

    def peer(self):
        return Intake(self.ids)

    def delivery(self, id_, text="Hồ sơ mẫu"):
        made = delivery(id_, type_="vn.gov.dossier.result.v1")
        self.ids[order_number(made.key)] = id_
        return replace(made, body=result(id_, text))


class TestVnpostIn(Made, SourceKit[Any]):
    adapter = VnpostIn
    reference = HERE / "REFERENCE-vnpost-in.md"

    def peer(self):
        return Tracker()
