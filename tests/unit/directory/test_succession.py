"""A code is never forgotten: it leads to whoever has the place of its organisation."""

from datetime import date, timedelta

import pytest

from hub.directory.organisations import Code, Directory, Organisation, Tenure, Via
from hub.directory.tree import below, children, cycle

DAY = date(2025, 7, 1)
BEFORE = DAY - timedelta(days=1)


def organisation(id, **fields):
    return Organisation(**{"id": id, "name": id, "level": "commune", "active": True} | fields)


def directory(*organisations, **codes):
    return Directory(
        organisations={one.id: one for one in organisations},
        codes={name.replace("_", "."): code for name, code in codes.items()},
        groups={},
        groups_of={},
    )


MERGED = organisation("a", valid_to=BEFORE, successors=("b",))
SPLIT = organisation("d", level="district", active=False, successors=("a", "c"))
B, C = organisation("b"), organisation("c")
WORLD = directory(
    MERGED,
    SPLIT,
    B,
    C,
    organisation("e", active=False),
    H99_01=Code(organisation="a"),
    H99_02=Code(organisation="b", valid_to=BEFORE),
    H99_03=Code(organisation="d"),
    H99_04=Code(organisation="e"),
    H99_05=Code(organisation="b", valid_from=DAY, earlier=(Tenure("c", None, BEFORE),)),
)


@pytest.mark.parametrize(
    ("code", "day", "to", "via"),
    [
        ("H99.01", BEFORE, ("a",), ()),
        ("H99.01", DAY, ("b",), (Via.SUCCEEDED,)),
        ("h99 01", DAY, ("b",), (Via.RESPELT, Via.SUCCEEDED)),
        ("H99.02", BEFORE, ("b",), ()),
        ("H99.02", DAY, ("b",), (Via.CODE_ENDED,)),
        ("H99.03", DAY, ("b", "c"), (Via.SUCCEEDED,)),
        ("H99.04", DAY, (), (Via.SUCCEEDED,)),
        ("H99.05", BEFORE, ("c",), ()),
        ("H99.05", DAY, ("b",), ()),
        ("H99.77", DAY, (), ()),
    ],
)
def test_a_code_leads_to_who_is_there_on_the_day(code, day, to, via):
    way = WORLD.way(code, day)
    assert (way.to, way.via) == (to, via)


def test_one_that_is_yet_to_come_takes_nobodys_place():
    world = directory(
        organisation("x", active=False, successors=("y",)),
        organisation("y", valid_from=DAY),
        H99_01=Code(organisation="x"),
    )
    assert world.way("H99.01", BEFORE).to == ()
    assert world.way("H99.01", DAY).to == ("y",)


def test_a_cycle_that_slipped_in_ends_the_search_all_the_same():
    world = directory(
        organisation("x", active=False, successors=("y",)),
        organisation("y", active=False, successors=("x",)),
    )
    assert world.heirs("x", DAY) == ()


def test_a_cycle_is_found_however_deep():
    deep = {str(n): [str(n + 1)] for n in range(10_000)}
    assert cycle(deep, ["0"]) == ()
    assert len(cycle(deep | {"10000": ["1"]}, ["0"])) == 10_001
    assert cycle({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, ["a"]) == ()


def test_a_group_by_place_is_the_nearest_of_a_level_in_two_and_in_three_tiers():
    province = organisation("p", level="province")
    department = organisation("s", level="province", parent="p")
    unit = organisation("s1", level="province", parent="s")
    district = organisation("h", level="district", parent="p")
    commune = organisation("x1", parent="h")
    direct = organisation("x2", parent="p")
    known = {one.id: one for one in (province, department, unit, district, commune, direct)}
    tree = children(known)
    assert below(known, tree, "p", "province") == ("s",)
    assert below(known, tree, "p", "commune") == ("x1", "x2")
