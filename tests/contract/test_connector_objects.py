"""A delivery's attachments are the connector's to read, before the recorder has noted it."""

import asyncio

import pytest
from lgsp_adapter import Done, Idempotence

from hub.connectors.lending import lend
from hub.control.network_rules import NetworkRules
from hub.io.admission import utc_now
from hub.io.object_bytes import ObjectBytes
from hub.io.objects import Objects
from hub.io.sql.engine import open_engine
from tests.connector_rig import ConnectorRig, sink

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics("receiver"))
    return empty_broker


@pytest.fixture
async def objects(migrated_sqlite, tmp_path):
    """Objects over SQL. No recorder runs beside them: nobody notes who got what."""
    engine = open_engine(migrated_sqlite)
    yield Objects(engine, ObjectBytes((tmp_path / "objects").as_uri()), utc_now)
    await engine.dispose()


@pytest.fixture
def rig(own_broker, objects):
    rig = ConnectorRig(own_broker.bootstrap)
    rig.context = lambda connector, references: lend(
        connector, objects, utc_now, NetworkRules(), {}, references
    )
    return rig


class Fetching(sink("fetching", Idempotence.IDEMPOTENT)):  # type: ignore[misc]
    """Reads what each delivery refers to, and what `others` names."""

    others: tuple[str, ...] = ()

    async def open(self, ctx):
        self.ctx = ctx

    async def write(self, batch):
        for delivery in batch:
            named = delivery.attributes["objects"].split()
            for hash_ in (*named, *self.others):
                assert b"".join([piece async for piece in self.ctx.fetch(hash_)]) == b"mau"
        return [Done() for _ in batch]


async def stored(objects, content=b"mau"):
    async def pieces():
        yield content

    return (await objects.put("sender", pieces())).hash


async def test_what_a_delivery_refers_to_is_read_at_its_first_attempt(rig, objects):
    rig.kinds["fetching"] = Fetching
    rig.add("doc-dinh-kem", "fetching")
    await rig.deliver("dinh-kem-1", objects=await stored(objects))
    async with rig.running():
        told = await rig.until_events("dinh-kem-1", "receiver", ["delivered"])
    assert [event.event.value for event in told] == ["delivered"]
    assert told[0].detail["attempts"] == 1


async def test_what_no_held_delivery_refers_to_stays_unreadable(rig, objects):
    not_its_own = await stored(objects, b"cua nguoi khac")
    rig.kinds["fetching"] = type("Curious", (Fetching,), {"others": (not_its_own,)})
    rig.add("doc-cua-nguoi-khac", "fetching")
    await rig.deliver("dinh-kem-2", objects=await stored(objects))
    async with rig.running():
        first, *_ = await rig.until_events("dinh-kem-2", "receiver", ["retrying"])
    assert (first.event.value, first.reason) == ("retrying", "unavailable")
