"""Subscriptions in the control plane: what is asked for, where it stands, and what is refused."""

import pytest

from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.versions import Versions
from tests.control_support import RECEIVED, change_set, code, organisation, system


def subscription(**more):
    fields = {"id": "dk-1", "system": "he-thong-b", "type": RECEIVED}
    return {"change": "put_subscription"} | fields | more


def step(kind, id="dk-1"):
    return {"change": f"{kind}_subscription", "id": id}


@pytest.fixture
async def world(control):
    await control.write(
        change_set(organisation(), code(), system(), system("he-thong-b")), actor="an"
    )
    return control


async def refused(control, *changes):
    before = await Versions(control.engine).head()
    with pytest.raises(ChangeRefused) as refusal:
        await control.write(change_set(*changes), actor="an")
    assert await Versions(control.engine).head() == before
    return refusal.value


async def state_of(control):
    found = await Queries(control.engine).one("subscription", "dk-1")
    assert found is not None
    return found["state"]


async def test_it_is_active_then_paused_then_active_then_ended(world):
    await world.write(change_set(subscription()), actor="an")
    for kind, state in [("pause", "paused"), ("resume", "active"), ("end", "ended")]:
        await world.write(change_set(step(kind)), actor="an")
        assert await state_of(world) == state


async def test_what_has_ended_stays_ended(world):
    await world.write(change_set(subscription(), step("end")), actor="an")
    for change in (step("pause"), step("resume"), subscription()):
        assert (await refused(world, change)).code is Refusal.ENDED
    again = await world.write(change_set(step("end")), actor="an")
    assert again.changed == 0


async def test_what_is_stored_is_what_was_put(world):
    asked = subscription(
        sources=["urn:hub:org:H99.01"],
        areas=["xa-a"],
        versions=["1.0"],
        conditions=[{"fact": "state", "one_of": [2, 4]}],
        since="2026-11-20T00:00:00Z",
    )
    await world.write(change_set(asked), actor="an")
    again = await world.write(change_set(asked), actor="an")
    assert again.changed == 0


@pytest.mark.parametrize(
    ("sources", "representatives"),
    [(["urn:hub:system:he-thong-b"], []), (["urn:hub:system:he-thong-a"], ["he-thong-b"])],
)
async def test_a_subscription_that_would_loop_is_refused(world, sources, representatives):
    await world.write(change_set(system(representatives=representatives)), actor="an")
    refusal = await refused(world, subscription(sources=sources))
    assert (refusal.code, refusal.place) == (Refusal.LOOPS, "subscription/dk-1")


@pytest.mark.parametrize(
    "change",
    [
        subscription(system="khong-co"),
        subscription(sources=["urn:hub:system:khong-co"]),
        subscription(sources=["urn:hub:org:H99.77"]),
        subscription(sources=["urn:hub:group:khong-co"]),
        subscription(areas=["khong-co"]),
        {"change": "put_type_owner", "type": RECEIVED, "organisation": "khong-co"},
        step("pause", "khong-co"),
    ],
)
async def test_what_it_names_must_be_there(world, change):
    assert (await refused(world, change)).code is Refusal.UNKNOWN_ENTITY


@pytest.mark.parametrize(
    "condition",
    [
        {"fact": "name", "one_of": ["Nguyễn Văn Mẫu"]},
        {"fact": "state"},
        {"fact": "state", "one_of": [1], "at_least": 1},
    ],
)
async def test_only_declared_facts_are_conditions_and_each_asks_in_one_way(world, condition):
    refusal = await refused(world, subscription(conditions=[condition]))
    assert refusal.code is Refusal.UNKNOWN_FACT
    assert "Nguyễn" not in refusal.detail


async def test_system_and_type_were_approved_and_do_not_change(world):
    await world.write(change_set(subscription()), actor="an")
    refusal = await refused(world, subscription(system="he-thong-a"))
    assert refusal.code is Refusal.SUBSCRIPTION_FIXED


async def test_what_is_over_keeps_nothing_from_being_removed(world):
    await world.write(change_set(subscription(sources=["urn:hub:org:H99.01"])), actor="an")
    removal = {"change": "delete_code", "code": "H99.01"}
    assert (await refused(world, removal)).code is Refusal.IN_USE
    await world.write(change_set(step("end"), removal), actor="an")
