"""The memory of a process that all its connectors share."""

import pytest
from lgsp_adapter import Reject

from hub.connectors import budget
from hub.connectors.budget import Budget
from tests.unit.connectors.bench import Bench, until


def bench_of(shared):
    bench = Bench()
    bench.account = shared.open()
    return bench


async def test_beyond_the_bound_only_who_holds_little_reads_on():
    shared = Budget(limit=10_000, share=4_000)
    greedy, modest = shared.open(), shared.open()
    greedy.add(12_000)
    assert (greedy.has_room(), modest.has_room()) == (False, True)
    modest.add(4_000)
    assert not modest.has_room()
    greedy.close()
    assert (shared.held, modest.has_room(), greedy.held) == (4_000, True, 0)


async def test_dead_letters_of_one_pause_its_reading_say_so_and_let_the_others_deliver():
    shared = Budget(limit=6_000, share=2_000)
    stuck = bench_of(shared)
    stuck.peer.always = lambda _: Reject("wrong")
    async with stuck.running() as blocked:
        blocked._side.plain.offer(stuck.records("1", "2"))
        await until(lambda: blocked.holdings.dead_letters == 2)
        assert not blocked._side.plain.has_room()
        assert "holds as much as it may" in blocked.words().en
        # All benches have one peer: that of the youngest.
        well = bench_of(shared)
        async with well.running() as passing:
            assert passing._side.plain.has_room()
            passing._side.plain.offer(well.records("x"))
            await until(lambda: well.memory.names("x") == ["delivered"])
            assert passing.words() is None
    assert shared.held == sum(one.size for one in held(stuck))
    stuck.account.close()
    assert shared.held == 0


def held(bench):
    return bench.last.holdings._shelf._stuck.values()


async def test_what_is_delivered_is_given_back_and_what_is_read_back_counts_again():
    shared = Budget()
    bench = bench_of(shared)
    bench.peer.script["1"] = [Reject("wrong")]
    async with bench.running() as runner:
        runner._side.plain.offer(bench.records("1", "2"))
        await until(lambda: bench.memory.names("2") == ["delivered"])
        await until(lambda: runner.holdings.dead_letters == 1)
    assert shared.held > 3_000
    bench.account.close()
    bench.account = shared.open()
    bench.runner()
    assert shared.held == 3_000  # Its body stands on the topic.


@pytest.mark.parametrize("name", ["MAX_BYTES", "SHARE"])
def test_the_bounds_leave_room_for_the_largest_message(name):
    assert getattr(budget, name) > 256 * 1024 + 3_000
