"""Sinks on a real broker: from the inbox to the outcome, in one transaction each."""

import asyncio
import itertools

import pytest
from aiokafka.admin import NewTopic
from lgsp_adapter import Done, Reject, Retryable

from hub.io.kafka import topics
from hub.io.kafka.connector_leftovers import Held, Leftovers
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
