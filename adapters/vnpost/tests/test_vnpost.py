"""An order per result, asked for by its number; tracking told once, in order, until the end."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest
from hub_adapter_vnpost import VnpostIn, VnpostOut
from lgsp_adapter import Backpressure, Context, Done, Fatal, Reject, Retryable
from lgsp_adapter.testing import delivery

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

RECEIVER = {"name": "Trần Thị Mẫu", "telephone": "0900000000", "address": "Số 1, đường Ví Dụ"}
SENT = {"StatusCode": "2", "StatusName": "Đang vận chuyển", "StatusTime": "20261122090000"}
GIVEN = {"StatusCode": "5", "StatusName": "Đã phát", "StatusTime": "20261123100000"}


async def secret(_name):
    return "bi-mat-mau"


def result(id_="d-1", **post):
    body = {
        "dossier_code": "000.00.15.H99-260310-0001",
        "state": 9,
        "outcome": "granted",
        "agency": {"code": "H99.1"},
        "finished_at": "2026-11-22T09:00:00+07:00",
        "extensions": {"post": {"receiver": RECEIVER, "cod_amount": 30_000, **post}},
    }
    made = delivery(id_, type_="vn.gov.dossier.result.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


class Office:
    """A post office in memory, and both connectors over one state file."""

    def __init__(self, folder):
        self.folder, self.orders, self.tracks, self.asked = folder, [], {}, []
        self.logins, self.status, self.track = 0, [], {}

    def adapter(self, kind, **extra):
        raw = {
            "url": "https://mau.example/api/",
            "state": str(self.folder / "s.db"),
            "customer_code": "KH-MAU",
            "user": "mau",
            "password": "test:p",
            **extra,
        }
        return kind(
            kind.config_of(raw),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle)),
        )

    def out(self):
        return self.adapter(VnpostOut, sender_name="Mẫu", sender_tel="0", sender_address="Mẫu")

    def inbound(self):
        return self.adapter(VnpostIn, delivered_codes=["5"], ended_codes=["9"])

    def handle(self, request):
        name, content = request.url.path.rpartition("/")[2], json.loads(request.content)
        if name == "apiGetToken":
            self.logins += 1
            return httpx2.Response(200, json={"Status": "100", "Data": {"Token": "T"}})
        if self.status:
            return httpx2.Response(200, json={"Status": self.status.pop(0)})
        if name == "OrderLGSPWithItemCode":
            self.orders.append(content)
            return httpx2.Response(200, json={"Status": "100"})
        self.asked.append(content["OrderNumber"])
        known = content["OrderNumber"] in {order["OrderNumber"] for order in self.orders}
        found = self.track.get(content["OrderNumber"], [])
        told = {"Status": "100", "Data": found} if known else {"Status": "404"}
        return httpx2.Response(200, json=told)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def ctx():
    return Context("vnpost", resolvers={"test": secret}, now=lambda: datetime.now(UTC))


async def ordered(office, ctx, *batch):
    sink = office.out()
    await sink.open(ctx)
    try:
        return await sink.write(batch or [result()])
    finally:
        await sink.close()


async def test_a_result_is_ordered_with_receiver_and_amount(office, ctx):
    (done,) = await ordered(office, ctx)
    (order,) = office.orders
    assert done == Done(ref=order["OrderNumber"])
    assert (order["CODAmount"], order["FlagConfig"]) == (30_000, 2)
    assert order["CustomerCode"] == "KH-MAU"
    assert order["ReceiverAddress"] == RECEIVER["address"]


async def test_the_token_is_fetched_once_for_many_orders(office, ctx):
    await ordered(office, ctx, *(result(f"d-{n}") for n in range(5)))
    assert office.logins == 1


@pytest.mark.parametrize(
    ("post", "place"),
    [
        ({"cod_amount": 1.5}, "cod_amount"),
        ({"cod_amount": -1}, "cod_amount"),
        ({"cod_amount": True}, "cod_amount"),
        ({"receiver": None}, "receiver"),
        ({"receiver": {**RECEIVER, "address": " "}}, "receiver/address"),
    ],
)
async def test_an_incomplete_order_is_a_dead_letter_that_names_the_place(office, ctx, post, place):
    (found,) = await ordered(office, ctx, result(**post))
    assert isinstance(found, Reject)
    assert found.detail == f"/extensions/post/{place}"
    assert "Mẫu" not in f"{found}"
    assert not office.orders


async def test_a_result_that_nobody_wants_by_post_is_refused_not_dropped(office, ctx):
    made = result()
    body = {**json.loads(made.body), "extensions": {}}
    (found,) = await ordered(office, ctx, replace(made, body=json.dumps(body).encode()))
    assert isinstance(found, Reject)
    assert found.code == "not_by_post"


@pytest.mark.parametrize(
    ("status", "kind"), [("401", Retryable), ("429", Backpressure), ("77", Reject)]
)
async def test_each_status_has_one_meaning_and_keeps_its_code(office, ctx, status, kind):
    office.status = [status]
    (found,) = await ordered(office, ctx)
    assert isinstance(found, kind)
    assert found.peer_code == status


async def test_wrong_credentials_stop_the_connector(office, ctx, monkeypatch):
    monkeypatch.setattr(
        office, "handle", lambda _: httpx2.Response(200, json={"Status": "1", "Message": "sai"})
    )
    with pytest.raises(Fatal) as told:
        await ordered(office, ctx)
    assert told.value.peer_code == "1"


async def read_all(office, ctx, position=None):
    source = office.inbound()
    await source.open(ctx, position)
    found = []
    try:
        while records := await source.read(10):
            found += records
            await source.ack(records[-1].position)
    finally:
        await source.close()
    return found


async def test_an_order_is_followed_until_it_is_delivered(office, ctx):
    (done,) = await ordered(office, ctx)
    office.track = {done.ref: [SENT]}
    first = await read_all(office, ctx)
    office.track = {done.ref: [SENT, GIVEN]}
    second = await read_all(office, ctx, first[-1].position)
    types = [record.message.type for record in first + second]
    assert types == ["vn.gov.dossier.step.v1", "vn.gov.dossier.returned.v1"]
    asked = len(office.asked)
    assert await read_all(office, ctx, second[-1].position) == []
    assert len(office.asked) == asked


async def test_what_is_told_fits_the_shipped_schemas(office, ctx):
    (done,) = await ordered(office, ctx)
    office.track = {done.ref: [SENT, GIVEN]}
    for record, name in zip(
        await read_all(office, ctx), ("dossier.step", "dossier.returned"), strict=True
    ):
        schema = compile_schema(load(f"urn:hub:schema:{name}:1.0").document)
        assert schema.check(json.loads(record.message.body)) is None
        assert record.message.subject == "000.00.15.H99-260310-0001"
        # Whoever gave the result to the post.
        code = json.loads(record.message.body)["agency"]["code"]
        assert record.message.recipients == (f"urn:hub:org:{code}",)


async def test_with_a_new_state_file_the_same_events_have_the_same_ids(office, ctx):
    (done,) = await ordered(office, ctx)
    office.track = {done.ref: [SENT]}
    first = await read_all(office, ctx)
    office.folder = office.folder / "another"
    office.folder.mkdir()
    await ordered(office, ctx)
    again = await read_all(office, ctx, first[-1].position)
    assert [record.message for record in again] == [record.message for record in first]


async def test_one_lost_order_does_not_hide_the_others(office, ctx):
    first, second = await ordered(office, ctx, result("d-1"), result("d-2"))
    office.orders = [order for order in office.orders if order["OrderNumber"] != first.ref]
    office.track = {second.ref: [SENT]}
    assert len(await read_all(office, ctx)) == 1


async def test_an_answer_of_another_shape_is_shown_not_passed_over(office, ctx):
    (done,) = await ordered(office, ctx)
    office.track = {done.ref: {"mau": 1}}
    (record,) = await read_all(office, ctx)
    assert isinstance(record.message, Reject)
