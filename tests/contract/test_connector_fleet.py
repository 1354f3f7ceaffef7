"""The fleet on a real broker: what operators want, what breaks, who is fenced, whose records."""

import asyncio
import itertools
from dataclasses import replace

import pytest
from aiokafka.admin import NewTopic
from lgsp_adapter import Done, Idempotence, Reject, Retryable

from hub.connectors import fleet
from hub.connectors.fleet import Slot
from hub.decision.connectors import Limits, Wanted
from hub.io.kafka import topics
from hub.io.kafka.connector_commands import CommandWriter
from hub.io.kafka.connector_records import Action, Command, is_connectors
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Fenced, Unavailable
from tests import support
from tests.connector_rig import PEERS, ConnectorRig, sink, until
from tests.router_rig import PARTITIONS, message

pytestmark = pytest.mark.kafka

_numbers = itertools.count()


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(ConnectorRig(empty_broker.bootstrap).make_topics("other"))
    return empty_broker


@pytest.fixture
def rig(own_broker, tmp_path):
    PEERS.clear()
    rig = ConnectorRig(own_broker.bootstrap)
    rig.cache = tmp_path
    return rig


async def placed(rig, adapter="idempotent", **options):
    """Add a connector with an inbox of its own; return its name, which is the system's too."""
    name = f"doi-{next(_numbers)}"
    made = topics.inbox_topic(name)
    await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
    rig.add(name, adapter, name, **options)
    return name


def states(fleet):
    return {one.name: one.state.value for one in fleet.reports()}


def want(rig, name, **changes):
    rig.connectors[name] = replace(rig.connectors[name], **changes)


async def test_a_connector_follows_what_is_wanted(rig):
    name = await placed(rig)
    async with rig.running() as fleet:
        await until(lambda: states(fleet) == {name: "running"})
        want(rig, name, wanted=Wanted.PAUSED)
        await until(lambda: states(fleet) == {name: "paused"})
        await rig.deliver(f"1-{name}", system=name)
        want(rig, name, wanted=Wanted.STOPPED)
        await until(lambda: states(fleet) == {name: "stopped"})
        assert not PEERS[name].calls
        want(rig, name, wanted=Wanted.RUNNING)
        await rig.of(f"1-{name}", "delivered", system=name)
        want(rig, name, generation=1)
        await until(lambda: [r.generation for r in fleet.reports()] == [1])
        await until(lambda: states(fleet) == {name: "running"})
        await rig.deliver(f"2-{name}", system=name)
        await rig.of(f"2-{name}", "delivered", system=name)
        del rig.connectors[name]
        await until(lambda: not fleet.reports())
    assert PEERS[name].calls == [f"1-{name}", f"2-{name}"]


async def test_a_change_of_state_is_told_at_once_and_not_at_the_next_report(rig, monkeypatch):
    monkeypatch.setattr(fleet, "REPORT_SECONDS", 3_600.0)
    name = await placed(rig)

    def told():
        return name in rig.status.reports and rig.status.reports[name].state.value

    async with rig.running():
        await until(lambda: told() == "running")
        want(rig, name, wanted=Wanted.PAUSED)
        await until(lambda: told() == "paused")
        want(rig, name, wanted=Wanted.STOPPED)
        await until(lambda: told() == "stopped")


async def test_a_broken_adapter_is_a_state_of_its_connector_and_the_others_run(rig):
    rig.kinds["broken"] = ImportError("no module named mau")
    rig.kinds["misnamed"] = rig.kinds["idempotent"]
    broken, misnamed = await placed(rig, "broken"), await placed(rig, "misnamed")
    missing, good = await placed(rig, "khong-cai"), await placed(rig)
    async with rig.running() as fleet:
        await rig.deliver(f"g-{good}", system=good)
        await rig.of(f"g-{good}", "delivered", system=good)
        wanted = {broken: "failed", misnamed: "failed", missing: "failed", good: "running"}
        await until(lambda: states(fleet) == wanted)
        told = {one.name: one.en for one in fleet.reports()}
    assert "not installed" in told[missing]
    assert "ImportError" in told[broken]
    assert "name" in told[misnamed]


async def test_commands_are_carried_out_once_also_across_a_restart(rig):
    name = await placed(rig)
    PEERS[name].script[f"1-{name}"] = [Reject("wrong")]
    await rig.deliver(f"1-{name}", f"2-{name}", system=name, subject="mot")
    async with rig.running():
        await rig.of(f"1-{name}", "dead_letter", system=name)
    word = Command(
        id=f"w-{name}",
        connector=name,
        action=Action.RETRY,
        source="sender",
        message=f"1-{name}",
        by="admin-mau",
        reason="Mẫu",
        at=support.NOW,
    )
    await rig.say(word)  # Nobody runs: it waits on the topic.
    async with rig.running():
        await rig.of(f"2-{name}", "delivered", system=name)
    assert PEERS[name].calls == [f"1-{name}", f"1-{name}", f"2-{name}"]
    assert not (await rig.parked(name)).commands


