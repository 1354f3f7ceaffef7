"""What waits for long is held without its content: little memory, and nothing is lost by it."""

import asyncio
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lgsp_adapter import Done, Reject, Retryable

from hub.connectors.budget import Budget
from hub.connectors.records import Records
from hub.io.kafka import connector_store
from hub.io.kafka.connector_records import Action, Command, Entry, EntryState, Unread, unread_name
from hub.io.kafka.connector_store import Stored, UnreadableState
from hub.ports import Unavailable
from tests import support
from tests.unit.connectors.bench import Bench, until

LEAN = 3_000
"""What one is counted as without its body."""


class Little(Bench):
    """One whose connector may hold nothing at hand. `script` says what each call of an id gets."""

    def __init__(self, adapter="idempotent", **options):
        super().__init__(adapter, **options)
        self.account = Budget(share=0).open()
        self.had: dict[str, Any] = {}
        self.script: dict[str, list[Any]] = {}
        self.peer.always = self.take

    def take(self, delivery):
        left = self.script.get(delivery.id)
        said = left.pop(0) if left else Done()
        if isinstance(said, Done):
            self.had[delivery.id] = (delivery.body, delivery.signature, delivery.token)
        return said


def contents(records):
    """Return what each inbox record holds, by id."""
    found = {}
    for record in records:
        headers = dict(record.headers)
        name = headers["ce_id"].decode()
        signature = headers["hub-signature"].decode()
        found[name] = (record.value, signature, headers["hub_delivery_token"].decode())
    return found


FAILURES = st.lists(
    st.sampled_from([Retryable("away"), Retryable("refused", untouched=True), Reject("wrong")]),
    max_size=2,
)


@settings(max_examples=25, deadline=None)
@given(
    scripts=st.lists(FAILURES, min_size=1, max_size=6),
    lines=st.integers(1, 3),
    adapter=st.sampled_from(["idempotent", "look-up"]),
)
def test_each_arrives_whole_and_in_order_however_often_it_was_parked_and_read_back(
    scripts, lines, adapter
):
    asyncio.run(played(scripts, lines, adapter))


async def played(scripts, lines, adapter):
    bench = Little(adapter)
    bench.connector = replace(
        bench.connector, limits=replace(bench.connector.limits, timeout_seconds=0.01)
    )
    records = [one for n in range(len(scripts)) for one in named(bench, n, lines)]
    wanted = contents(records)
    bench.script = {f"m-{n}": list(script) for n, script in enumerate(scripts)}
    task = asyncio.create_task((runner := bench.runner()).run())
    runner._side.plain.offer(records)
    await until(lambda: runner.holdings.waiting + len(bench.had) + runner.holdings.dead_letters)
    bench.crash(task)
    await asyncio.wait({task})
    bench.memory.dead = False
    async with bench.running() as again:
        again._side.plain.offer(
            [one for one in records if one.offset >= again.holdings.next(urgent=False)]
        )
        await until(lambda: decided(again, bench, len(scripts)))
        assert all(one.place is not None for one in stuck(again))
        for id_, content in bench.had.items():
            assert content == wanted[id_]
        while len(bench.had) < len(scripts):
            for item in stuck(again):
                again.command(word(Action.RETRY, item.entry.id))
            await asyncio.sleep(0.005)
    assert bench.had == wanted
    for line in range(lines):
        mine = [id_ for id_ in bench.had if int(id_[2:]) % lines == line]
        assert mine == sorted(mine)


def named(bench, number, lines):
    return bench.records(f"m-{number}", subject=f"khoa-{number % lines}")


def decided(runner, bench, count):
    """Say whether each was taken, or is a dead letter, or waits behind one."""
    stuck = runner.holdings.stuck_keys()
    lines = runner.holdings._shelf._lines
    behind = sum(len(lines.line(key)) for key in stuck)
    return (
        len(bench.had) + behind >= count and runner.holdings._shelf.waiting + len(stuck) == behind
    )


def stuck(runner):
    return list(runner.holdings._shelf._stuck.values())


def word(action, message):
    return Command(
        id=f"w-{message}",
        connector="bench",
        action=action,
        source="sender",
        message=message,
        at=datetime.now(UTC),
    )


async def test_many_dead_letters_are_held_without_their_bodies():
    bench = Little()
    names = [f"m-{n}" for n in range(20)]
    bench.script = {name: [Reject("wrong")] for name in names}
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records(*names))
        await until(lambda: runner.holdings.dead_letters == 20)
    assert bench.account.held == 20 * LEAN
    assert bench.memory.asked == 0


async def test_who_holds_little_keeps_all_at_hand_and_asks_for_nothing():
    bench = Bench()
    bench.peer.script["1"] = [Retryable("away"), Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.names("1") == ["retrying", "delivered"])
    assert bench.memory.asked == 0


async def test_while_a_content_cannot_be_read_it_waits_and_the_others_are_delivered():
    bench = Little()
    bench.script = {"1": [Retryable("away")]}
    bench.memory.away = Unavailable("Kafka is away")
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.asked)
        runner._side.plain.offer(bench.records("x"))
        await until(lambda: bench.memory.names("x") == ["delivered"])
        assert bench.memory.names("1") == ["retrying"]
        bench.memory.away = None
        await until(lambda: bench.memory.names("1") == ["retrying", "delivered"])


async def test_a_word_about_one_whose_content_cannot_be_read_waits_and_is_carried_out_later():
    bench = Little()
    bench.script = {"1": [Reject("wrong")]}
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: runner.holdings.dead_letters == 1)
        bench.memory.away = Unavailable("Kafka is away")
        runner.command(word(Action.RETRY, "1"))
        await until(lambda: bench.memory.asked)
        assert runner.holdings.dead_letters == 1
        bench.memory.away = None
        await until(lambda: bench.memory.names("1")[-1] == "delivered")


async def test_a_content_that_is_gone_stops_the_connector_and_is_not_taken_for_settled(
    monkeypatch,
):
    bench = Little()
    bench.script = {"1": [Retryable("away")]}

    async def gone(_partition, _wanted):
        return {}

    monkeypatch.setattr(bench.memory, "read", gone)
    runner = bench.runner()
    runner._side.plain.offer(bench.records("1"))
    with pytest.raises(UnreadableState):
        await asyncio.wait_for(runner.run(), 10)
    assert [entry.id for entry in bench.memory.stored().entries.values()] == ["1"]


def stood(count, size):
    """Yield records as they stand on `hub.retry`, one after the other."""
    records = Records(connector="bench", adapter="mau", system="receiver", partitions=4)
    for number in range(count):
        entry = Entry(
            state=EntryState.BEHIND,
            offset=number,
            audit_partition=0,
            attributes={"source": "urn:hub:system:sender", "id": f"m-{number}"},
            body=b"x" * size,
            signature="s" * 800,
            token="t",
            address="a",
            arrived_at=support.NOW,
        )
        unread = Unread(
            position=str(number),
            code="c",
            detail="",
            fingerprint="f",
            at=support.NOW,
            raw=b"x" * size,
        )
        for output in (records.entry(entry), records.unread(unread_name(str(number)), unread)):
            yield SimpleNamespace(key=output.key, value=output.value, offset=number, headers=[])


def test_what_is_read_back_after_a_restart_takes_no_memory_for_its_contents():
    stored = {"bench": Stored()}
    tracemalloc.start()
    try:
        for raw in stood(200, 100_000):
            connector_store._fold(stored, raw, support.MACS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(stored["bench"].entries) == len(stored["bench"].unread) == 200
    # 40 MB stand there.
    assert peak < 4_000_000
