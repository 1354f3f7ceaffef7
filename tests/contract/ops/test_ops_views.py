"""`/ops/views`: one's own and shared ones."""

from dataclasses import replace

from hub.control import saved_views
from hub.control.people.rights import Role
from hub.control.queries import Queries
from tests.ops_rig import OPERATOR, clerk_of

PATH = "/ops/views"
VIEW = {"screen": "messages", "name": "Thư chết (mẫu)", "query": "state=dead_letter"}
BINH = replace(OPERATOR, name="binh")


async def save(rig, status=201, **changes):
    answer = await rig.http.post(PATH, json=VIEW | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_view_is_ones_own_until_it_is_shared(rig):
    own = await save(rig)
    shared = await save(rig, name="Chung (mẫu)", shared=True, reason="Ca trực dùng chung")
    assert (await rig.get(PATH))["items"] == [shared, own]
    rig.person = BINH
    (seen,) = (await rig.get(PATH, screen="messages"))["items"]
    assert (seen["name"], seen["owner"], seen["mine"]) == ("Chung (mẫu)", "an", False)
    assert (await rig.get(PATH, screen="dead-letters"))["items"] == []


async def test_the_same_name_replaces_ones_own_and_nobody_elses(rig):
    first = await save(rig, shared=True, reason="Ca trực dùng chung")
    again = await save(rig, query="state=held", shared=True, reason="Ca trực dùng chung")
    assert (again["id"], again["query"]) == (first["id"], "state=held")
    rig.person = BINH
    await save(rig)
    assert len((await rig.get(PATH))["items"]) == 2


async def test_sharing_needs_a_reason_and_the_right_and_stands_in_the_trail(rig):
    assert (await save(rig, 422, shared=True))["place"] == "reason"
    shared = await save(rig, shared=True, reason="Ca trực dùng chung")
    (entry,) = await Queries(rig.engine).trail(before=None, entity=f"view/{shared['id']}", limit=9)
    assert (entry.actor, entry.reason) == ("an", "Ca trực dùng chung")
    rig.person = clerk_of("org-other", Role.AUDITOR)
    await save(rig, 403, shared=True, reason="Ca trực dùng chung")
    assert (await save(rig))["owner"] == "chi"


async def test_only_the_owner_deletes_and_repeating_it_is_safe(rig):
    view = await save(rig)
    rig.person = BINH
    assert (await rig.http.delete(f"{PATH}/{view['id']}")).status_code == 404
    rig.person = OPERATOR
    for _ in range(2):
        assert (await rig.http.delete(f"{PATH}/{view['id']}")).status_code == 204
    assert (await rig.get(PATH))["items"] == []


async def test_nobody_keeps_views_without_end(rig, monkeypatch):
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    await save(rig)
    assert (await save(rig, 409, name="Khác"))["code"] == "too_many_views"
    await save(rig, query="")


async def test_what_is_no_view_is_refused(rig):
    for changes in ({"screen": "A"}, {"name": ""}, {"query": "a b"}, {"query": "é"}, {"x": 1}):
        await save(rig, 422, **changes)
