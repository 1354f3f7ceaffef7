"""A part of a name without accents, or any code however spelt, leads to the organisation."""

from datetime import date

import pytest

from hub.directory.finding import Finder, Found
from hub.directory.organisations import Code, Directory, Organisation, Tenure


def named(id, name):
    return Organisation(id=id, name=name, level="commune", active=True)


DIRECTORY = Directory(
    organisations={
        one.id: one
        for one in (
            named("xa-mau", "Ủy ban nhân dân xã Mẫu Đường"),
            named("so-mau", "Sở Mẫu"),
            named("xa-cu", "UBND xã Cũ (mẫu)"),
        )
    },
    codes={
        "000.00.61.H99": Code(organisation="xa-mau"),
        "H99.61": Code(organisation="xa-mau", earlier=(Tenure("xa-cu", None, date(2025, 6, 30)),)),
        "H99.61.01": Code(organisation="so-mau"),
    },
    groups={},
    groups_of={},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("duong MAU", [Found("xa-mau")]),
        ("mẫu", [Found("so-mau"), Found("xa-cu"), Found("xa-mau")]),
        (
            "h99 61",
            [Found("xa-mau", "H99.61"), Found("xa-cu", "H99.61"), Found("so-mau", "H99.61.01")],
        ),
        ("61.H99", [Found("xa-mau", "000.00.61.H99")]),
        ("so-mau", [Found("so-mau")]),
        ("không có", []),
        (" ", []),
        ("%", []),
    ],
)
def test_a_person_finds_by_name_by_code_and_by_the_code_of_old(text, found):
    assert list(Finder().find(DIRECTORY, text, 10)) == found


def test_a_new_name_is_found_and_the_old_one_no_more():
    finder = Finder()
    assert finder.find(DIRECTORY, "so mau", 1)
    changed = {**DIRECTORY.organisations, "so-mau": named("so-mau", "Phòng Mẫu")}
    newer = Directory(organisations=changed, codes={}, groups={}, groups_of={})
    assert [one.id for one in finder.find(newer, "phong", 5)] == ["so-mau"]
    assert finder.find(newer, "so mau", 5) == ()
