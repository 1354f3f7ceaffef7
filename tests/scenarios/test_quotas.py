"""Quotas at the ways in: told over HTTP, slower on Kafka; nobody else notices, nothing is lost."""

from contextlib import suppress

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from hub.io.kafka.topics import outbox
from tests import support
from tests.api_rig import fresh, multipart_of
from tests.scenarios.test_api_bridge import bridging, produce

pytestmark = pytest.mark.kafka

STEP = {"type": "vn.gov.dossier.step.v1", "source": "urn:hub:system:other"}


def ids(messages):
    return [message.attributes["id"] for message in messages]


def quota(**limits):
    told = {"messages_per_minute": 1, "bytes_per_minute": 1_000_000, "urgent_per_minute": 1}
    return support.build_rules({"quota/sender": told | limits})


async def test_beyond_its_quota_a_sender_is_asked_to_wait_and_others_are_not(hub):
    hub.follower.current = quota()
    sender, other = await hub.login("sender"), await hub.login("other")
    first, second = [fresh() for _ in range(40)], [fresh() for _ in range(20)]
    body, content_type = multipart_of(first)
    answer = await sender.http.post(
        "/v1/messages", content=body, headers={"content-type": content_type}
    )
    assert [one["status"] for one in answer.json()] == [202] * 40
    body, content_type = multipart_of(second)
    answer = await sender.http.post(
        "/v1/messages", content=body, headers={"content-type": content_type}
    )
    assert [one["status"] for one in answer.json()] == [202] * 10 + [429] * 10
    assert all(one["problem"]["retry_after"] > 0 for one in answer.json()[10:])
    alone = await sender.send(fresh())
    assert (alone.status_code, alone.json()["code"]) == (429, "too_many_requests")
    assert int(alone.headers["retry-after"]) > 0
    assert (await other.send(fresh(**STEP))).status_code == 202
    taken = {*ids(first), *ids(second[:10])}
    receiver = await hub.login("receiver")
    got = await receiver.receive(taken)
    assert not {*ids(second[10:]), alone} & got.keys()
    hub.follower.current = support.build_rules()
    assert (await sender.send(second[10])).status_code == 202


async def test_on_its_own_topic_a_heavy_sender_is_slowed_and_loses_nothing(hub):
    hub.follower.current = quota()
    with suppress(TopicAlreadyExistsError):
        await hub.create(NewTopic(outbox("other"), 1, 1))
    receiver = await hub.login("receiver")
    start = await receiver.end()
    heavy, light = [fresh() for _ in range(200)], fresh(**STEP)
    async with bridging(hub):
        await produce(hub, *heavy[:60])
        await receiver.receive(ids(heavy[:51]), start)
        await produce(hub, *heavy[60:])
        await produce(hub, light, system="other")
        await hub.until(light.attributes["id"], "refused")
        page = await receiver.inbox(after=start, limit=500)
        assert len(page["messages"]) < len(heavy)
        hub.follower.current = support.build_rules()
        await receiver.receive(ids(heavy), start)
