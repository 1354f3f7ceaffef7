"""Letters to a split agency over the admin API: a person chooses, and sees what came of it."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from hub.control.service import Control
from hub.decision.choosing import Chosen
from hub.decision.order_record import Do
from hub.decision.rows import AuditRecord
from hub.io.sql.engine import open_blocking_engine, open_engine
from hub.io.sql.projection import Projection
from tests.admin_rig import OWNER, OrdersInMemory, admin_app
from tests.control_support import HUB, SampleAdapters
from tests.support import NOW, PARTITION, build_rules
from tests.unit.decision.test_choosing import BOTH, DISTRICT, SPLIT, letter
from tests.unit.documents.bench import Bench

PATH = "/v1/admin/reviews"
WHY = "Việc này thuộc xã Mẫu (mẫu)"


class Desk:
    """One hub without Kafka: what is ordered the router does when `follow` is called."""

    def __init__(self, url, client, orders):
        self.bench, self.client, self.orders, self.url = (
            Bench(url, asyncio.Event(), "off"),
            client,
            orders,
            url,
        )
        self.bench.world.rules = build_rules(SPLIT)

    async def send(self, id):
        self.bench.world.send(letter(id))
        await self.tell()

    async def follow(self):
        ((*_, order),) = self.orders.given
        self.bench.world.order(
            Do.CHOOSE, order.id, by=order.by, reason=order.reason, chosen=order.chosen
        )
        await self.tell()

    async def tell(self):
        """Let both readers of the audit trail know what happened."""
        assert self.bench.read()
        await asyncio.to_thread(self._project)

    def _project(self):
        engine = open_blocking_engine(self.url)
        records = [
            AuditRecord(partition=PARTITION, offset=offset, written_at=NOW, event=event)
            for offset, event in enumerate(self.bench.events())
        ]
        projection = Projection(engine)
        start = projection.positions([PARTITION])
        new = records[start[PARTITION] :]
        assert projection.record(new, start, {PARTITION: len(records)})
        engine.dispose()

    async def get(self, path=""):
        return (await self.client.get(PATH + path)).json()["items"]

    async def choose(self, *systems, id="msg-0001", **more):
        asked = {"reason": WHY, "choices": {DISTRICT: list(systems)}} | more
        return await self.client.post(f"{PATH}/sender/{id}:choose", json=asked)


@pytest.fixture
async def desk(migrated_sqlite):
    async with opened(migrated_sqlite) as made:
        yield made


@pytest.fixture
async def desk_on_each(migrated_url):
    async with opened(migrated_url) as made:
        yield made


@asynccontextmanager
async def opened(url):
    engine = open_engine(url)
    control = Control(engine, HUB, lambda: NOW + timedelta(hours=1), SampleAdapters())
    orders = OrdersInMemory()
    app = admin_app(control, orders=orders)
    app.state.ops = replace(app.state.ops, rules=lambda: build_rules(SPLIT))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as client:
        made = Desk(url, client, orders)
        yield made
        made.bench.engine.dispose()
    await engine.dispose()


async def test_what_waits_is_listed_with_who_may_be_meant_and_a_suggested_split(desk):
    await desk.send("msg-0001")
    (item,) = await desk.get()
    (address,) = item["addresses"]
    assert (item["id"], address["address"]) == ("msg-0001", DISTRICT)
    assert [(one["system"], one["takes"], one["suggested"]) for one in address["candidates"]] == [
        (name, True, True) for name in BOTH
    ]


async def test_who_dealt_with_the_matter_before_is_the_suggested_split(desk):
    await desk.send("msg-0001")
    await desk.choose("other")
    await desk.follow()
    await desk.send("msg-0002")
    (item,) = await desk.get()
    assert [one["suggested"] for one in item["addresses"][0]["candidates"]] == [False, True]


async def test_a_choice_is_an_order_with_name_and_reason_and_its_outcome_is_told(desk_on_each):
    desk = desk_on_each
    await desk.send("msg-0001")
    assert (await desk.choose("other")).status_code == 200
    ((*_, order),) = desk.orders.given
    assert (order.do, order.by, order.reason) == (Do.CHOOSE, "an", WHY)
    assert order.chosen == (Chosen(DISTRICT, ("other",)),)
    (made,) = await desk.get("/choices")
    assert (made["by"], made["reason"], made["waits"]) == ("an", WHY, True)
    await desk.follow()
    (made,) = await desk.get("/choices")
    assert (made["chosen"], made["waits"]) == ({DISTRICT: ["other"]}, False)
    assert [(one["system"], one["chosen"], one["state"]) for one in made["recipients"]] == [
        ("other", True, "pending"),
        ("receiver", False, "expired"),
    ]
    assert made["recipients"][1]["reason"] == "not_chosen"
    assert await desk.get() == []
    assert (await desk.choose("other")).status_code == 404, "the first word counts"


@pytest.mark.parametrize(
    ("systems", "more", "status"),
    [
        (("third",), {}, 409),
        (("other",), {"choices": {"urn:hub:org:H99.41": ["other"]}}, 409),
        (("other",), {"reason": ""}, 422),
        (("other",), {"id": "khong-co"}, 404),
    ],
)
async def test_a_choice_that_does_not_fit_does_nothing(desk, systems, more, status):
    await desk.send("msg-0001")
    assert (await desk.choose(*systems, **more)).status_code == status
    assert (desk.orders.given, await desk.get("/choices")) == ([], [])
    assert len(await desk.get()) == 1
