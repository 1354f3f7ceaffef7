"""The tail of `hub.audit` on a real broker: decisions by place, committed ones only, bounded."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaProducer
from lgsp_message.values import Place

from hub.decision.events import AuditEvent, Event, IngressRef
from hub.io.kafka.audit_tail import AuditTail
from hub.io.kafka.codec import encode_event
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.topics import AUDIT
from tests import support
from tests.api_rig import until
from tests.router_rig import PARTITIONS, STRAY

pytestmark = pytest.mark.kafka


@pytest.fixture
async def tail(api_broker):
    made = AuditTail(KafkaConnection(bootstrap=api_broker), PARTITIONS, remembered=5)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def producer(api_broker):
    made = AIOKafkaProducer(bootstrap_servers=api_broker, transactional_id=str(uuid.uuid4()))
    await made.start()
    yield made
    await made.stop()


def place_of(offset):
    # Offsets far beyond those that other tests reach.
    return Place(partition=1, offset=10_000_000 + offset)


def event(kind, id_, place=None, **more):
    ingress = None if place is None else IngressRef(partition=place.partition, offset=place.offset)
    named = {"source": "tail-test", "at": support.NOW, **more}
    return AuditEvent(event=kind, id=id_, ingress=ingress, **named)


async def write(producer, *events, commit=True):
    await producer.begin_transaction()
    for one in events:
        await producer.send_and_wait(AUDIT, encode_event(one), partition=1)
    await (producer.commit_transaction() if commit else producer.abort_transaction())


async def test_who_waits_for_a_place_gets_its_decision_and_not_another_one_of_the_same_id(
    tail, producer
):
    first, second = place_of(1), place_of(2)
    waiting = asyncio.create_task(tail.decision(second, 20))
    await write(producer, event(Event.REFUSED, "twice", first, reason="not_permitted"))
    assert (await tail.decision(first, 20)).event == Event.REFUSED
    assert not waiting.done()
    await write(producer, event(Event.ADMITTED, "twice", second))
    assert (await waiting).event == Event.ADMITTED
    assert tail.admitted("tail-test", "twice").event == Event.ADMITTED


async def test_an_aborted_decision_is_none(tail, producer):
    await write(producer, event(Event.ADMITTED, "aborted", place_of(3)), commit=False)
    assert await tail.decision(place_of(3), 1) is None
    assert tail.events("tail-test", "aborted") == []


async def test_a_decision_that_does_not_come_in_time_is_none_and_leaves_nothing_waiting(tail):
    assert await tail.decision(place_of(4), 0.05) is None
    assert tail._waiting == {}


async def test_its_memory_is_bounded_and_keeps_the_newest(tail, producer):
    many = [event(Event.ADMITTED, f"many-{number}", place_of(100 + number)) for number in range(9)]
    await write(producer, *many, event(Event.WITHDRAWN, "many-8"))
    await tail.decision(place_of(108), 20)
    await until(lambda: tail.is_withdrawn("tail-test", "many-8"))
    assert tail.admitted("tail-test", "many-0") is None
    assert tail.admitted("tail-test", "many-8") is not None
    assert len(tail._by_message) == len(tail._admitted) == len(tail._by_place) == 5


async def test_what_is_no_event_is_passed_over(tail, producer):
    await producer.begin_transaction()
    await producer.send_and_wait(AUDIT, STRAY, partition=1)
    await producer.commit_transaction()
    await write(producer, event(Event.ADMITTED, "after nonsense", place_of(200)))
    assert (await tail.decision(place_of(200), 20)).id == "after nonsense"
