"""Topics that were just made: the controller that made them is ahead of the brokers."""

import pytest
from aiokafka.errors import KafkaError

from hub.io.kafka import admin
from hub.io.kafka.admin import await_listed


class LateBroker:
    """Tells of one topic more each time that it is asked."""

    def __init__(self, *names):
        self._names, self.asked = names, 0

    async def list_topics(self):
        self.asked += 1
        return list(self._names[: self.asked - 1])


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(admin, "_LOOK_SECONDS", 0.0)


async def test_topics_just_made_are_there_for_whoever_asks_next():
    late = LateBroker("hub.inbox.mot", "hub.inbox.hai")
    await await_listed(late, ["hub.inbox.mot", "hub.inbox.hai"])
    assert late.asked == 3


async def test_a_broker_that_never_tells_of_them_is_said_to_fail(monkeypatch):
    monkeypatch.setattr(admin, "_LISTED_SECONDS", 0.01)
    with pytest.raises(KafkaError, match="1 new topics"):
        await await_listed(LateBroker("hub.inbox.mot"), ["hub.inbox.mot", "hub.inbox.hai"])


async def test_where_nothing_was_made_nobody_is_asked():
    late = LateBroker()
    await await_listed(late, [])
    assert late.asked == 0
