"""The sink runner: order, parking, limits, and what a crash at the worst moment leaves."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as day_time

import pytest
from lgsp_adapter import Backpressure, Done, Fatal, Reject, Retryable
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules

from hub.connectors.pace import Pace
from hub.connectors.shelf import MAX_READ
from hub.connectors.sink import SAVE_SECONDS
from hub.connectors.status import Report, State
from hub.decision.connectors import Limits, Window
from hub.io.kafka.connector_records import Action, Command
from hub.ports import Unavailable
from tests.unit.connectors.bench import Bench, until


async def test_a_position_moves_only_with_a_recorded_outcome():
    bench = Bench()
    bench.memory.hold.clear()
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("a"))
        await until(lambda: bench.peer.calls == ["a"])
        assert bench.memory.stored().position is None
        bench.memory.hold.set()
        await until(lambda: bench.memory.names("a") == ["delivered"])
    assert bench.memory.stored().position.offset == 1


async def test_types_that_the_adapter_does_not_take_are_passed_over_and_stay_pending():
    bench = Bench()
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("w", type="vn.hub.withdrawal.v1"))
        runner._side.plain.offer(bench.records("a"))
        await until(lambda: bench.memory.names("a") == ["delivered"])
    assert bench.peer.calls == ["a"]
    assert not bench.memory.names("w")


async def test_messages_of_one_key_keep_their_order_when_the_first_fails():
    bench = Bench()
    bench.peer.script["1"] = [Retryable("away"), Retryable("away"), Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2", "3", subject="mot"))
        runner._side.plain.offer(bench.records("x"))
        await until(lambda: bench.memory.names("3") == ["delivered"])
    assert [one for one in bench.peer.calls if one != "x"] == ["1", "1", "1", "2", "3"]
    assert bench.memory.names("1") == ["retrying", "retrying", "delivered"]
    assert not bench.memory.stored().entries


async def test_a_failing_head_lets_the_position_pass_with_all_that_wait_behind_it():
    bench = Bench()
    bench.peer.script["1"] = [Reject("wrong", "here")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2", subject="mot"))
        await until(lambda: bench.memory.names("1") == ["dead_letter"])
        runner._side.plain.offer(bench.records("3", subject="mot"))
        runner._side.plain.offer(bench.records("y"))
        await until(lambda: bench.memory.names("y") == ["delivered"])
        await until(lambda: len(bench.memory.stored().entries) == 3)
    stored = bench.memory.stored()
    assert {e.id: e.state.value for e in stored.entries.values()} == {
        "1": "dead_letter",
        "2": "behind",
        "3": "behind",
    }
    assert stored.position.offset > max(entry.offset for entry in stored.entries.values())


async def test_out_of_attempts_is_a_dead_letter_with_cause_and_fingerprint():
    bench = Bench()
    bench.peer.script["1"] = [Retryable("no answer at step 7", peer_code="E5")] * 9
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "dead_letter" in bench.memory.names("1"))
    assert bench.peer.calls == ["1"] * 3
    (event,) = [one for one in bench.memory.events if one.event == "dead_letter"]
    assert event.detail["attempts"] == 3
    assert event.detail["peer_code"] == "E5"
    assert len(event.detail["fingerprint"]) == 16


async def test_back_pressure_never_ends_in_a_dead_letter():
    bench = Bench("neither")
    bench.peer.script["1"] = [Backpressure("slower", after=0.001)] * 8 + [Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.memory.names("1").count("retrying") == 8


def word(action, message):
    return Command(
        id=f"w-{action}",
        connector="bench",
        action=action,
        source="sender",
        message=message,
        by="admin-mau",
        reason="Đã sửa mẫu",
        at=datetime.now(UTC),
    )


async def test_an_operators_retry_sends_the_dead_letter_and_then_its_successors():
    bench = Bench()
    bench.peer.script["1"] = [Reject("wrong")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2", subject="mot"))
        await until(lambda: bench.memory.names("1") == ["dead_letter"])
        runner.command(word(Action.RETRY, "1"))
        await until(lambda: bench.memory.names("2") == ["delivered"])
    assert bench.peer.calls == ["1", "1", "2"]
    assert bench.memory.names("1") == ["dead_letter", "resumed", "delivered"]
    (resumed,) = [one for one in bench.memory.events if one.event == "resumed"]
    assert (resumed.detail["by"], resumed.detail["reason"]) == ("admin-mau", "Đã sửa mẫu")


async def test_an_operators_retry_at_look_up_asks_before_it_calls():
    bench = Bench("look-up")
    bench.peer.script["1"] = [Retryable("cut off")] * 3
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "dead_letter" in bench.memory.names("1"))
        bench.peer.has["sender/1/receiver"] = 1  # The last call had reached it after all.
        runner.command(word(Action.RETRY, "1"))
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.peer.calls == ["1"] * 3


async def test_an_operators_drop_ends_the_dead_letter_and_lets_its_successors_pass():
    bench = Bench()
    bench.peer.script["1"] = [Reject("wrong")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2", subject="mot"))
        await until(lambda: bench.memory.names("1") == ["dead_letter"])
        runner.command(word(Action.DROP, "1"))
        await until(lambda: bench.memory.names("2") == ["delivered"])
        runner.command(word(Action.DROP, "2"))  # It is no dead letter: nothing happens.
    assert bench.peer.calls == ["1", "2"]
    assert bench.memory.names("1") == ["dead_letter", "expired"]
    assert bench.memory.names("2") == ["delivered"]
    assert not bench.memory.stored().entries


async def crashed_in_a_call(bench, id_="1"):
    """Die while the other side has taken it and its answer has not come."""
    runner, taken = bench.runner(), asyncio.Event()

    async def answer():
        bench.peer.has[f"sender/{id_}/receiver"] += 1
        taken.set()
        await asyncio.Event().wait()

    bench.peer.script[id_] = [answer()]
    task = asyncio.create_task(runner.run())
    runner._side.plain.offer(bench.records(id_))
    await taken.wait()
    bench.crash(task)
    await asyncio.wait({task})
    bench.memory.dead = False


async def test_neither_is_never_called_twice_after_a_crash():
    bench = Bench("neither")
    await crashed_in_a_call(bench)
    assert bench.memory.names("1") == ["attempted"]
    async with bench.running():
        await until(lambda: "dead_letter" in bench.memory.names("1"))
    assert bench.peer.calls == ["1"]
    (event,) = [one for one in bench.memory.events if one.event == "dead_letter"]
    assert event.reason == "outcome_unknown"


async def test_look_up_asks_after_a_crash_and_does_not_call_again():
    bench = Bench("look-up")
    await crashed_in_a_call(bench)
    async with bench.running():
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.peer.calls == ["1"]
    assert bench.peer.asked == ["sender/1/receiver"]


async def test_idempotent_is_called_again_after_a_crash_with_the_same_key():
    bench = Bench("idempotent")
    await crashed_in_a_call(bench)
    async with bench.running() as runner:
        bench.offset = 0
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.peer.calls == ["1", "1"]
    assert [*bench.peer.has] == ["sender/1/receiver"]


async def test_an_unknown_end_at_neither_is_a_dead_letter_and_a_known_refusal_to_work_is_not():
    bench = Bench("neither")
    bench.peer.script["1"] = [Retryable("cut off")]
    bench.peer.script["2"] = [Retryable("refused to connect", untouched=True), Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2"))
        await until(lambda: bench.memory.names("1") and "delivered" in bench.memory.names("2"))
    assert bench.memory.names("1") == ["attempted", "dead_letter"]
    assert bench.memory.names("2") == ["attempted", "retrying", "attempted", "delivered"]


async def test_look_up_asks_before_it_calls_again_after_an_unknown_end():
    bench = Bench("look-up")
    bench.peer.script["1"] = [Retryable("cut off"), Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.peer.asked == ["sender/1/receiver"]
    assert bench.peer.calls == ["1", "1"]


@pytest.mark.parametrize("busy", [Retryable("at work", after=1_000), Backpressure(after=1_000)])
async def test_a_look_up_that_asks_for_time_gets_it(busy):
    bench = Bench("look-up")
    bench.pace = replace(bench.pace, backoff=Backoff(first=0.005, longest=2_000, attempts=9))
    bench.peer.script["1"] = [Retryable("cut off")]
    bench.peer.busy = [busy]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.names("1").count("retrying") == 2)
        (entry,) = bench.memory.stored().entries.values()
        assert entry.due - bench.now() > timedelta(seconds=900)
    assert bench.peer.calls == ["1"]


async def test_what_is_settled_out_of_order_is_not_called_again_after_a_restart():
    bench = Bench("look-up")
    runner, hang = bench.runner(), asyncio.Event()

    async def never():
        await hang.wait()

    bench.peer.script["slow"] = [never()]
    task = asyncio.create_task(runner.run())
    records = bench.records("slow", "quick")
    runner._side.plain.offer(records)
    await until(lambda: bench.memory.names("quick")[-1:] == ["delivered"])
    bench.crash(task)
    await asyncio.wait({task})
    bench.memory.dead = False
    async with bench.running() as again:
        again._side.plain.offer(
            [one for one in records if one.offset >= again.holdings.next(urgent=False)]
        )
        await until(lambda: bench.memory.names("slow")[-1:] == ["delivered"])
    assert bench.peer.calls.count("quick") == 1


async def test_a_withdrawn_message_is_not_sent_and_its_key_goes_on():
    bench = Bench()
    bench.status.gone = {("sender", "1", "receiver")}
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2", subject="mot"))
        await until(lambda: bench.memory.names("2") == ["delivered"])
    assert bench.peer.calls == ["2"]
    assert not bench.memory.names("1")


async def test_while_it_is_not_known_what_was_withdrawn_nothing_moves():
    bench = Bench()
    bench.status.error = Unavailable("SQL is away")
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: runner.words() is not None)
        assert not bench.peer.calls
        assert not bench.memory.steps
        bench.status.error = None
        await until(lambda: bench.memory.names("1") == ["delivered"])


async def test_what_has_expired_is_not_sent_and_the_sender_is_told():
    bench = Bench()
    bench.clock = timedelta(days=300)
    past = (bench.now() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", expirytime=past))
        await until(lambda: bench.memory.names("1") == ["expired"])
    assert not bench.peer.calls


async def test_urgent_keys_go_first_but_never_before_their_own_predecessors():
    bench = Bench(limits=Limits(per_second=10_000, concurrency=1))
    gate = asyncio.Event()

    async def wait():
        await gate.wait()
        return Done()

    bench.peer.script["first"] = [wait()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("first"))
        await until(lambda: bench.peer.calls == ["first"])
        runner._side.plain.offer(bench.records("n1", "n2"))
        runner._side.plain.offer(bench.records("k1", subject="gap"))
        runner._side.plain.offer(bench.records("k2", subject="gap", priority="urgent"))
        await until(lambda: runner.holdings.waiting == 5)
        gate.set()
        await until(lambda: bench.memory.names("n2") == ["delivered"])
    assert bench.peer.calls == ["first", "k1", "k2", "n1", "n2"]


async def test_an_urgent_one_overtakes_a_full_shelf_and_is_settled_in_its_own_inbox():
    bench = Bench(limits=Limits(per_second=10_000, concurrency=1))
    gate = asyncio.Event()

    async def wait():
        await gate.wait()
        return Done()

    bench.peer.script["b0"] = [wait()]
    runner = bench.runner()
    task = asyncio.create_task(runner.run())
    bulk = bench.records(*(f"b{number}" for number in range(MAX_READ)))
    runner._side.plain.offer(bulk)
    await until(lambda: runner.holdings.waiting == MAX_READ)
    assert (runner._side.plain.has_room(), runner._side.urgent.has_room()) == (False, True)
    urgent = bench.records("hoa-toc", priority="urgent")
    runner._side.urgent.offer(urgent)
    await until(lambda: runner.holdings.waiting == MAX_READ + 1)
    gate.set()
    await until(lambda: bench.memory.names("hoa-toc") == ["delivered"])
    assert bench.peer.calls.index("hoa-toc") == 1
    bench.crash(task)
    await asyncio.wait({task})
    bench.memory.dead = False
    async with bench.running() as again:
        for lane, records in ((again._side.urgent, urgent), (again._side.plain, bulk)):
            start = again.holdings.next(urgent=lane.urgent)
            lane.offer([one for one in records if one.offset >= start])
        await until(lambda: bench.memory.names(f"b{MAX_READ - 1}") == ["delivered"])
    assert bench.peer.calls.count("hoa-toc") == 1


async def test_never_more_calls_at_once_than_allowed():
    bench, under_way, most = Bench(limits=Limits(per_second=0, concurrency=3)), 0, 0

    async def slow():
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return Done()

    bench.peer.always = lambda _: slow()
    names = [f"m-{number}" for number in range(30)]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records(*names))
        await until(lambda: all(bench.memory.names(name) == ["delivered"] for name in names))
    assert most == 3


async def test_what_falls_due_while_it_is_looked_for_is_tried_at_once():
    bench = Bench()
    # What is held is looked at by a clock that is behind: due by one clock, not yet by the other.
    bench.lag = 0.02
    bench.peer.script["1"] = [Retryable("away"), Done()]
    began = time.monotonic()
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.names("1") == ["retrying", "delivered"])
    assert time.monotonic() - began < SAVE_SECONDS


async def test_a_dead_peer_opens_the_circuit_and_is_then_only_probed():
    bench = Bench()
    bench.pace = Pace(
        backoff=bench.pace.backoff, breaker=BreakerRules(threshold=2, cool_down=3600.0)
    )
    bench.peer.always = lambda _: Retryable("away")
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records(*(f"d{n}" for n in range(50))))
        await until(lambda: runner.words() is not None)
        await asyncio.sleep(0.1)
        # Calls that were under way when it opened, and none after.
        assert len(bench.peer.calls) <= 2 + bench.connector.limits.concurrency
        assert runner.holdings.waiting == 50
        told = runner.told(Report(name="bench", generation=0, state=State.RUNNING, at=bench.now()))
        assert told.breaker_open
        assert told.parked > 0


@pytest.mark.parametrize("lines", [2, 16])
async def test_a_peer_that_breaks_all_calls_at_once_is_called_again_at_once(lines):
    bench = Bench()
    bench.connector = replace(bench.connector, limits=Limits(per_second=10_000, concurrency=lines))
    bench.pace = replace(bench.pace, breaker=Pace.of(bench.connector).breaker)
    bench.peer.script |= {f"d{n}": [Retryable("the line broke"), Done()] for n in range(lines)}
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records(*(f"d{n}" for n in range(lines))))
        await until(lambda: runner.holdings.delivered == lines)
        assert runner.words() is None


async def test_in_a_maintenance_window_nothing_is_called():
    always = Window(weekdays=frozenset(range(7)), start=day_time(0), end=day_time(0))
    bench = Bench(windows=(always,))
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: runner.holdings.waiting == 1)
        await asyncio.sleep(0.05)
        assert runner.words().en.startswith("Maintenance window")
        assert not bench.peer.calls


async def test_a_paused_connector_moves_nothing_and_then_goes_on():
    bench = Bench()
    async with bench.running() as runner:
        runner.pause(paused=True)
        runner._side.plain.offer(bench.records("1"))
        await asyncio.sleep(0.05)
        assert not bench.peer.calls
        assert not runner._side.plain.has_room()
        runner.pause(paused=False)
        await until(lambda: bench.memory.names("1") == ["delivered"])


async def test_a_stop_finishes_what_is_under_way():
    bench = Bench()
    gate = asyncio.Event()

    async def wait():
        await gate.wait()
        return Done()

    bench.peer.script["1"] = [wait()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.peer.calls == ["1"])
        runner.stop()
        runner._side.plain.offer(bench.records("2"))
        gate.set()
    assert bench.memory.names("1") == ["delivered"]
    assert bench.peer.calls == ["1"]


async def test_a_fatal_error_ends_the_connector_and_loses_nothing():
    bench = Bench()
    fatal = Fatal("wrong password")
    bench.peer.script["1"] = [fatal]
    runner = bench.runner()
    runner._side.plain.offer(bench.records("1"))
    with pytest.raises(Fatal):
        await asyncio.wait_for(runner.run(), 10)
    assert not bench.memory.names("1")


async def test_an_adapter_that_answers_nonsense_is_no_success():
    bench = Bench(limits=Limits(per_second=10_000, batch=5))
    bench.peer.script["1"] = [None]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: "delivered" in bench.memory.names("1"))
    assert bench.memory.names("1") == ["retrying", "delivered"]


async def test_the_same_message_twice_in_an_inbox_is_held_once():
    bench = Bench()
    bench.peer.script["1"] = [Reject("wrong")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.names("1") == ["dead_letter"])
        runner._side.plain.offer(bench.records("1"))
        runner._side.plain.offer(bench.records("x"))
        await until(lambda: bench.memory.names("x") == ["delivered"])
        assert runner.holdings.dead_letters == 1
        assert runner.holdings.waiting == 0
    assert len(bench.memory.stored().entries) == 1


def flush():
    return Command(id="f-1", connector="bench", action=Action.FLUSH, at=datetime.now(UTC))


async def test_a_flush_tries_at_once_what_would_wait_for_an_hour_and_probes_the_peer():
    bench = Bench()
    bench.pace = replace(
        bench.pace,
        backoff=Backoff(first=3_600, longest=3_600, attempts=9),
        breaker=BreakerRules(threshold=1, cool_down=3_600),
    )
    bench.peer.script["1"] = [Retryable("away"), Done()]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1"))
        await until(lambda: bench.memory.names("1") == ["retrying"])
        await until(lambda: runner.words() is not None)
        runner.command(flush())
        await until(lambda: bench.memory.names("1") == ["retrying", "delivered"])
        assert runner.words() is None


async def test_a_flush_asks_no_peer_about_a_call_that_may_still_be_at_work():
    bench = Bench("look-up", limits=Limits(per_second=10_000, timeout_seconds=60.0))
    bench.peer.script["1"] = [Retryable("cut off")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2"))
        await until(lambda: "retrying" in bench.memory.names("1"))
        runner.command(flush())
        runner._side.plain.offer(bench.records("x"))
        await until(lambda: "delivered" in bench.memory.names("x"))
    assert bench.peer.asked == []
    assert bench.peer.calls.count("1") == 1
