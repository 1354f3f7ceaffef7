"""Sinks on a real broker: from the inbox to the outcome, in one transaction each."""

import asyncio
import itertools

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from lgsp_adapter import Done, Reject, Retryable

from hub.io.kafka import topics
from hub.io.kafka.connector_contents import Contents
from hub.io.kafka.connector_leftovers import Held, Leftovers
from hub.io.kafka.connector_records import Action, Command, Kind, decode, record_key
from tests import support
from tests.connector_rig import PEERS, ConnectorRig, until
from tests.router_rig import PARTITIONS

pytestmark = pytest.mark.kafka

_numbers = itertools.count()


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics())
    return empty_broker


@pytest.fixture
async def rig(own_broker):
    PEERS.clear()
    return ConnectorRig(own_broker.bootstrap)


@pytest.fixture
async def inbox(rig):
    """Give the name of a system of this test alone, whose inbox is there."""
    system = f"nhan-{next(_numbers)}"
    made = topics.inbox_topic(system)
    await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
    return system


async def test_what_was_parked_is_read_back_without_its_body_and_arrives_whole(rig, inbox):
    peer = rig.add(f"c-{inbox}", "idempotent", inbox)
    ids = [f"{n}-{inbox}" for n in range(6)]
    peer.always = lambda _: Reject("wrong")
    await rig.deliver(*ids[:5], system=inbox)
    async with rig.running():
        for id_ in ids[:5]:
            await rig.of(id_, "dead_letter", system=inbox)
    stored = await rig.parked(f"c-{inbox}")
    assert {one.body for one in stored.entries.values()} == {b""}
    bodies = {}

    def take(delivery):
        bodies[delivery.id] = (delivery.body, bool(delivery.signature), delivery.token)
        return Done()

    peer.always = take
    for id_ in ids[:5]:
        command = Command(
            id=f"w-{id_}",
            connector=f"c-{inbox}",
            action=Action.RETRY,
            source="sender",
            message=id_,
            at=support.NOW,
        )
        await rig.say(command)
    await rig.deliver(ids[5], system=inbox)
    async with rig.running():
        for id_ in ids:
            await rig.of(id_, "delivered", system=inbox)
    assert bodies == {id_: (support.GOOD_BODY, True, f"token-{id_}") for id_ in ids}


async def test_contents_are_found_by_place_by_search_and_are_left_out_where_settled(rig, inbox):
    name = f"c-{inbox}"
    peer = rig.add(name, "idempotent", inbox)
    peer.always = lambda _: Reject("wrong")
    await rig.deliver(f"1-{inbox}", f"2-{inbox}", system=inbox)
    async with rig.running():
        for n in (1, 2):
            await rig.of(f"{n}-{inbox}", "dead_letter", system=inbox)
    places = (await rig.parked(name)).places
    first, second = (
        (record_key(name, Kind.ENTRY, entry), places[entry])
        for entry in (f"sender\n{n}-{inbox}" for n in (1, 2))
    )
    gone = record_key(name, Kind.ENTRY, "sender\nkhong-co")
    contents, partition = Contents(rig.connection), topics.partition_of(name, PARTITIONS)
    try:
        for wanted in (dict([first, second]), {first[0]: None, second[0]: first[1], gone: 0}):
            found = await contents.read(partition, wanted)
            assert {key: decode(Kind.ENTRY, value).body for key, value in found.items()} == {
                first[0]: support.GOOD_BODY,
                second[0]: support.GOOD_BODY,
            }
    finally:
        await contents.close()


