"""What each change does, and what is refused. One refused change undoes its whole change set."""

import pytest
from sqlalchemy import select

from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.versions import Versions
from hub.io.sql import control_tables as tables
from tests.control_support import (
    ISSUED,
    RECEIVED,
    change_set,
    code,
    endpoint,
    organisation,
    right,
    schema,
    system,
)


async def refused(control, *changes):
    """Return the refusal of a change set, after checking that it left nothing behind."""
    before = await Versions(control.engine).head()
    with pytest.raises(ChangeRefused) as refusal:
        await control.write(change_set(*changes), actor="an")
    assert await Versions(control.engine).head() == before
    return refusal.value


EVERYTHING = [
    organisation(),
    organisation("tinh", name="Tỉnh (mẫu)", level="province"),
    code(valid_from="2025-07-01", valid_to="2026-12-31"),
    system(represents=["tinh"], kafka_in=True),
    system("he-thong-b", representatives=["he-thong-a"]),
    endpoint(),
    right(recipients=["urn:hub:org:H99.01", "urn:hub:group:cac-xa", "urn:hub:system:he-thong-b"]),
    {"change": "put_group", "name": "cac-xa", "members": ["xa-a"]},
    schema(),
    {"change": "put_document_policy", "type": ISSUED, "policy": "require"},
]


async def test_all_changes_of_a_set_become_one_version(control):
    written = await control.write(change_set(*EVERYTHING), actor="an")
    assert (written.version, written.changed) == (1, len(EVERYTHING))


async def test_repeating_a_change_set_makes_no_new_version(control):
    first = await control.write(change_set(*EVERYTHING), actor="an")
    again = await control.write(change_set(*EVERYTHING), actor="an")
    assert (again.version, again.hash, again.changed) == (first.version, first.hash, 0)


async def test_the_order_within_a_change_set_does_not_matter(control):
    written = await control.write(change_set(*reversed(EVERYTHING)), actor="an")
    assert written.changed == len(EVERYTHING)


async def test_what_is_stored_is_what_was_put(control):
    await control.write(change_set(*EVERYTHING), actor="an")
    found = await Queries(control.engine).one("code", "H99.01")
    assert found == {
        "id": "H99.01",
        "organisation": "xa-a",
        "scheme": "qd20",
        "valid_from": "2025-07-01",
        "valid_to": "2026-12-31",
        "earlier": (),
        "certainty": None,
    }


@pytest.mark.parametrize(
    "change",
    [
        organisation("xa-b", parent="khong-co"),
        code(organisation="khong-co"),
        system("he-thong-b", organisation="khong-co"),
        system("he-thong-b", representatives=["khong-co"]),
        system("he-thong-b", represents=["khong-co"]),
        endpoint(organisation="khong-co"),
        endpoint(system="khong-co"),
        right(system="khong-co"),
        {"change": "put_group", "name": "cac-xa", "members": ["xa-a", "khong-co"]},
        {"change": "suspend_system", "system": "khong-co"},
        {"change": "delete_system", "system": "khong-co"},
        {"change": "revoke_key", "system": "he-thong-a", "thumbprint": "A" * 43},
    ],
    ids=lambda change: change["change"],
)
async def test_a_change_that_names_nobody_is_refused(with_system, change):
    assert (await refused(with_system, change)).code is Refusal.UNKNOWN_ENTITY


async def test_one_refused_change_undoes_the_others(with_system):
    await refused(with_system, organisation("xa-moi"), code(organisation="khong-co"))
    assert await Queries(with_system.engine).one("organisation", "xa-moi") is None


@pytest.mark.parametrize(
    "user",
    [
        organisation("xa-b", parent="xa-c"),
        code("H99.77", "xa-c"),
        system("he-thong-b", organisation="xa-c"),
        system("he-thong-b", represents=["xa-c"]),
        endpoint("xa-c"),
        {"change": "put_group", "name": "cac-xa", "members": ["xa-c"]},
    ],
    ids=lambda change: change["change"],
)
async def test_an_organisation_that_something_names_is_not_removed(with_system, user):
    await with_system.write(change_set(organisation("xa-c"), user), actor="an")
    refusal = await refused(with_system, {"change": "delete_organisation", "id": "xa-c"})
    assert refusal.code is Refusal.IN_USE
    assert refusal.place == "organisation/xa-c"


async def test_what_is_removed_together_with_its_users_is_removed(with_system):
    await with_system.write(change_set(organisation("xa-c"), code("H99.7", "xa-c")), actor="an")
    removal = [
        {"change": "delete_organisation", "id": "xa-c"},
        {"change": "delete_code", "code": "H99.7"},
    ]
    assert (await with_system.write(change_set(*removal), actor="an")).changed == 2
    assert await Queries(with_system.engine).one("organisation", "xa-c") is None
    assert (await with_system.write(change_set(*removal), actor="an")).changed == 0


async def test_an_entity_that_no_longer_names_another_frees_it(with_system):
    await with_system.write(change_set(organisation("xa-c"), code("H99.7", "xa-c")), actor="an")
    freed = {"change": "delete_code", "code": "H99.7"}
    moved = code("H99.7", "xa-a")
    gone = {"change": "delete_organisation", "id": "xa-c"}
    assert (await with_system.write(change_set(freed, moved, gone), actor="an")).changed == 2


