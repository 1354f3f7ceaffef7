"""The process `documents` and a router on a real broker: held, judged, delivered once, in order."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from hub.decision.events import Event
from hub.decision.order_record import Found
from hub.documents import main
from hub.io.kafka import topics
from hub.io.kafka.audit_reader import AuditReader
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.ingress_record import IngressRecords
from hub.io.kafka.orders import Orders
from hub.io.sql.document_checks import DocumentCheckStore
from hub.io.sql.engine import open_blocking_engine
from hub.signing.verdicts import Grade
from tests import support
from tests.documents_rig import PDF, body, rules
from tests.router_rig import PARTITIONS, WAIT_SECONDS, Rig, message

pytestmark = pytest.mark.kafka


@pytest.fixture
async def rig(empty_broker, tmp_path):
    made = Rig(empty_broker.bootstrap, tmp_path)
    await made.make_topics("receiver", "other")
    made.follower.current = rules("require")
    return made


class Judges:
    """Says what the test has set for a message; before that it lets it wait."""

    def __init__(self):
        self.grades, self.judged, self.may = {}, [], asyncio.Event()

    async def found(self, check):
        await self.may.wait()
        self.judged.append(check.id)
        grade = self.grades.get(check.id, Grade.VALID)
        return tuple(Found(hash=one, grade=grade) for one in check.hashes)


@asynccontextmanager
async def judging(rig, url, judges):
    """Run the process while the block runs."""
    engine, stop = open_blocking_engine(url), asyncio.Event()
    records, writer = IngressRecords(rig.connection), IngressWriter(rig.connection, PARTITIONS)
    await writer.start()
    task = asyncio.create_task(
        main.run(
            AuditReader(rig.connection, PARTITIONS),
            DocumentCheckStore(engine),
            stop,
            judges=judges,
            orders=Orders(records, writer, support.MACS),
            clock=lambda: datetime.now(UTC),
            registry=CollectorRegistry(),
            at_once=2,
        )
    )
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, WAIT_SECONDS)
        await writer.stop()
        await records.stop()
        engine.dispose()


def letter(id_, **changes):
    return message(id_, body=body(), objects=PDF, **changes)


def ids(records):
    return [dict(record.headers)["ce_id"].decode() for record in records]


async def test_held_messages_are_judged_and_delivered_once_in_order_whoever_starts_anew(
    rig, migrated_sqlite, tmp_path
):
    judges, sent = Judges(), letter("a")
    judges.grades["bad"] = Grade.INVALID
    async with rig.routing(cache=tmp_path / "first"):
        await rig.admit(sent, letter("b"), letter("bad"), letter("c"))
        await rig.admit(letter("aside", subject="another"))
        await rig.until("aside", Event.ADMITTED, Event.HELD)
    # A router that knows nothing but what stands in Kafka, and a process that has not read yet.
    async with rig.routing(cache=tmp_path / "second"), judging(rig, migrated_sqlite, judges):
        judges.may.set()
        await rig.until("bad", Event.EXPIRED)
        await rig.until("c", Event.RESUMED)
        await rig.until("aside", Event.RESUMED)
    # Once more, from what is stored, beside one that reads all of it again.
    async with rig.routing(cache=tmp_path / "third"), judging(rig, migrated_sqlite, judges):
        await rig.admit(letter("d"))
        await rig.until("d", Event.RESUMED)
        records = await rig.inbox("receiver", 5)
    assert [one for one in ids(records) if one != "aside"] == ["a", "b", "c", "d"]
    assert sorted(judges.judged) == ["a", "aside", "b", "bad", "c", "d"]
    first = next(record for record in records if dict(record.headers)["ce_id"] == b"a")
    headers = dict(first.headers)
    assert first.value == sent.body
    assert headers["hub-signature"].decode() == sent.signature
    assert {"hub_order", "hub_command", "hub_mac"}.isdisjoint(headers)
    assert headers["hub_audit_partition"].decode() == str(topics.partition_of("sender", PARTITIONS))
