"""Who asks for a share of a type, who says yes, and what stands there until then: nothing."""

import pytest

from hub.control.people.second_person import Kind
from tests.control_support import RECEIVED, change_set, organisation, system
from tests.people_rig import WHY, problem

IN_A = {"role": "integrator", "organisation": "xa-a"}
OF_THE_OWNER = {"role": "integrator", "organisation": "xa-b"}
WISH = {
    "change": "put_subscription",
    "id": "dk-1",
    "system": "he-thong-a",
    "type": RECEIVED,
}
RIGHT = {
    "change": "put_right",
    "id": "q-1",
    "system": "he-thong-a",
    "types": [RECEIVED],
    "recipients": ["urn:hub:all"],
}


async def settle(control):
    owner = {"change": "put_type_owner", "type": RECEIVED, "organisation": "xa-b"}
    await control.write(change_set(system("he-thong-b", "xa-b"), owner), actor="an")


@pytest.fixture
async def world(control, desk):
    await settle(control)
    return desk


async def ask(browser, *changes):
    return await browser.post("/v1/admin/proposals", json={"reason": WHY, "changes": [*changes]})


async def decide(browser, asked, verb):
    path = f"/ops/requests/{asked.json()['id']}:{verb}"
    return await browser.post(path, json={"reason": WHY})


async def state(desk):
    found = await desk.machine().get("/v1/admin/subscriptions/dk-1")
    return found.json()["state"] if found.status_code == 200 else None


async def step(browser, verb):
    return await browser.post(f"/v1/admin/subscriptions/dk-1:{verb}", json={"reason": WHY})


async def test_the_subscriber_asks_the_owner_approves_and_until_then_it_is_no_rule(world):
    asker, owner = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)
    asked = await ask(asker, WISH)
    assert (asked.status_code, asked.json()["kind"]) == (200, Kind.RULES)
    assert await state(world) is None
    assert (await ask(asker, WISH)).json()["id"] == asked.json()["id"]
    problem(await decide(asker, asked, "approve"), 403, "forbidden")
    waiting = (await owner.get("/ops/requests")).json()["items"]
    assert [(one["asked_by"], one["may_approve"]) for one in waiting] == [("binh", True)]
    assert (await decide(owner, asked, "approve")).json()["decided_by"] == "chi"
    assert await state(world) == "active"


async def test_what_is_refused_or_withdrawn_changes_nothing(world):
    asker, owner = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)
    assert (await decide(owner, await ask(asker, WISH), "refuse")).status_code == 200
    assert (await decide(asker, await ask(asker, RIGHT), "withdraw")).status_code == 200
    assert await state(world) is None
    assert (await world.machine().get("/v1/admin/rights/q-1")).status_code == 404


async def test_nobody_asks_for_another_agencys_system_or_for_other_rules(world):
    mine = await world.arrive("binh", IN_A)
    clerk = await world.arrive("ha", {"role": "clerk", "organisation": "xa-a"})
    problem(await ask(clerk, WISH), 403, "forbidden")
    problem(await ask(mine, organisation("xa-c")), 403, "forbidden")
    problem(await ask(mine, {**WISH, "system": "he-thong-b"}), 403, "forbidden")
    above = await world.arrive("dung", {"role": "integrator", "organisation": "so-mau"})
    assert (await ask(above, WISH)).status_code == 200


async def test_a_request_that_cannot_be_made_is_refused_at_once(world):
    asker = await world.arrive("binh", IN_A)
    loop = {**WISH, "sources": ["urn:hub:system:he-thong-a"]}
    problem(await ask(asker, loop), 422, "loops")
    assert (await asker.get("/ops/requests")).json()["items"] == []


async def test_subscriber_and_owner_pause_and_end_but_only_the_owner_resumes(world):
    asker, owner = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)
    await decide(owner, await ask(asker, WISH), "approve")
    assert (await step(asker, "pause")).status_code == 200
    problem(await step(asker, "resume"), 403, "forbidden")
    assert (await step(owner, "resume")).status_code == 200
    assert (await step(asker, "end")).status_code == 200
    assert await state(world) == "ended"
    problem(await step(owner, "resume"), 409, "ended")


async def test_what_nobody_owns_is_approved_by_who_may_change_all_rules(world, control):
    drop = {"change": "delete_type_owner", "type": RECEIVED}
    await control.write(change_set(drop), actor="an")
    asker, other = await world.arrive("binh", IN_A), await world.arrive("chi", OF_THE_OWNER)
    asked = await ask(asker, WISH)
    problem(await decide(other, asked, "approve"), 403, "forbidden")
    assert (await decide(world.machine(), asked, "approve")).status_code == 200


async def test_where_four_eyes_are_asked_for_one_person_alone_changes_nothing(world, control):
    control._four_eyes = frozenset({"put_right"})
    answer = await world.machine().post(
        "/v1/admin/changes", json={"reason": WHY, "changes": [WISH, RIGHT]}
    )
    problem(answer, 409, "second_person_needed")
    assert await state(world) is None
    asked = await ask(world.machine(), WISH, RIGHT)
    problem(await decide(world.machine(), asked, "approve"), 409, "second_person_needed")
    second = await world.arrive("lan", {"role": "integrator"})
    assert (await decide(second, asked, "approve")).status_code == 200
    assert await state(world) == "active"


async def test_keys_do_not_wait(world):
    change = {"change": "revoke_key", "system": "he-thong-a", "thumbprint": "A" * 43}
    problem(await ask(world.machine(), change), 422, "no_proposal")