async def test_a_command_that_the_hub_did_not_give_moves_nothing(rig):
    name = await placed(rig)
    PEERS[name].script[f"1-{name}"] = [Reject("wrong")]
    await rig.deliver(f"1-{name}", system=name)
    async with rig.running() as fleet:
        await rig.of(f"1-{name}", "dead_letter", system=name)
        forged = Command(
            id="gia-mao",
            connector=name,
            action=Action.DROP,
            source="sender",
            message=f"1-{name}",
            at=support.NOW,
        )
        others = replace(support.MACS, keys={"k2": b"x" * 32})
        await CommandWriter(rig.connection, PARTITIONS, others).send(forged)
        await asyncio.sleep(1.5)
        assert [one.dead_letters for one in fleet.reports()] == [1]


async def test_the_router_and_connectors_share_a_topic_and_never_each_others_records(rig):
    name = await placed(rig)
    PEERS[name].script[f"1-{name}"] = [Reject("wrong")]
    # One for the router: the inbox of `receiver` does not exist yet.
    sent = message(f"cho-{name}")
    async with rig.routing():
        await rig.admit(sent)
        await rig.until(f"cho-{name}", "retrying")
        await rig.deliver(f"1-{name}", system=name)
        async with rig.running():
            await rig.of(f"1-{name}", "dead_letter", system=name)
            made = topics.inbox_topic("receiver")
            await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
            await rig.until(f"cho-{name}", "resumed")
    found = await rig.read(topics.RETRY, lambda records: len(records) >= 3, PARTITIONS)
    last = {record.key: record.value for record in found}
    routers = {key: value for key, value in last.items() if not is_connectors(key)}
    assert routers
    assert all(value is None for value in routers.values())
    assert [entry.state for entry in (await rig.parked(name)).entries.values()] == ["dead_letter"]


async def test_a_second_process_of_the_same_slot_fences_the_first(rig):
    name = await placed(rig)
    first = rig.fleet()
    task = asyncio.create_task(first.run(asyncio.Event()))
    await rig.deliver(f"1-{name}", system=name)
    await rig.of(f"1-{name}", "delivered", system=name)
    async with rig.running():
        await rig.deliver(f"2-{name}", system=name)
        with pytest.raises(Fenced):
            await asyncio.wait_for(task, 30)
        await rig.of(f"2-{name}", "delivered", system=name)


async def test_under_another_layout_the_old_owner_can_commit_nothing_any_more(rig):
    name = await placed(rig)
    old, task = rig.fleet(Slot()), None
    task = asyncio.create_task(old.run(asyncio.Event()))
    await rig.deliver(f"1-{name}", system=name)
    await rig.of(f"1-{name}", "delivered", system=name)
    slot = next(s for s in (Slot(slot=0, slots=2), Slot(slot=1, slots=2)) if s.has(name))
    async with rig.running(slot) as fleet:
        # Only then it has fenced the old one, which would otherwise take the next message first.
        await until(lambda: states(fleet) == {name: "running"})
        await rig.deliver(f"2-{name}", system=name)
        with pytest.raises(Fenced):
            await asyncio.wait_for(task, 30)
        await rig.of(f"2-{name}", "delivered", system=name)


async def test_two_connectors_of_one_system_that_take_the_same_types_never_both_work(rig):
    name = await placed(rig)
    rig.add(f"{name}-b", "neither", name)
    async with rig.running() as fleet:
        await until(lambda: sorted(states(fleet).values()) == ["failed", "running"])
        (told,) = [one.en for one in fleet.reports() if one.state == "failed"]
        assert "takes these types" in told


async def test_a_position_is_not_read_on_in_another_systems_inbox(rig):
    name, other = await placed(rig), await placed(rig)
    del rig.connectors[other]
    await rig.deliver(f"1-{name}", system=name)
    async with rig.running() as fleet:
        await rig.of(f"1-{name}", "delivered", system=name)
        want(rig, name, system=other)
        await until(lambda: states(fleet) == {name: "failed"})


async def test_what_the_system_has_settled_by_itself_is_not_pushed_to_it(rig):
    name = await placed(rig)
    rig.status.gone = {("sender", f"1-{name}", name)}
    await rig.deliver(f"1-{name}", f"2-{name}", system=name)
    async with rig.running():
        await rig.of(f"2-{name}", "delivered", system=name)
    assert PEERS[name].calls == [f"2-{name}"]


