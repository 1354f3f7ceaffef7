"""A test of a service: its door is looked at, not the other side's."""

import pytest
from lgsp_adapter import Check

from hub.connectors.inbound import Counter, listening
from hub.connectors.service_check import check_service, not_well
from hub.connectors.status import Report, State
from tests import support


class Door:
    """A service at work."""

    def __init__(self, found=None):
        self.found = found or Check(ok=True, vi="Tốt", en="Well")
        self.calls = 0

    async def answer(self, request):
        raise AssertionError(request)

    async def check(self):
        self.calls += 1
        return self.found


def open_with(door):
    counter = Counter()
    counter.open("mau", door)
    return counter


def report(state, **words):
    return Report(name="mau", generation=0, state=state, at=support.NOW, **words)


@pytest.mark.parametrize("state", [State.STOPPED, State.FAILED, State.STARTING, State.WAITING])
async def test_a_service_that_does_not_run_is_not_well_and_the_state_says_why(state):
    found = await check_service("mau", Counter(), report(state, vi="Sai", en="Wrong password"))
    assert not found.ok
    assert f"state {state.value}" in found.en
    assert "Wrong password" in found.en


async def test_one_that_this_process_does_not_have_yet_is_not_well():
    assert not (await check_service("mau", Counter(), None)).ok


async def test_without_a_port_nobody_can_call_and_the_setting_is_named():
    found = await check_service("mau", open_with(Door()), report(State.RUNNING))
    assert (found.ok, "HUB_CONNECTORS_PORT" in found.en) == (False, True)


async def test_a_port_that_does_not_answer_is_not_well():
    door = Door()
    counter = open_with(door)
    async with listening(counter, 0) as port:
        pass
    counter.port = port
    found = await check_service("mau", counter, report(State.RUNNING))
    assert (found.ok, str(port) in found.en, door.calls) == (False, True, 0)


async def test_one_at_work_is_well_where_its_port_answers_and_its_adapter_says_so():
    door = Door()
    counter = open_with(door)
    async with listening(counter, 0) as port:
        found = await check_service("mau", counter, report(State.RUNNING))
        assert (found.ok, found.en.startswith("Well."), str(port) in found.vi) == (True, True, True)
        door.found = not_well("the key is gone")
        found = await check_service("mau", counter, report(State.RUNNING))
        assert (found.ok, "the key is gone" in found.vi) == (False, True)
