"""What operators see of Kafka itself: one record, who is behind, and what happens now."""

import asyncio
import time

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from hub.api.ops.topics import used_by
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.groups import Barrier, Groups
from hub.io.kafka.ingress_record import IngressRecords
from hub.io.kafka.lag import RECORDER, Lags
from hub.io.kafka.topic_contents import topic_contents
from hub.io.kafka.topics import INBOX_PREFIX, ROUTER_GROUP
from hub.ports import Refusing, Unavailable
from tests.admin_rig import OWNER
from tests.api_rig import fresh, until

COLLECTED = time.time()
"""Nothing on the broker of this run is older."""

pytestmark = pytest.mark.kafka


async def sent(hub):
    """Send a message and wait for its decision; return both."""
    message, sender = fresh(), await hub.login("sender")
    answer = await sender.send(message, prefer="wait=10")
    assert answer.status_code == 200, answer.text
    id = message.attributes["id"]
    await until(lambda: hub.deps.tail.admitted("sender", id) is not None)
    return message, hub.deps.tail.admitted("sender", id)


async def test_a_record_is_read_again_byte_for_byte(hub):
    message, admitted = await sent(hub)
    place = admitted.ingress
    found = await hub.deps.ops.records.read(place.partition, place.offset)
    assert found.body == message.body
    assert dict(found.headers)["ce_id"].decode() == message.attributes["id"]
    assert await hub.deps.ops.records.read(place.partition, place.offset + 1_000) is None


async def test_two_who_look_at_once_each_get_their_own_record(hub):
    both = [await sent(hub) for _ in range(2)]
    records = hub.deps.ops.records
    found = await asyncio.gather(
        *(records.read(one.ingress.partition, one.ingress.offset) for _, one in both)
    )
    told = [dict(one.headers)["ce_id"].decode() for one in found]
    assert told == [message.attributes["id"] for message, _ in both]


async def test_a_broker_that_is_away_is_said_to_be_away():
    connection = KafkaConnection(bootstrap="127.0.0.1:1")
    records = IngressRecords(connection)
    with pytest.raises(Unavailable):
        await records.read(0, 0)
    await records.stop()


async def test_who_has_read_everything_is_not_behind_and_who_has_not_is(hub):
    _, admitted = await sent(hub)
    recorded: dict[int, int] = {}

    async def positions():
        return recorded

    lags = Lags(hub.connection, positions, lambda: ["sender", "without-a-topic"])
    router, recorder = await _groups(lags)
    assert (router.messages, router.seconds) == (0, 0.0)
    assert recorder.messages >= 1
    behind = {one.partition: one for one in recorder.partitions}
    mine = behind[admitted.ingress.partition]
    assert (mine.topic, mine.committed) == ("hub.audit", 0)
    assert 0 <= mine.seconds < time.time() - COLLECTED
    recorded.update({one.partition: one.end for one in recorder.partitions})
    lags._known = None
    assert (await _groups(lags))[1].messages == 0
    await lags.stop()


async def test_who_stands_for_a_minute_is_stuck_and_who_moves_is_not(hub):
    await sent(hub)
    now = [1e9]
    recorded: dict[int, int] = {}

    async def positions():
        return recorded

    lags = Lags(hub.connection, positions, list, lambda: now[0])
    assert not (await _groups(lags))[1].stuck
    now[0] += 61
    first = (await _groups(lags))[1]
    assert first.stuck
    recorded.update({one.partition: one.committed + 1 for one in first.partitions})
    now[0] += 61
    assert not (await _groups(lags))[1].stuck
    await lags.stop()


async def test_what_is_committed_is_told_to_who_watches(hub):
    http = hub.clients.enter_async_context(hub.client(hub.socket, None))
    watcher = (await http).http
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def watch():
        async with watcher.stream("GET", "/ops/live", headers=OWNER) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    await told.put(orjson.loads(line[5:]))

    watching = asyncio.create_task(watch())
    await until(lambda: hub.deps.ops.live.listeners == 1)
    message, _ = await sent(hub)
    async with asyncio.timeout(20):
        event = await told.get()
        while event["id"] != message.attributes["id"]:
            event = await told.get()
    assert (event["event"], event["source"]) == ("admitted", "sender")
    assert event["type"] == message.attributes["type"]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await until(lambda: hub.deps.ops.live.listeners == 0)


async def test_the_operators_api_of_the_running_hub_answers(hub):
    http = (await hub.clients.enter_async_context(hub.client(hub.socket, None))).http
    for path in ("/ops/messages", "/ops/overview", "/ops/lag", "/ops/routes", "/ops/flow"):
        answer = await http.get(path, headers=OWNER)
        assert answer.status_code == 200, (path, answer.text)
    assert (await http.get("/ops/messages")).status_code == 401


async def _groups(lags):
    found = {group.group: group for group in await lags.read()}
    return found[ROUTER_GROUP], found[RECORDER]


async def test_topics_are_told_with_what_they_hold_and_who_uses_them(hub):
    await sent(hub)
    connection = hub.connection
    found = {one.facts.name: one for one in await topic_contents(connection)}
    ingress = found["hub.ingress"]
    assert len(ingress.partitions) == ingress.facts.partitions
    assert sum(one.end - one.first for one in ingress.partitions) > 0
    assert sum(one.size or 0 for one in ingress.partitions) > 0
    assert ingress.settings["message.timestamp.type"] == "LogAppendTime"
    writers, readers = used_by("hub.inbox.mau")
    assert ("router" in writers, "connectors" in readers) == (True, True)


async def test_an_empty_group_is_moved_and_one_that_is_read_in_is_not(hub):
    message, _ = await sent(hub)
    connection = hub.connection
    [place] = [
        TopicPartition(one.facts.name, 0)
        for one in await topic_contents(connection)
        if one.facts.name.startswith(INBOX_PREFIX) and one.partitions[0].end > 0
    ][:1]
    groups, name = Groups(connection), f"phan-mem-{message.attributes['id'][-8:]}"
    await groups.move(name, {place: 1})
    (found,) = [one for one in await groups.read() if one.name == name]
    assert [(one.offset, one.topic) for one in found.committed] == [(1, place.topic)]
    assert found.barrier is None
    reader = AIOKafkaConsumer(
        place.topic, **connection.options(), group_id=name, client_id="may-mau"
    )
    await reader.start()
    try:
        (found,) = [one for one in await groups.read() if one.name == name]
        assert [one.client for one in found.members] == ["may-mau"]
        assert found.barrier is Barrier.MEMBERS
        with pytest.raises(Refusing):
            await groups.move(name, {place: 0})
    finally:
        await reader.stop()
    assert [one.offset for one in found.committed] == [1]
