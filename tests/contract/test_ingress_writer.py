"""The writer of `hub.ingress` on a real broker: durable, in order, bounded."""

import asyncio

import pytest
from lgsp_message.values import Place

from bench.procfs import frozen
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


@pytest.fixture
async def mortal(fresh_broker, tmp_path):
    """Give a broker to kill, and a writer that would wait an hour for one that lives."""
    await Rig(fresh_broker.bootstrap, tmp_path).make_topics()
    made = IngressWriter(KafkaConnection(bootstrap=fresh_broker.bootstrap), PARTITIONS)
    await made.start()
    await made.write(message("ingress-before"))
    yield fresh_broker, made
    await made.stop()


@pytest.fixture
def hour(monkeypatch, mortal):  # noqa: ARG001  (after its start, which would wait as long)
    # Whoever gives up now does not do so by this clock.
    monkeypatch.setattr("hub.io.kafka.ingress.WRITE_SECONDS", 3600)
    yield
    monkeypatch.setattr("hub.io.kafka.ingress.WRITE_SECONDS", 2)


@pytest.mark.usefixtures("hour")
async def test_a_dead_broker_is_found_out_by_asking_and_not_by_waiting(mortal):
    broker, writer = mortal
    broker.kill()
    with pytest.raises(Unavailable):
        await writer.write(message("ingress-dead"))
    failed = await writer.write_many([message(f"ingress-dead-{number}") for number in range(3)])
    assert all(isinstance(one, Unavailable) for one in failed)
    assert not await writer.answers()


@pytest.mark.usefixtures("hour")
async def test_a_broker_that_stands_still_is_away_and_what_it_got_was_not_acknowledged(mortal):
    broker, writer = mortal
    with frozen(broker.pid), pytest.raises(Unavailable):
        await writer.write(message("ingress-frozen"))
    # It may have been written; whoever repeats it finds one message (invariant 8).
    while not await writer.answers():  # noqa: ASYNC110  (nothing tells when it is back)
        await asyncio.sleep(0.1)
    assert isinstance(await writer.write(message("ingress-frozen")), Place)


async def test_a_broker_that_is_only_busy_is_waited_for(writer, monkeypatch):
    monkeypatch.setattr("hub.io.kafka.ingress.PATIENCE_SECONDS", 0.02)
    slow, asked = asyncio.get_running_loop().create_future(), []
    real = await writer._producer.send(INGRESS, value=b"", partition=0)

    async def answers_the_third_time():
        asked.append(slow.done())
        if len(asked) == 3:
            slow.set_result(await real)
        return True

    monkeypatch.setattr(writer, "_reachable", answers_the_third_time)
    (place,) = await writer._durable([slow])
    assert isinstance(place, Place)
    assert asked == [False] * 3


async def test_behind_a_message_without_room_none_of_its_batch_is_written(writer, monkeypatch):
    handed = []

    async def full(received, *_):
        handed.append(received)
        raise Unavailable("no room (test)")

    monkeypatch.setattr(writer, "_hand_over", full)
    batch = [message(f"ingress-room-{number}") for number in range(3)]
    failed = await writer.write_many(batch)
    assert [type(one) for one in failed] == [Unavailable] * 3
    assert handed == batch[:1]


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