async def test_behind_anothers_open_transaction_nothing_is_read_back_too_early(rig, inbox):
    """The router writes `hub.retry` too: a reader is shown nothing behind what it has not ended."""
    name = f"c-{inbox}"
    peer = rig.add(name, "neither", inbox)
    other = AIOKafkaProducer(**rig.connection.options(), transactional_id=f"other-{inbox}")
    await other.start()
    try:
        async with rig.running():
            await rig.deliver(f"1-{inbox}", system=inbox)
            await rig.of(f"1-{inbox}", "delivered", system=inbox)
            await other.begin_transaction()
            partition = topics.partition_of(name, PARTITIONS)
            await other.send_and_wait(topics.RETRY, b"{}", key=b"mau", partition=partition)
            await rig.deliver(f"2-{inbox}", system=inbox)
            await rig.of(f"2-{inbox}", "delivered", system=inbox)
        again = asyncio.create_task(lived_again(rig, inbox))
        await asyncio.sleep(0.5)
        assert len(peer.calls) == 2
        await other.commit_transaction()
        await again
    finally:
        await other.stop()
    assert peer.calls == [f"{n}-{inbox}" for n in (1, 2, 3)]


async def lived_again(rig, inbox):
    async with rig.running():
        await rig.deliver(f"3-{inbox}", system=inbox)
        await rig.of(f"3-{inbox}", "delivered", system=inbox)


@pytest.mark.parametrize("adapter", ["idempotent", "look-up", "neither"])
async def test_a_delivery_reaches_the_other_side_once_and_its_outcome_is_recorded(
    rig, inbox, adapter
):
    peer = rig.add(f"c-{inbox}", adapter, inbox)
    await rig.deliver(f"a-{inbox}", f"b-{inbox}", system=inbox)
    async with rig.running():
        seen = await rig.of(f"a-{inbox}", "delivered", system=inbox)
        await rig.of(f"b-{inbox}", "delivered", system=inbox)
    assert seen == (["delivered"] if adapter == "idempotent" else ["attempted", "delivered"])
    assert sorted(peer.calls) == [f"a-{inbox}", f"b-{inbox}"]
    stored = await rig.parked(f"c-{inbox}")
    assert not stored.entries
    async with rig.running() as fleet:
        await rig.deliver(f"c-{inbox}", system=inbox)
        await rig.of(f"c-{inbox}", "delivered", system=inbox)
        await until(lambda: [r.lag_messages for r in fleet.reports()] == [0])
        (report,) = fleet.reports()
    assert len(peer.calls) == 3
    assert report.state == "running"


async def test_a_failing_key_waits_parked_and_the_others_pass(rig, inbox):
    peer = rig.add(f"c-{inbox}", "idempotent", inbox)
    bad, behind, other = f"bad-{inbox}", f"behind-{inbox}", f"other-{inbox}"
    peer.script[bad] = [Retryable("away"), Reject("wrong_form", "field /a", peer_code="E7")]
    async with rig.running():
        await rig.deliver(bad, behind, system=inbox, subject="cung-khoa")
        await rig.deliver(other, system=inbox)
        assert await rig.of(bad, "dead_letter", system=inbox) == ["retrying", "dead_letter"]
        await rig.of(other, "delivered", system=inbox)
    stored = await rig.parked(f"c-{inbox}")
    assert {e.id: e.state.value for e in stored.entries.values()} == {
        bad: "dead_letter",
        behind: "behind",
    }
    assert behind not in peer.calls
    leftovers = Leftovers(rig.connection, PARTITIONS)
    assert await leftovers.of(f"c-{inbox}") == Held(dead_letters=1, parked=1)
    assert await leftovers.of("khong-co") == Held(dead_letters=0, parked=0)


async def test_after_a_restart_what_is_parked_goes_on_in_its_order(rig, inbox):
    peer = rig.add(f"c-{inbox}", "idempotent", inbox)
    first, second = f"1-{inbox}", f"2-{inbox}"
    hang = asyncio.Event()

    async def never():
        await hang.wait()
        return Done()

    peer.script[first] = [Retryable("away"), never(), Done()]
    async with rig.running():
        await rig.deliver(first, second, system=inbox, subject="cung-khoa")
        await until(lambda: peer.calls.count(first) == 2)
        hang.set()
        await rig.of(first, "delivered", system=inbox)
    async with rig.running():
        await rig.of(second, "delivered", system=inbox)
    assert peer.calls[-1] == second
