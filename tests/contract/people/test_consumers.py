"""Consumer groups of agencies: who is in them, and moving one by two persons."""

from datetime import timedelta

import httpx2
import pytest
from aiokafka import TopicPartition
from sqlalchemy import select

from hub.api.browser import Browser
from hub.control.rebalances import Rebalances
from hub.io.kafka.groups import Barrier, Committed, Group, Member
from hub.io.sql.group_tables import group_changes
from tests.admin_rig import GroupsInMemory, admin_app
from tests.contract.people.conftest import START
from tests.people_rig import ORIGIN, WHY, Desk, problem

INBOX = "hub.inbox.he-thong-a"
PLACE = TopicPartition(INBOX, 0)
INTEGRATOR = {"role": "integrator"}
READER = Member(client="may-mau", host="10.20.30.40")


def group(name="phan-mem-mau", topic=INBOX, offset=40, state="Empty", members=()):
    place = Committed(topic=topic, partition=0, offset=offset, first=10, end=90)
    return Group(name=name, state=state, members=members, committed=(place,))


@pytest.fixture
def groups():
    return GroupsInMemory(found=[group()], times={PLACE: 25})


@pytest.fixture
async def desk(control, groups):
    app = admin_app(control, browser=Browser(public_url=ORIGIN), consumers=groups)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    made = Desk(
        app, lambda **more: httpx2.AsyncClient(transport=transport, base_url=ORIGIN, **more)
    )
    yield made
    await made.close()


async def asked(desk, **body):
    answer = await desk.machine().post(
        "/ops/consumers/phan-mem-mau:move", json={"reason": WHY} | body
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def approved(desk, request, by="other"):
    path = f"/ops/requests/{request['id']}:approve"
    return await desk.machine(by).post(path, json={"reason": WHY})


async def test_a_preview_tells_where_it_is_and_where_it_would_be(desk, groups):
    for query, after in (({}, 10), ({"to": "2026-11-28T01:00:00Z"}, 25)):
        answer = await desk.machine().get("/ops/consumers/phan-mem-mau/move", params=query)
        (one,) = answer.json()["items"]
        assert (one["before"], one["after"], one["first"], one["end"]) == (40, after, 10, 90)
    assert groups.moved == []


async def test_nothing_moves_before_a_second_person_approves(desk, groups):
    await desk.add("binh", INTEGRATOR)
    request = await asked(desk, to="2026-11-28T01:00:00Z")
    assert groups.moved == []
    problem(await approved(desk, request, by=None), 409, "second_person_needed")
    assert groups.moved == []
    done = await approved(desk, request)
    assert done.status_code == 200, done.text
    assert groups.moved == [("phan-mem-mau", {PLACE: 25})]
    query = {"action": "move_group"}
    (entry,) = (await desk.machine().get("/ops/audit", params=query)).json()["items"]
    (target,) = entry["targets"]
    assert (entry["actor"], target["entity"]) == ("binh", "group/phan-mem-mau")
    assert (target["before"], target["after"]) == ({f"{INBOX}/0": 40}, {f"{INBOX}/0": 25})


async def test_one_that_has_read_on_since_is_not_moved(desk, groups):
    await desk.add("binh", INTEGRATOR)
    request = await asked(desk)
    groups.found = [group(offset=41)]
    problem(await approved(desk, request), 409, "no_longer_fits")
    assert groups.moved == []


@pytest.mark.parametrize(
    ("found", "barrier"),
    [
        (group("hub-router", "hub.ingress"), Barrier.TRANSACTION),
        (group("hub-bridge"), Barrier.TRANSACTION),
        (group("hub-views", "hub.audit"), Barrier.TRANSACTION),
        (group(topic="hub.audit"), Barrier.NO_INBOX),
        (group(members=(READER,), state="Stable"), Barrier.MEMBERS),
        (group(state="PreparingRebalance"), Barrier.MEMBERS),
        (Group(name="phan-mem-mau", state="Empty", members=(), committed=()), Barrier.NO_INBOX),
    ],
)
async def test_no_position_moves_that_must_not(desk, groups, found, barrier):
    groups.found = [found]
    path = f"/ops/consumers/{found.name}"
    problem(await desk.machine().post(f"{path}:move", json={"reason": WHY}), 409, "group_fixed")
    problem(await desk.machine().get(f"{path}/move"), 409, "group_fixed")
    (one,) = (await desk.machine().get("/ops/consumers")).json()["items"]
    assert one["barrier"] == barrier


async def test_who_joined_and_left_is_told_since_the_first_look(desk, groups, clock):
    app = desk.app

    async def look(*members, state):
        groups.found = [group(members=members, state=state)]
        app.state.ops.groups._known = None
        clock.pass_by(minutes=1)
        return (await desk.machine().get("/ops/consumers")).json()

    first = await look(state="Empty")
    assert (first["changes"], first["since"] is not None) == ([], True)
    assert (await look(state="Empty"))["changes"] == []
    await look(READER, state="Stable")
    left, joined = (await look(state="Empty"))["changes"]
    assert (joined["state"], joined["joined"]) == (
        "Stable",
        [{"client": "may-mau", "host": "10.20.30.40"}],
    )
    assert (left["state"], left["left"], left["joined"]) == ("Empty", joined["joined"], [])


async def test_a_restart_forgets_no_change_and_sees_what_changed_meanwhile(control):
    async def look(at, *members):
        # Each look by another process: nothing is known but what is kept.
        changes = Rebalances(control.engine)
        await changes.look([group(members=members, state="Stable")], at)
        return await changes.told()

    await look(START)
    await look(START + timedelta(hours=1), READER)
    since, (joined,) = await look(START + timedelta(hours=2), READER)
    assert (since, joined.at, joined.joined) == (START, START + timedelta(hours=1), (READER,))


async def test_only_the_newest_changes_are_kept(control, monkeypatch):
    monkeypatch.setattr("hub.control.rebalances.KEPT", 3)
    changes = Rebalances(control.engine)
    for number in range(10):
        members = (READER,) * (number % 2)
        await changes.look([group(members=members)], START + timedelta(hours=number))
    async with control.engine.connect() as connection:
        kept = (await connection.execute(select(group_changes.c.at))).scalars().all()
    assert len(kept) == len((await changes.told())[1]) == 3
    assert max(kept) == START + timedelta(hours=9)


async def test_a_broker_that_is_away_is_said_to_be_away(desk, groups):
    groups.found = None
    problem(await desk.machine().get("/ops/consumers"), 503, "unavailable")
    answer = await desk.machine().post("/ops/consumers/phan-mem-mau:move", json={"reason": WHY})
    problem(answer, 503, "unavailable")