async def test_a_suspended_system_stays_suspended_when_it_is_put_again(with_system):
    await with_system.write(
        change_set({"change": "suspend_system", "system": "he-thong-a"}), actor="an"
    )
    await with_system.write(change_set(system()), actor="an")
    found = await Queries(with_system.engine).one("system", "he-thong-a")
    assert found is not None
    assert found["state"] == "suspended"
    await with_system.write(
        change_set({"change": "resume_system", "system": "he-thong-a"}), actor="an"
    )
    found = await Queries(with_system.engine).one("system", "he-thong-a")
    assert found is not None
    assert found["state"] == "active"


RETIRE = {"change": "delete_system", "system": "he-thong-a"}


@pytest.mark.parametrize("change", [system(), {"change": "resume_system", "system": "he-thong-a"}])
async def test_a_retired_system_never_comes_back(with_system, change):
    await with_system.write(change_set(RETIRE), actor="an")
    assert (await with_system.write(change_set(RETIRE), actor="an")).changed == 0
    assert (await refused(with_system, change)).code is Refusal.RETIRED


async def test_nothing_may_name_a_retired_system(with_system):
    await with_system.write(change_set(RETIRE), actor="an")
    assert (await refused(with_system, endpoint())).code is Refusal.UNKNOWN_ENTITY


@pytest.mark.parametrize(
    "user", [endpoint(), right(), system("he-thong-b", representatives=["he-thong-a"])]
)
async def test_a_system_that_something_names_is_not_retired(with_system, user):
    await with_system.write(change_set(user), actor="an")
    assert (await refused(with_system, RETIRE)).code is Refusal.IN_USE


async def test_a_type_has_one_system_in_each_organisation(with_system):
    await with_system.write(change_set(system("he-thong-b"), endpoint()), actor="an")
    other = endpoint(system="he-thong-b", types=[ISSUED, RECEIVED])
    assert (await refused(with_system, other)).code is Refusal.ENDPOINT_TAKEN


async def test_two_systems_for_one_type_are_refused_in_one_version_too(with_system):
    both = [system("he-thong-b"), endpoint(), endpoint(system="he-thong-b")]
    assert (await refused(with_system, *both)).code is Refusal.ENDPOINT_TAKEN


async def test_a_type_moves_to_another_system_in_one_version(with_system):
    await with_system.write(change_set(system("he-thong-b"), endpoint()), actor="an")
    move = [
        endpoint(system="he-thong-b"),
        {"change": "delete_endpoint", "organisation": "xa-a", "system": "he-thong-a"},
    ]
    assert (await with_system.write(change_set(*move), actor="an")).changed == 2


@pytest.mark.parametrize(
    "change", [organisation(parent="xa-a"), system(representatives=["he-thong-a"])]
)
async def test_nothing_is_its_own_parent_or_representative(with_system, change):
    assert (await refused(with_system, change)).code is Refusal.NOT_ITSELF


async def test_a_published_schema_never_changes(control):
    await control.write(change_set(schema()), actor="an")
    assert (await control.write(change_set(schema()), actor="an")).changed == 0
    refusal = await refused(control, schema(title="khác"))
    assert refusal.code is Refusal.ALREADY_PUBLISHED


async def test_a_schema_that_differs_only_to_a_validator_is_another_schema(control):
    await control.write(change_set(schema(enum=[1])), actor="an")
    # 1 == True in Python.
    assert (await refused(control, schema(enum=[True]))).code is Refusal.ALREADY_PUBLISHED


@pytest.mark.parametrize(
    "change",
    [
        schema("thu-nghiem:1.0", **{"$id": "urn:hub:schema:thu-nghiem:1.1"}),
        schema(**{"$id": "urn:hub:schema:dossier.received:1.0"}),
        schema(properties={"a": {"$ref": "https://vi-du.example/schema"}}),
        schema(properties={"a": {"typo": 1}}),
        schema(minLength=-1),
        schema(pattern="(a{1000}){1000}"),
        {"change": "publish_schema", "schema_name": "thu-nghiem:1.0", "document": {}},
        schema(title="\ud800"),
        schema(maximum=2**70),
    ],
)
async def test_a_schema_that_is_not_safe_to_run_is_not_published(control, change):
    assert (await refused(control, change)).code is Refusal.UNSAFE_SCHEMA


async def test_a_cycle_is_refused_however_it_is_made(with_system):
    await with_system.write(change_set(organisation("b", parent="xa-a")), actor="an")
    made = organisation("xa-a", parent="b")
    assert (await refused(with_system, made)).code == Refusal.CYCLE
    taken = organisation("b", state="merged", successors=["c"])
    back = organisation("c", state="merged", successors=["b"])
    assert (await refused(with_system, taken, back)).code == Refusal.CYCLE


async def test_on_no_day_does_a_code_mean_two_organisations(with_system):
    await with_system.write(change_set(organisation("b")), actor="an")
    await with_system.write(change_set(code("H99.7", valid_to="2025-06-30")), actor="an")
    both = code("H99.7", "b", valid_from="2025-06-30")
    assert (await refused(with_system, both)).code == Refusal.CODE_TAKEN
    after = code("H99.7", "b", valid_from="2025-07-01")
    assert (await with_system.write(change_set(after), actor="an")).changed == 1
    found = await Queries(with_system.engine).one("code", "H99.7")
    assert found is not None
    assert found["organisation"] == "b"
    assert found["earlier"][0]["organisation"] == "xa-a"


async def test_the_trail_keeps_how_a_repaired_code_was_spelt(with_system):
    await with_system.write(change_set(code("000 27.24.H99")), actor="an")
    assert await Queries(with_system.engine).one("code", "000.27.24.H99")
    async with with_system.engine.connect() as connection:
        kept = (await connection.execute(select(tables.trail_entities.c.after))).scalars().all()
    assert {"spelt": "000 27.24.H99", "repairs": ["blank_for_dot"]} in kept
