"""Rights and subscriptions that are in the rules: who sees them, who stops them, what was done."""

import pytest

from hub.decision.quotas import DEFAULT
from tests.contract.people.test_proposals import (
    IN_A,
    OF_THE_OWNER,
    RIGHT,
    WISH,
    ask,
    decide,
    settle,
)
from tests.control_support import ISSUED, RECEIVED, change_set
from tests.people_rig import WHY, problem

# What stands in JSON is looked for as text: each database has its own.
STORES = ("sqlite", "postgresql")


@pytest.fixture
async def world(control, desk):
    await settle(control)
    return desk


async def order(browser, verb, what="rights/q-1"):
    return await browser.post(f"/v1/admin/{what}:{verb}", json={"reason": WHY})


async def test_a_right_is_paused_resumed_and_ended_as_a_subscription_is(world, control):
    asker, owner = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)
    await decide(owner, await ask(asker, RIGHT), "approve")
    assert (await order(asker, "pause")).status_code == 200
    problem(await order(asker, "resume"), 403, "forbidden")
    assert (await order(owner, "resume")).status_code == 200
    assert (await order(owner, "end")).status_code == 200
    problem(await order(owner, "resume"), 409, "ended")
    problem(await ask(asker, RIGHT), 409, "ended")
    found = (await asker.get("/ops/shares/right/q-1")).json()
    assert (found["state"], found["orders"]) == ("ended", [])
    assert found["quota"]["urgent_per_minute"] == DEFAULT.urgent_per_minute
    told = [(one["what"], one["actor"]) for one in found["history"]]
    assert told == [
        ("ask", "binh"),
        ("approve", "chi"),
        ("put_right", "chi"),
        ("pause_right", "binh"),
        ("resume_right", "chi"),
        ("end_right", "chi"),
    ]
    versions = (await world.machine().get("/v1/admin/rules-versions?limit=2")).json()
    assert [(one["actor"], one["reason"]) for one in versions["items"]] == [("chi", WHY)] * 2
    # What is over keeps nothing from being removed.
    gone = {"change": "delete_system", "system": "he-thong-a"}
    await control.write(change_set(gone), actor="an")


async def test_a_right_is_not_taken_over_by_another_system(world):
    await world.machine().post("/v1/admin/changes", json={"reason": WHY, "changes": [RIGHT]})
    other = {**RIGHT, "system": "he-thong-b"}
    problem(await ask(world.machine(), other), 409, "subscription_fixed")


async def test_each_side_finds_its_own_shares_and_nobody_elses(world, control):
    theirs = {**RIGHT, "id": "q-2", "system": "he-thong-b", "types": [ISSUED]}
    await control.write(change_set(WISH, RIGHT, theirs), actor="an")
    asker, owner = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)

    async def found(browser, **query):
        page = (await browser.get("/ops/shares", params=query)).json()
        return [f"{one['kind']}/{one['id']}" for one in page["items"]]

    assert await found(asker) == ["right/q-1", "subscription/dk-1"]
    assert await found(owner) == ["right/q-1", "right/q-2", "subscription/dk-1"]
    assert await found(owner, who="xa-b") == ["right/q-2"]
    assert await found(owner, type=RECEIVED, kind="right") == ["right/q-1"]
    assert await found(owner, state="paused") == []
    first = (await owner.get("/ops/shares", params={"limit": 1})).json()
    assert await found(owner, after=first["next"]) == ["right/q-2", "subscription/dk-1"]
    problem(await asker.get("/ops/shares/right/q-2"), 404, "not_found")
    one = (await asker.get("/ops/shares/subscription/dk-1")).json()
    assert (one["owners"], one["orders"]) == ({RECEIVED: "xa-b"}, ["pause", "end"])
