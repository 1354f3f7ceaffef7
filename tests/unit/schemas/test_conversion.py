"""A declared mapping from one schema version to another: what it does, and what it leaves alone."""

import copy

from hub.schemas.conversion import Default, Drop, Rename, convert

BODY = {"ma": "H99-1", "co_quan": {"ten": "Mẫu"}, "ghi_chu": None}


def test_steps_are_taken_in_order_and_the_body_is_not_touched():
    before = copy.deepcopy(BODY)
    steps = (
        Rename(at="/co_quan/ten", to="/co_quan/ten_goi"),
        Default(at="/co_quan/cap", value="xa"),
        Drop(at="/ghi_chu"),
        Rename(at="/ma", to="/ma_ho_so"),
    )
    made = convert(BODY, steps)
    assert made == {"co_quan": {"ten_goi": "Mẫu", "cap": "xa"}, "ma_ho_so": "H99-1"}
    assert before == BODY


def test_what_is_absent_is_no_fault_and_makes_nothing():
    steps = (Rename(at="/x/y", to="/ma"), Drop(at="/x/y/z"), Default(at="/x/y", value=1))
    assert convert(BODY, steps) == BODY
    assert convert([1], (Drop(at="/ma"),)) == [1]


def test_a_default_never_replaces_what_is_there():
    assert convert(BODY, (Default(at="/ma", value="khac"),)) == BODY
    assert convert(BODY, (Default(at="/ghi_chu", value="khac"),)) == BODY
