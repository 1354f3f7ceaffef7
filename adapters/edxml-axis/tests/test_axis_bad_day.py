"""The axis' sandbox on a bad day: nothing lost, nothing doubled."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from axis_letters import packet_in
from axis_rig import (
    LETTER,
    NOW,
    OUTSIDE,
    STATUS,
    Rig,
    arrived,
    clock_for,
    doubled,
    letter,
    numbered,
    taken,
)
from lgsp_adapter.testing import (
    RealClock,
)
from lgsp_adapter.testing.peers import matrix, named
from lgsp_edxml.model import Update
from sandbox_edxml_axis import AxisSandbox


@pytest.mark.parametrize(("path", "fault"), matrix("/sendEdoc", "/getSentEdocList"), ids=named)
async def test_a_bad_day_loses_and_doubles_no_letter_that_is_sent(clock, fault, path, hands_back):
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        axis.misbehave(path=path, times=2, **fault)
        if path == "/getSentEdocList":
            axis.misbehave("half_body", path="/sendEdoc")
        letters = [rig.deliver(letter(n), f"d-{n}") for n in range(3)]
        await rig.send(*letters, clock=clock_for(fault))
        assert len(rig.bus.delivered) == 3
        assert rig.bus.dead_letters == {}
        assert len(arrived(axis)) == 3
        assert doubled(axis) == []


@pytest.mark.parametrize(("path", "fault"), matrix("/sendEdoc"), ids=named)
async def test_a_bad_day_loses_and_doubles_no_status(clock, fault, path, hands_back):
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        status = replace(
            packet_in(STATUS),
            response_for=replace(packet_in(STATUS).response_for, organ_code=OUTSIDE),
        )
        first = replace(status, status_code="01", description="Đã đến")
        await rig.send(rig.deliver(first, "d-1"))
        axis.misbehave(path=path, times=2, **fault)
        await rig.send(rig.deliver(status, "d-2"), clock=clock_for(fault))
        assert len(rig.bus.delivered) == 2
        assert [each.status_code for each in arrived(axis, "status")] == ["01", "03"]
        assert doubled(axis) == []


@pytest.mark.parametrize(
    ("path", "fault"), matrix("/updateStatus", "/getEdoc", "/getReceivedEdocList"), ids=named
)
async def test_a_bad_day_loses_and_doubles_no_letter_that_is_received(axis, fault, path):
    for number in range(4):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    axis.misbehave(path=path, times=3, **fault)
    rig = Rig(axis)
    await poll(rig)
    subjects = sorted(str(draft.subject) for draft in rig.bus.drafts)
    assert subjects == [f"000.00.97.H99,2026/03/10,{n}/STN-VPĐT" for n in range(4)]
    assert rig.bus.dead_letters == {}
    assert axis.parcels.waiting("mau.h99", "edoc") == []
    assert doubled(axis) == []


async def poll(rig, times=2):
    """Receive as often as a connector that polls; one poll may find an answer it cannot read."""
    for _ in range(times):
        await rig.receive()


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_a_list_with_a_row_twice_or_in_another_order_doubles_nothing(axis, what):
    for number in range(4):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    axis.misbehave(what, times=2)
    rig = Rig(axis)
    await rig.receive()
    assert len(rig.bus.admitted) == 4
    assert doubled(axis) == []


async def test_a_look_up_finds_its_letter_in_a_list_with_a_row_twice(axis):
    rig = Rig(axis)
    axis.misbehave("half_body", path="/sendEdoc")
    axis.misbehave("duplicate", path="/getSentEdocList", times=3)
    await rig.send(rig.deliver(letter()))
    assert len(rig.bus.delivered) == 1
    assert taken(axis) == [1]


@pytest.mark.parametrize("outage", [1, 3])
async def test_while_the_hub_takes_nothing_the_axis_keeps_the_letter(axis, outage):
    axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    rig.bus.refuse_next = outage
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert doubled(axis) == []


async def test_an_update_whose_end_is_unknown_is_never_taken_for_its_letter(clock, hands_back):
    """The update has the letter's title and number, and both left within minutes."""
    async with AxisSandbox(seed=1, clock=clock, hands_back=hands_back) as axis:
        rig = Rig(axis)
        change = Update(reason="Sửa (mẫu)", content_changed=True, receivers_changed=False)
        await rig.send(rig.deliver(letter(), "d-1"))
        axis.misbehave("error_500", path="/sendEdoc")
        await rig.send(rig.deliver(letter(business=change), "d-2"))
        if hands_back:
            assert len(arrived(axis)) == 2
        else:
            (dead,) = rig.bus.dead_letters.values()
            assert (dead.code, dead.peer_code) == ("outcome_unknown", "DOCUMENT")


async def test_a_letter_of_an_earlier_day_is_not_taken_for_one_that_looks_like_it(axis, clock):
    """The number is a year's own: the same title and number may come again."""
    rig = Rig(axis)
    clock.at = NOW - timedelta(days=300)
    await rig.send(rig.deliver(letter(), "d-1"))
    clock.at = NOW
    axis.misbehave("error_500", path="/sendEdoc")
    now = replace(letter(), document_id="000.00.97.H99,2026/11/22,15/STN-VPĐT")
    await rig.send(rig.deliver(now, "d-2"))
    assert len(rig.bus.delivered) == len(arrived(axis)) == 2


async def test_where_the_operator_wants_it_a_list_alone_decides_nothing(axis):
    rig = Rig(axis, sent_list_decides=False)
    axis.misbehave("half_body", path="/sendEdoc")
    await rig.send(rig.deliver(letter()))
    assert [dead.code for dead in rig.bus.dead_letters.values()] == ["outcome_unknown"]
    assert taken(axis) == [1]


async def test_an_expired_certificate_holds_everything_up_and_loses_nothing(clock):
    async with AxisSandbox(seed=1, clock=clock, tls=True) as axis:
        axis.put(LETTER, sender="G99", to=["H99.98"], type_="edoc")
        rig = Rig(axis, timeout_seconds=5)
        axis.misbehave("expired_certificate", times=2)
        await rig.send(rig.deliver(letter()))
        axis.misbehave("expired_certificate", times=2)
        await rig.receive()
        assert not axis.mischief.pending
        assert len(rig.bus.delivered) == len(rig.bus.admitted) == 1
        assert doubled(axis) == []


@pytest.mark.parametrize("count", [3, pytest.param(10, marks=pytest.mark.long)])
async def test_a_bad_day_of_all_calls_loses_and_doubles_nothing(axis, count):
    for number in range(count):
        axis.put(numbered(number), sender="G99", to=["H99.98"], type_="edoc")
    rig = Rig(axis)
    axis.mischief.bad_day(0.2, seed=3)
    await asyncio.wait_for(
        # The real clock: an axis that is slow is at work on a call that was given up.
        rig.send(*(rig.deliver(letter(n), f"d-{n}") for n in range(count)), clock=RealClock()),
        timeout=120,
    )
    await asyncio.wait_for(poll(rig, 2), timeout=60)
    axis.mischief.bad_day(0)
    await rig.receive()
    assert len(rig.bus.delivered) == len(arrived(axis)) == len(rig.bus.admitted) == count
    assert rig.bus.dead_letters == {}
    assert doubled(axis) == []
