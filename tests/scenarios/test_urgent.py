"""An urgent letter overtakes a bulk synchronisation: in the router's queue and in the inbox."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from hub.io.kafka import topics
from hub.io.kafka.codec import ingress_headers
from tests import support
from tests.api_rig import fresh
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

CODE = "H99.07"
TO_SLOW = f"urn:hub:org:{CODE}"
PAGE = 20
"""So much the slow recipient takes at a time."""


def rules(slow):
    """Return the test world with one more recipient, to which two senders may write."""
    right = {"types": [support.DOSSIER], "recipients": [TO_SLOW]}
    key = support.key_of(slow)
    return support.build_rules(
        {
            "organisation/org-slow": {"name": "Phường Mẫu Chậm", "level": "commune"},
            f"code/{CODE}": {"organisation": "org-slow", "scheme": "qcvn102"},
            f"system/{slow}": {"organisation": "org-slow"},
            support.key_name(slow, key): support.key_record(key),
            f"endpoint/org-slow/{slow}": {"types": [support.DOSSIER]},
            "right/7": {"system": "sender", **right},
            "right/8": {"system": "other", **right},
        }
    )


def letter(source="sender", **changes):
    number = uuid.uuid4().hex
    return fresh(
        source=f"urn:hub:system:{source}", recipients=TO_SLOW, subject=f"mau-{number}", **changes
    )


async def synchronise(hub, count):
    """Put a bulk synchronisation of one sender into the queue; return the ids."""
    producer = AIOKafkaProducer(**hub.connection.options(), acks="all", linger_ms=5)
    await producer.start()
    partition = topics.partition_of("sender", PARTITIONS)
    ids: list[str] = []
    try:
        while len(ids) < count:
            part = [letter() for _ in range(min(1_000, count - len(ids)))]
            sent = [
                await producer.send(
                    topics.INGRESS,
                    message.body,
                    partition=partition,
                    headers=ingress_headers(support.stamp(message, at=datetime.now(UTC))),
                )
                for message in part
            ]
            await asyncio.gather(*sent)
            ids += [message.attributes["id"] for message in part]
    finally:
        await producer.stop()
    return ids


class Reader:
    """A recipient that pulls page by page."""

    def __init__(self, client):
        self.client, self.after, self.read = client, "", []

    async def page(self, limit=PAGE):
        page = await self.client.inbox(after=self.after, wait=30, limit=limit)
        self.after = page["next"]
        found = [one["attributes"]["id"] for one in page["messages"]]
        self.read += found
        return found

    async def until(self, wanted):
        """Read on until it comes; return how many others came before."""
        before = len(self.read)
        while wanted not in await self.page():
            pass
        return self.read.index(wanted) - before


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.long)])
async def test_an_urgent_letter_overtakes_a_bulk_synchronisation(api_rig_without_router, count):
    hub, slow = api_rig_without_router, f"cham-{count}"
    made = topics.inbox_topics(slow)
    await hub.create(*(NewTopic(one.name, 1, 1, topic_configs=one.config) for one in made))
    hub.follower.current = rules(slow)
    other, sender = await hub.login("other"), await hub.login("sender")
    recipient = Reader(await hub.login(slow))
    bulk = await synchronise(hub, count)
    urgent, ordinary = letter("other", priority="urgent"), letter("other")
    for message in (ordinary, urgent):
        assert (await other.send(message)).status_code == 202
    async with hub.routing():
        passed = await recipient.until(urgent.attributes["id"])
        print(f"passed in the queue: {passed} of {count}")  # noqa: T201  (the figure)
        assert passed < count / 2
        # All of the bulk is in the inbox once what its own sender says after it is decided.
        own = letter(priority="urgent")
        while (await sender.send(own, prefer="wait=60")).status_code != 200:
            pass
        behind = await recipient.until(own.attributes["id"])
        print(f"passed in the inbox: {behind} of {count}")  # noqa: T201  (the figure)
        assert behind < count / 2
        while len(recipient.read) < count + 3:
            assert await recipient.page(limit=500)
    assert sorted(recipient.read) == sorted(
        [*bulk, *(one.attributes["id"] for one in (urgent, ordinary, own))]
    )
    known = {*bulk}
    assert [one for one in recipient.read if one in known] == bulk
