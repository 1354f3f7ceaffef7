"""Back to an earlier version in one step: a new version, equal to the old one."""

import pytest

from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.versions import Versions
from tests.control_support import (
    change_set,
    code,
    endpoint,
    new_key,
    organisation,
    register,
    right,
    schema,
    system,
)

BACK = {"change": "restore_rules", "version": 1}


@pytest.fixture
async def first(control):
    await control.write(
        change_set(organisation(), code(), system(), endpoint(), right()), actor="an"
    )
    return control


async def entity(control, kind, id):
    return await Queries(control.engine).one(kind, id)


async def test_what_was_changed_made_and_removed_is_again_as_it_was(first):
    before = {
        kind: await entity(first, kind, id)
        for kind, id in [("right", "quyen-1"), ("code", "H99.01"), ("organisation", "xa-a")]
    }
    await first.write(change_set(right(recipients=["urn:hub:system:he-thong-a"])), actor="an")
    await first.write(
        change_set(
            {"change": "delete_code", "code": "H99.01"},
            code("H99.02"),
            organisation(name="Xã khác (mẫu)"),
        ),
        actor="an",
    )
    written = await first.write(change_set(BACK), actor="an")
    assert (written.version, written.changed) == (4, 4)
    for kind, found in before.items():
        assert await entity(first, kind, found["id"]) == found
    assert await entity(first, "code", "H99.02") is None


async def test_going_back_to_the_newest_version_changes_nothing(first):
    assert (await first.write(change_set(BACK), actor="an")).changed == 0


async def test_one_may_go_back_on_going_back(first):
    await first.write(change_set(right(types=["vn.gov.dossier.result.v1"])), actor="an")
    narrowed = await entity(first, "right", "quyen-1")
    await first.write(change_set(BACK), actor="an")
    await first.write(change_set(BACK | {"version": 2}), actor="an")
    assert await entity(first, "right", "quyen-1") == narrowed


async def test_keys_schemas_and_retired_systems_stay_as_they_are(first):
    key = new_key()
    await first.write(change_set(register(key), schema(), system("he-thong-b")), actor="an")
    await first.write(
        change_set(
            {"change": "delete_endpoint", "organisation": "xa-a", "system": "he-thong-a"},
            {"change": "delete_right", "id": "quyen-1"},
            {"change": "delete_system", "system": "he-thong-b"},
        ),
        actor="an",
    )
    await first.write(change_set(BACK), actor="an")
    assert (await entity(first, "system", "he-thong-b"))["state"] == "retired"
    assert await entity(first, "schema", "thu-nghiem:1.0") is not None
    assert (await Queries(first.engine).page("key", "", 10)).items
    assert await entity(first, "endpoint", "xa-a/he-thong-a") is not None


async def test_a_system_that_came_later_is_suspended(first):
    await first.write(change_set(system("he-thong-b")), actor="an")
    await first.write(change_set(BACK), actor="an")
    assert (await entity(first, "system", "he-thong-b"))["state"] == "suspended"


async def test_a_version_that_never_was_is_refused_and_nothing_changes(first):
    with pytest.raises(ChangeRefused) as refusal:
        await first.write(change_set(BACK | {"version": 99}), actor="an")
    assert refusal.value.code is Refusal.UNKNOWN_ENTITY
    assert (await Versions(first.engine).head())[0] == 1


async def test_what_would_break_the_rules_is_refused_as_a_whole(first):
    retire = {"change": "delete_system", "system": "he-thong-a"}
    gone = [
        {"change": "delete_endpoint", "organisation": "xa-a", "system": "he-thong-a"},
        {"change": "delete_right", "id": "quyen-1"},
    ]
    await first.write(change_set(*gone, retire), actor="an")
    with pytest.raises(ChangeRefused) as refusal:
        await first.write(change_set(BACK), actor="an")
    assert refusal.value.code is Refusal.UNKNOWN_ENTITY
    assert (await Versions(first.engine).head())[0] == 2
