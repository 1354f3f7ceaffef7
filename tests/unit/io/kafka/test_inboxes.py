"""What waits for which inbox: the count stays true whatever happens to a transaction."""

import asyncio

import pytest

from hub.io.kafka import inboxes as module
from hub.io.kafka import topics
from hub.io.kafka.inboxes import Inboxes
from hub.io.kafka.router_records import retry_key
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Unavailable


class Writer(TransactionalWriter):
    """Knows which topics exist."""

    def __init__(self, *more):
        """Connect to nothing."""
        self.there = {topics.inbox("xa-mau"), *more}

    async def topics(self):
        return frozenset(self.there)


def parked(value=b"parked"):
    key = retry_key("so-mau", "id-1", "xa-mau")
    return Output(topic=topics.RETRY, partition=0, key=key, value=value)


@pytest.fixture
async def inboxes():
    made = Inboxes()
    await made.refresh(Writer())
    async with made.counting():
        pass
    return made


async def test_behind_a_delivery_that_waits_the_later_ones_wait_until_it_is_settled(inboxes):
    assert inboxes.deliverable("xa-mau")
    async with inboxes.parking([parked()]):
        pass
    assert not inboxes.deliverable("xa-mau")
    async with inboxes.parking([parked(None)]):
        pass
    assert inboxes.deliverable("xa-mau")
    assert inboxes.known.is_set()


async def test_after_an_unknown_outcome_what_waits_is_counted_anew(inboxes):
    with pytest.raises(Unavailable):
        async with inboxes.parking([parked()]):
            raise Unavailable("whether it was written is unknown")
    assert not inboxes.known.is_set()
    async with inboxes.counting() as counted:
        counted.update(["xa-mau"])
    assert inboxes.known.is_set()
    assert inboxes.waiting() == 1


async def test_a_count_and_a_change_never_overlap(inboxes):
    async with inboxes.counting() as counted:
        changing = asyncio.create_task(_park(inboxes))
        await asyncio.sleep(0)
        counted.update(["xa-mau"])
        assert inboxes.waiting() == 0
    await changing
    assert inboxes.waiting() == 2


async def _park(inboxes):
    async with inboxes.parking([parked()]):
        pass


async def test_a_transaction_that_parks_nothing_never_waits_for_a_count(inboxes):
    async with inboxes.counting(), inboxes.parking([]):
        pass


async def test_a_failed_count_leaves_unknown_what_waits(inboxes):
    inboxes.known.clear()
    with pytest.raises(Unavailable):
        async with inboxes.counting():
            raise Unavailable("broker away")
    assert not inboxes.known.is_set()


async def test_nobody_waits_for_a_count_for_ever(inboxes, monkeypatch):
    monkeypatch.setattr(module, "KNOWN_SECONDS", 0.01)
    inboxes.known.clear()
    with pytest.raises(Unavailable):
        await inboxes.when_known()


URGENT = topics.urgent_inbox("xa-mau")
HASTE, ORDINARY = True, False


async def test_what_is_urgent_goes_where_it_stands_behind_nothing_else(inboxes):
    await inboxes.refresh(Writer(URGENT))
    assert inboxes.place("xa-mau", HASTE) == URGENT
    assert inboxes.place("xa-mau", ORDINARY) == topics.inbox("xa-mau")
    assert inboxes.place("xa-khac", HASTE) is None


async def test_where_there_is_no_place_for_what_is_urgent_it_takes_its_turn(inboxes, monkeypatch):
    assert inboxes.place("xa-mau", HASTE) == topics.inbox("xa-mau")
    made = Writer(URGENT)
    await inboxes.look_for(["xa-mau"], made)
    assert inboxes.place("xa-mau", HASTE) == topics.inbox("xa-mau")
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0)
    await inboxes.look_for(["xa-mau"], made)
    assert inboxes.place("xa-mau", HASTE) == URGENT
    inboxes.forbid([URGENT])
    assert inboxes.place("xa-mau", HASTE) == topics.inbox("xa-mau")
    assert inboxes.deliverable("xa-mau")
