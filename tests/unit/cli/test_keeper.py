"""The keeper with units that only pretend."""

import asyncio

import pytest

from hub.cli.errors import EX_CONFIG
from hub.cli.keeper import Keeper, Patience, State
from hub.cli.units import UnitFailed

QUICK = Patience(first_seconds=0.001, longest_seconds=0.004, failures=3, silent_seconds=0.3)


class Pretended:
    """Ends with each of the given statuses in turn; with None it runs until it is stopped."""

    name, pid = "pretended", None

    def __init__(self, *statuses, hangs=False):
        self.statuses, self.hangs = list(statuses), hangs
        self.started, self.stopped_in = 0, []
        self.end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._beat = 0

    async def start(self):
        self.started += 1
        status = self.statuses.pop(0) if self.statuses else None
        if isinstance(status, Exception):
            raise status
        self.end = asyncio.get_running_loop().create_future()
        if status is not None:
            self.end.set_result(status)

    async def wait(self):
        return await self.end

    async def stop(self, seconds):
        self.stopped_in.append(seconds)
        if not self.end.done():
            self.end.set_result(-15)

    def beat(self):
        if not (self.hangs and self.started == 1):
            self._beat += 1
        return True, self._beat or 1

    def last_words(self):
        return "last words"


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (the world below has no event to wait for)
            await asyncio.sleep(0.005)


def keep(unit, patience=QUICK):
    keeper = Keeper(unit, patience=patience, stop_seconds=7)
    return keeper, asyncio.create_task(keeper.run())


async def test_a_unit_that_ends_is_started_again():
    unit = Pretended(1, -9)
    keeper, kept = keep(unit)
    await until(lambda: keeper.state is State.READY)
    assert (unit.started, keeper.restarts) == (3, 2)
    await keeper.stop()
    await kept
    assert keeper.state is State.STOPPED
    assert unit.stopped_in == [7]


async def test_an_end_with_status_0_is_no_reason_to_leave_it_ended():
    unit = Pretended(0)
    keeper, kept = keep(unit)
    await until(lambda: keeper.state is State.READY)
    await keeper.stop()
    await kept
    assert unit.started == 2


async def test_what_fails_too_often_is_given_up_with_its_last_words():
    keeper, kept = keep(Pretended(1, 1, 1, 1))
    await kept
    assert keeper.state is State.GAVE_UP
    assert keeper.note == "given up: it failed 3 times in a row. ended with status 1. last words"


async def test_what_cannot_be_started_counts_as_failed():
    keeper, kept = keep(Pretended(*[UnitFailed("no such file")] * 3))
    await kept
    assert "no such file" in keeper.note


async def test_a_wrong_configuration_is_not_tried_again():
    unit = Pretended(EX_CONFIG)
    keeper, kept = keep(unit)
    await kept
    assert unit.started == 1
    assert "configuration" in keeper.note


async def test_a_steady_run_forgets_earlier_failures():
    patience = Patience(first_seconds=0.001, failures=2, steady_seconds=0)
    unit = Pretended(1, 1, 1, 1, 1)
    keeper, kept = keep(unit, patience)
    await until(lambda: keeper.state is State.READY)
    assert unit.started == 6
    await keeper.stop()
    await kept


async def test_a_unit_whose_pulse_stands_still_is_ended_and_started_again():
    unit = Pretended(hangs=True)
    keeper, kept = keep(unit)
    await until(lambda: unit.started == 2 and keeper.state is State.READY)
    await keeper.stop()
    await kept


async def test_a_stop_does_not_wait_for_the_back_off():
    keeper, kept = keep(Pretended(1), Patience(first_seconds=60))
    await until(lambda: keeper.state is State.BACKING_OFF)
    await keeper.stop()
    async with asyncio.timeout(1):
        await kept
    assert keeper.state is State.STOPPED


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.5), (2, 1), (4, 4), (7, 30), (60, 30)])
def test_waits_double_up_to_a_bound(failures, seconds):
    assert Patience().wait_after(failures) == seconds
