"""The writer of `hub.ingress` on a real broker: durable, in order, bounded."""

import asyncio

import pytest
from lgsp_message.values import Place

from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.topics import INGRESS, partition_of
from hub.ports import Overloaded, Unavailable
from tests import support
from tests.router_rig import PARTITIONS, Rig, message

pytestmark = pytest.mark.kafka


@pytest.fixture
async def writer(api_broker):
    made = IngressWriter(KafkaConnection(bootstrap=api_broker), PARTITIONS)
    await made.start()
    yield made
    await made.stop()


async def test_the_place_that_is_returned_is_where_the_record_stands(writer, api_broker):
    sent = message("ingress-place")
    place = await writer.write(sent, "00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    assert place.partition == partition_of("sender", PARTITIONS)
    records = await Rig(api_broker, None).read(
        INGRESS, lambda found: any(at(one) == place for one in found), PARTITIONS
    )
    (record,) = [one for one in records if at(one) == place]
    assert record.value == sent.body
    assert dict(record.headers)["hub-signature"].decode() == sent.signature
    assert dict(record.headers)["traceparent"].startswith(b"00-aaaa")
    assert record.timestamp_type == 1  # The broker's time, not the writer's.


def at(record):
    return Place(partition=record.partition, offset=record.offset)


async def test_a_batch_keeps_its_order_also_when_buffers_are_full(writer):
    large = support.GOOD_BODY + b" " * 60_000
    batch = [message(f"ingress-order-{number}", body=large) for number in range(40)]
    places = await writer.write_many(batch)
    offsets = [place.offset for place in places]
    assert offsets == sorted(offsets)
    assert writer.in_flight == 0


async def test_beyond_its_bound_nothing_is_written_and_it_says_so_at_once(api_broker):
    small = IngressWriter(KafkaConnection(bootstrap=api_broker), PARTITIONS, in_flight=2)
    await small.start()
    try:
        sending = (small.write(message(f"ingress-bound-{number}")) for number in range(10))
        done = await asyncio.gather(*sending, return_exceptions=True)
        refused = [one for one in done if isinstance(one, Overloaded)]
        assert 0 < len(refused) <= 8
        assert len(refused) == sum(isinstance(one, Exception) for one in done)
    finally:
        await small.stop()


async def test_a_caller_that_goes_away_takes_nothing_back(writer, api_broker):
    writing = asyncio.create_task(writer.write(message("ingress-gone")))
    while not writer.in_flight:  # noqa: ASYNC110  (a moment that lasts some milliseconds)
        await asyncio.sleep(0)
    writing.cancel()
    await Rig(api_broker, None).read(
        INGRESS,
        lambda found: any(dict(one.headers).get("ce_id") == b"ingress-gone" for one in found),
        PARTITIONS,
    )
    assert writer.in_flight == 0


async def test_without_a_broker_it_starts_and_refuses(monkeypatch):
    monkeypatch.setattr("hub.io.kafka.ingress.WRITE_SECONDS", 0.5)
    lonely = IngressWriter(KafkaConnection(bootstrap="127.0.0.1:1"), PARTITIONS)
    await lonely.start()
    try:
        assert not await lonely.answers()
        with pytest.raises(Unavailable):
            await lonely.write(message("ingress-never"))
    finally:
        await lonely.stop()