async def test_two_connectors_of_one_system_read_its_inbox_on_their_own(rig):
    name = await placed(rig)
    other = f"{name}-b"
    rig.kinds["letters"] = sink("letters", Idempotence.NEITHER, ("vn.gov.dossier.received.*",))
    rig.kinds["rest"] = sink("rest", Idempotence.IDEMPOTENT, ("vn.gov.document.*",))
    rig.connectors[name] = replace(rig.connectors[name], adapter="letters")
    rig.add(other, "rest", name)
    PEERS[name], PEERS[other] = PEERS[other], PEERS[name]
    rig.connectors[name] = replace(rig.connectors[name], config={"peer": other})
    rig.connectors[other] = replace(rig.connectors[other], config={"peer": name})
    PEERS[other].always = lambda _: Retryable("away", untouched=True)
    async with rig.running():
        await rig.deliver(*(f"{n}-{name}" for n in range(5)), system=name)
        letter = {"type": "vn.gov.document.issued.v1"}
        await rig.deliver(*(f"v{n}-{name}" for n in range(5)), system=name, **letter)
        await until(lambda: len(PEERS[name].calls) == 5)
        await until(lambda: len(PEERS[other].calls) >= 5)
    assert {one[0] for one in PEERS[name].calls} == {"v"}


async def test_one_dead_peer_among_many_slows_no_other(rig):
    """By counting: while one peer never answers, the others take everything that comes."""
    limits = Limits(timeout_seconds=60, per_second=1000)
    names = [await placed(rig, limits=limits) for _ in range(6)]
    dead, living = names[0], names[1:]
    hang = asyncio.Event()

    async def never():
        await hang.wait()
        return Done()

    PEERS[dead].always = lambda _: never()
    async with rig.running():
        for name in names:
            await rig.deliver(*(f"{n}-{name}" for n in range(40)), system=name)
        await until(lambda: all(len(PEERS[name].calls) == 40 for name in living))
        assert len(PEERS[dead].calls) <= limits.concurrency
        hang.set()
        await until(lambda: len(PEERS[dead].calls) == 40)


async def test_a_record_that_the_broker_refuses_for_good_fails_its_connector_alone(rig):
    good, bad = await placed(rig), await placed(rig)
    fleet = rig.fleet()
    writer = fleet._workshop.writer
    gather = writer._gather

    def poisoned():
        batch = gather()
        for queued in batch:
            if queued.step.connector == bad:
                large = Output(
                    topic=topics.AUDIT, partition=0, key=None, value=b"x" * 3 * 1024 * 1024
                )
                queued.step = replace(queued.step, outputs=(*queued.step.outputs, large))
        return batch

    writer._gather = poisoned
    stop = asyncio.Event()
    task = asyncio.create_task(fleet.run(stop))
    await rig.deliver(f"1-{bad}", system=bad)
    await rig.deliver(f"1-{good}", system=good)
    await rig.of(f"1-{good}", "delivered", system=good)
    await until(lambda: states(fleet) == {good: "running", bad: "failed"})
    stop.set()
    await asyncio.wait_for(task, 30)
    assert (await rig.parked(bad)).position is None


async def test_a_commit_whose_end_is_unknown_is_not_written_twice(rig, monkeypatch):
    name = await placed(rig, "neither")
    broken: list[int] = []
    write = TransactionalWriter.write

    async def cut_off(self, outputs, offsets, group):
        ends = await write(self, outputs, offsets, group)
        if "connectors" in self.transactional_id and len(broken) < 3:
            broken.append(1)
            await self.discard()
            raise Unavailable("the answer was lost")
        return ends

    monkeypatch.setattr(TransactionalWriter, "write", cut_off)
    await rig.deliver(f"1-{name}", system=name)
    async with rig.running():
        assert await rig.of(f"1-{name}", "delivered", system=name) == ["attempted", "delivered"]
    assert PEERS[name].calls == [f"1-{name}"]
    assert broken


async def test_an_inbox_that_is_made_later_is_read_from_its_beginning(rig):
    name = f"doi-{next(_numbers)}"
    rig.add(name, "idempotent", name)
    async with rig.running() as fleet:
        await until(lambda: states(fleet) == {name: "running"})
        made = topics.inbox_topic(name)
        await rig.create(NewTopic(made.name, 1, 1, topic_configs=made.config))
        await rig.deliver(f"1-{name}", system=name)
        await rig.of(f"1-{name}", "delivered", system=name)


async def test_while_the_broker_is_away_nothing_is_forgotten_and_nothing_called_again(
    fresh_broker,
):
    rig = ConnectorRig(fresh_broker.bootstrap)
    await rig.make_topics()
    name = await placed(rig, "neither")
    gate, called = asyncio.Event(), asyncio.Event()

    async def slowly():
        called.set()
        await gate.wait()
        return Done(ref="ma-so-7")

    PEERS[name].script[f"1-{name}"] = [slowly()]
    await rig.deliver(f"1-{name}", system=name)
    async with rig.running():
        await called.wait()
        await asyncio.to_thread(fresh_broker.kill)
        # The other side answers while nobody can write it down.
        gate.set()
        await asyncio.sleep(1)
        await asyncio.to_thread(fresh_broker.start_now)
        found = await rig.until_events(f"1-{name}", name, ["delivered"])
        await rig.deliver(f"2-{name}", system=name)
        await rig.of(f"2-{name}", "delivered", system=name)
    assert [event.event.value for event in found] == ["attempted", "delivered"]
    assert found[-1].detail["ref"] == "ma-so-7"
    assert PEERS[name].calls == [f"1-{name}", f"2-{name}"]
