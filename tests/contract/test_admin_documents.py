"""Messages held for documents over the admin API: who decided and why is known beforehand."""

import asyncio
from datetime import timedelta

import httpx2
import pytest

from hub.control.service import Control
from hub.decision.order_record import Do
from hub.io.kafka.orders import RecordGone
from hub.io.sql.engine import open_engine
from hub.signing.verdicts import Grade
from tests.admin_rig import OWNER, OrdersInMemory, admin_app
from tests.control_support import HUB, SampleAdapters
from tests.documents_rig import letter
from tests.support import NOW, stamped
from tests.unit.documents.bench import Bench

PATH = "/v1/admin/documents"
WHY = "Đã hỏi cơ quan gửi (mẫu)"


@pytest.fixture
async def bench(migrated_url):
    """Give a store in which `a` is for a person to decide and `b` waits behind it."""
    made = Bench(migrated_url, asyncio.Event())
    made.world.send(letter("a"))
    made.world.send(stamped(id="b"), "off")
    made.grades["a"] = Grade.INDETERMINATE
    await made.settle()
    yield made
    made.engine.dispose()


@pytest.fixture
def orders():
    return OrdersInMemory()


@pytest.fixture
async def client(migrated_url, bench, orders):  # noqa: ARG001  (the store is filled first)
    engine = open_engine(migrated_url)
    control = Control(engine, HUB, lambda: NOW + timedelta(hours=1), SampleAdapters())
    transport = httpx2.ASGITransport(
        app=admin_app(control, orders=orders), raise_app_exceptions=False
    )
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as opened:
        yield opened
    await engine.dispose()


async def say(client, word, id_="a", **request):
    return await client.post(f"{PATH}/sender/{id_}:{word}", json={"reason": WHY} | request)


async def trail(client, id_="a"):
    query = {"entity": f"message/sender/{id_}"}
    return (await client.get("/v1/admin/trail", params=query)).json()["items"]


async def test_what_is_held_is_listed_in_pages_without_its_body(client):
    page = (await client.get(PATH, params={"limit": 1})).json()
    assert [(one["id"], one["review"]) for one in page["items"]] == [("a", True)]
    rest = (await client.get(PATH, params={"after": page["next"]})).json()
    assert [(one["id"], one["hashes"]) for one in rest["items"]] == [("b", [])]
    assert rest["next"] is None


@pytest.mark.parametrize("word", ["release", "drop"])
async def test_an_operators_word_is_an_order_with_his_name_and_reason(client, orders, bench, word):
    assert (await say(client, word)).status_code == 200
    ((partition, offset, order),) = orders.given
    place = bench.world.sent["a"].place
    assert (partition, offset) == (place.partition, place.offset)
    assert (order.do, order.by, order.reason) == (Do(word), "an", WHY)
    (entry,) = await trail(client)
    assert (entry["actor"], entry["reason"]) == ("an", WHY)


async def test_a_check_that_is_asked_for_again_is_done_again_and_may_release(client, bench):
    bench.later(hours=1)
    assert (await say(client, "recheck")).status_code == 200
    await bench.settle()
    assert (bench.judged, len(bench.rows())) == (["a", "a"], 2)
    bench.later(hours=1)
    await bench.settle()
    assert len(bench.judged) == 2
    bench.grades["a"] = Grade.VALID_LEGACY
    await say(client, "recheck")
    await bench.settle()
    assert bench.world.delivered() == ["a", "b"]
    assert len(await trail(client)) == 2


async def test_what_is_not_held_cannot_be_decided(client, orders):
    for word, id_ in (("release", "none"), ("drop", "none"), ("recheck", "b")):
        answer = await say(client, word, id_)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert await trail(client, id_) == []
    assert orders.given == []


async def test_what_is_no_longer_kept_is_told_so_and_the_attempt_stands_in_the_trail(
    client, orders
):
    orders.fails = RecordGone("partition 5, offset 101")
    answer = await say(client, "release")
    assert (answer.status_code, answer.json()["code"]) == (404, "body_gone")
    assert len(await trail(client)) == 1


async def test_a_word_without_a_reason_does_nothing(client, orders):
    assert (await say(client, "release", reason="")).status_code == 422
    assert (orders.given, await trail(client)) == ([], [])
