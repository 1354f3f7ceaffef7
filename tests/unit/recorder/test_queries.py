from datetime import timedelta

import pytest

from hub.decision.events import Event
from hub.decision.rows import Outcome
from hub.decision.states import State
from hub.io.sql.engine import open_engine
from hub.io.sql.message_filter import Filter, Turn, Viewer
from hub.io.sql.message_lists import MessageLists
from hub.io.sql.projection_queries import ProjectionQueries
from tests.support import NOW, TO_GROUP, receipt, stamped, withdrawal
from tests.unit.recorder.records import about


@pytest.fixture
async def queries(store):
    engine = open_engine(store.url)
    yield ProjectionQueries(engine)
    await engine.dispose()


@pytest.fixture
async def lists(store):
    engine = open_engine(store.url)
    yield MessageLists(engine)
    await engine.dispose()


@pytest.fixture
def many(province, store):
    """Ten messages of two senders to two recipients; two of each moment."""
    for number in range(10):
        event = about(
            Event.ADMITTED,
            source=f"sender-{number % 2}",
            id=f"m{number}",
            at=NOW + timedelta(seconds=number // 2),
            detail={
                "recipients": ["receiver", "other"] if number < 4 else ["receiver"],
                "subject": f"subject-{number % 3}",
            },
        )
        province.tell(event)
    delivered = about(Event.DELIVERED, source="sender-0", id="m2", recipient="receiver")
    province.tell(delivered)
    province.tell(
        about(Event.REFUSED, source="sender-0", id="bad", at=NOW - timedelta(1), reason="too_old")
    )
    store.record(province.records)


def seen_by(*systems, types=None):
    return (Viewer(systems=frozenset(systems), types=types),)


async def ids(lists, limit=50, **wanted):
    """Return the ids of all pages, having turned back from each to the one before it."""
    found: list[str] = []
    earlier: list[str] = []
    turn = Turn()
    while True:
        page = await lists.page(Filter(**wanted), turn, limit)
        there = [line.message.id for line in page.messages]
        if earlier:
            back = await lists.page(Filter(**wanted), Turn(place=page.previous, back=True), limit)
            assert [line.message.id for line in back.messages] == earlier
            assert back.next is not None
        found, earlier = found + there, there
        if page.next is None:
            return found
        turn = Turn(place=page.next)


NEWEST_FIRST = ["m9", "m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1", "m0", "bad"]


async def test_a_message_comes_with_its_recipients_and_every_step(province, store, queries):
    decision = province.decide(stamped(recipients=TO_GROUP))
    province.decide(receipt("processed", ("msg-0001", decision.deliveries[0])))
    store.record(province.records)
    history = await queries.message("sender", "msg-0001")
    assert history.state == "admitted"
    assert dict(history.recipients) == {"receiver": "processed", "other": "pending"}
    assert [step.event for step in history.steps] == ["admitted", "processed"]
    assert history.steps[0].detail["peer"] == "sender"
    assert history.steps[0].at == NOW


@pytest.mark.usefixtures("many")
async def test_an_unknown_message_is_none(queries):
    assert await queries.message("sender-0", "nothing") is None


async def test_a_withdrawn_message_says_so(province, store, queries):
    province.decide(stamped())
    province.decide(withdrawal("msg-0001"))
    store.record(province.records)
    assert (await queries.message("sender", "msg-0001")).state == "withdrawn"
    asked = [("sender", "msg-0001"), ("sender", "withdrawal-1"), ("sender", "nothing")]
    assert await queries.withdrawn(asked) == {("sender", "msg-0001")}


@pytest.mark.parametrize("limit", [1, 2, 3, 11, 50])
@pytest.mark.usefixtures("many")
async def test_pages_join_without_gap_or_repetition(lists, limit):
    assert await ids(lists, limit) == NEWEST_FIRST


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.usefixtures("many")
async def test_a_system_sees_what_it_sent_and_what_is_for_it_and_nothing_else(lists, limit):
    assert await ids(lists, limit, viewers=seen_by("sender-1")) == ["m9", "m7", "m5", "m3", "m1"]
    assert await ids(lists, limit, viewers=seen_by("other")) == ["m3", "m2", "m1", "m0"]
    assert await ids(lists, limit, viewers=seen_by("stranger")) == []
    assert await ids(lists, limit, viewers=seen_by("other"), recipients=["receiver"]) == []
    assert await ids(
        lists, limit, viewers=seen_by("other"), senders=["sender-1"], state=State.PENDING
    ) == [
        "m3",
        "m1",
    ]
    assert (
        await ids(lists, viewers=seen_by("stranger"), senders=["sender-1"], recipients=["receiver"])
        == []
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"senders": ["sender-0"]}, ["m8", "m6", "m4", "m2", "m0", "bad"]),
        ({"recipients": ["other"]}, ["m3", "m2", "m1", "m0"]),
        ({"state": State.DELIVERED}, ["m2"]),
        ({"recipients": ["other"], "state": State.DELIVERED}, []),
        ({"subject": "subject-0"}, ["m9", "m6", "m3", "m0"]),
        ({"subject": "subject-0", "recipients": ["other"]}, ["m3", "m0"]),
        ({"outcome": Outcome.REFUSED}, ["bad"]),
        ({"outcome": Outcome.REFUSED, "reason": "too_large"}, []),
        ({"since": NOW + timedelta(seconds=4)}, ["m9", "m8"]),
        ({"until": NOW + timedelta(seconds=1), "senders": ["sender-1"]}, ["m1"]),
    ],
)
@pytest.mark.usefixtures("many")
async def test_a_list_is_narrowed_by_each_filter(lists, wanted, expected):
    assert await ids(lists, **wanted) == expected


@pytest.mark.usefixtures("many")
async def test_a_list_shows_how_many_recipients_are_in_each_state(lists):
    page = await lists.page(Filter(senders=["sender-0"]))
    counted = {line.message.id: dict(line.states) for line in page.messages}
    assert counted["m2"] == {State.DELIVERED: 1, State.PENDING: 1}
    assert counted["bad"] == {}


@pytest.mark.usefixtures("many")
async def test_a_recipient_sees_its_own_state_only(lists):
    page = await lists.page(Filter(viewers=seen_by("other")))
    assert {line.message.id: dict(line.states) for line in page.messages}["m2"] == {
        State.PENDING: 1
    }
