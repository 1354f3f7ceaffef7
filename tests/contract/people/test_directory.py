"""The directory as people read it: level by level, or one organisation with its history."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from hub.control import store
from hub.decision.directory_records import code_of, directory_of, organisation_of
from tests.control_support import RECEIVED, change_set, code, endpoint, organisation, right, system

DAY, BEFORE = "2025-07-01", "2025-06-30"
STORES = ("sqlite", "postgresql")
KINDS = ("organisation", "code", "group", "competence")


@pytest.fixture
async def reorganised(control, clock):
    """Two communes become one, a district is split, one office will end; one got a new name."""
    await control.write(
        change_set(
            organisation("xa-moi", name="Xã Mới (mẫu)", parent="so-mau", valid_from=DAY),
            organisation("huyen", name="Huyện (mẫu)", level="district"),
            organisation("xa-c", name="Xã C (mẫu)", parent="huyen"),
            code(),
            code("H99.09", "xa-b", valid_to=BEFORE),
            endpoint(),
            right(),
            system("he-thong-m", "so-mau", represents=["xa-a"]),
        ),
        actor="an",
    )
    clock.pass_by(days=1)
    await control.write(
        change_set(
            organisation(
                "xa-a", parent="so-mau", state="merged", valid_to=BEFORE, successors=["xa-moi"]
            ),
            organisation("xa-b", state="merged", valid_to=BEFORE, successors=["xa-moi"]),
            organisation(
                "huyen",
                name="Huyện (mẫu)",
                level="district",
                valid_to="2099-12-31",
                successors=["xa-moi", "xa-c"],
            ),
            code("H99.09", "xa-moi", valid_from=DAY),
            organisation("xa-c", name="Xã C đổi tên (mẫu)", parent="huyen"),
        ),
        actor="an",
    )
    return control


async def got(desk, path, status=200, **query):
    answer = await desk.machine().get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.usefixtures("reorganised")
async def test_a_level_is_read_at_a_time_with_how_many_are_below(desk):
    top = await got(desk, "/ops/directory")
    assert {one["id"]: one["children"] for one in top["items"]} == {
        "huyen": 1,
        "so-mau": 2,
        "xa-b": 0,
    }
    first = await got(desk, "/ops/directory", under="so-mau", limit=1)
    assert [(one["id"], one["stands"]) for one in first["items"]] == [("xa-a", "merged")]
    rest = await got(desk, "/ops/directory", under="so-mau", after=first["next"])
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["xa-moi"], None)


def happened(page):
    return [
        (one["turn"], one["day"], one["ahead"], [who["id"] for who in one["after"]])
        for one in page["timeline"]
    ]


@pytest.mark.usefixtures("reorganised")
async def test_a_page_tells_what_befell_an_organisation_and_what_is_ahead(desk):
    page = await got(desk, "/ops/directory/xa-moi")
    assert happened(page) == [
        ("merged", DAY, False, ["xa-moi"]),
        ("split", "2100-01-01", True, ["xa-c", "xa-moi"]),
    ]
    assert [who["name"] for who in page["timeline"][0]["before"]] == ["Xã A (mẫu)", "Xã A (mẫu)"]
    assert [one["id"] for one in page["path"]] == ["so-mau"]
    (renamed,) = (await got(desk, "/ops/directory/xa-c"))["timeline"][:1]
    assert (renamed["turn"], renamed["was"], renamed["became"]) == (
        "renamed",
        "Xã C (mẫu)",
        "Xã C đổi tên (mẫu)",
    )
    await got(desk, "/ops/directory/khong-co", 404)


@pytest.mark.usefixtures("reorganised")
async def test_a_page_has_what_is_its_own_and_the_codes_of_old_with_who_has_them_now(desk):
    old = await got(desk, "/ops/directory/xa-b")
    assert [(one["code"], one["counts"], one["now_of"]) for one in old["codes"]] == [
        ("H99.09", False, "xa-moi")
    ]
    page = await got(desk, "/ops/directory/xa-a")
    assert page["stands"] == "merged"
    assert [one["id"] for one in page["systems"]] == ["he-thong-a"]
    assert [one["id"] for one in page["representing"]] == ["he-thong-m"]
    assert [one["types"] for one in page["endpoints"]] == [[RECEIVED]]
    assert [one["id"] for one in page["rights"]] == ["quyen-1"]


async def test_who_is_looked_for_by_an_old_code_is_found_with_the_way_to_him(desk, reorganised):
    await follow(desk, reorganised)
    found = await got(desk, "/ops/directory:find", text="h99 09")
    assert [(one["id"], one["by_code"], one["path"]) for one in found["items"]] == [
        ("xa-moi", "H99.09", ["Xã A (mẫu)"]),
        ("xa-b", "H99.09", []),
    ]
    by_name = await got(desk, "/ops/directory:find", text="xa c doi")
    assert [one["id"] for one in by_name["items"]] == ["xa-c"]


async def follow(desk, control):
    """Let the API know the directory as routers do."""
    async with control.engine.connect() as connection:
        kinds = {kind: await store.load_kind(connection, kind) for kind in KINDS}
    made = kinds | {
        "organisation": {id: organisation_of(id, one) for id, one in kinds["organisation"].items()},
        "code": {id: code_of(one) for id, one in kinds["code"].items()},
    }
    rules = SimpleNamespace(directory=directory_of(made))
    desk.app.state.ops = replace(desk.app.state.ops, rules=lambda: rules)
