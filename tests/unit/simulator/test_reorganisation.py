"""The reorganised day: who must have what, by the directory that the change list makes."""

from collections import Counter
from datetime import date

from simulator.agencies import Tiers
from simulator.day import plan_day
from simulator.province import Province
from simulator.reorganisation import (
    HALF,
    Reorganisation,
    late_statuses,
    new_code,
    with_neighbours,
)

DAY = date(2026, 11, 22)
PLAN = Reorganisation(province=with_neighbours(Province.of(Tiers.THREE)))
USUAL = plan_day(PLAN.province, seed=1, count=300, day=DAY)


def test_from_noon_on_nothing_comes_to_an_agency_that_is_gone():
    gone = {s.name for a in PLAN.province.agencies if a.id in PLAN.successors for s in a.systems}
    day = PLAN.plan(USUAL, DAY)
    assert any(gone & set(one.receivers) for one in day if one.at < HALF)
    good = [one for one in day if one.at >= HALF and one.fault is None]
    assert not [one for one in good if gone & set(one.receivers)]
    assert all(one.receivers for one in good)


def test_every_number_is_there_once_and_old_letters_get_statuses():
    day = PLAN.plan(USUAL, DAY)
    assert max(Counter(one.number for one in day).values()) == 1
    assert late_statuses(day) >= 2 * len(PLAN.successors)


def test_some_have_one_heir_and_some_are_split_and_no_code_is_given_twice():
    counts = {len(heirs) for heirs in PLAN.successors.values()}
    assert 1 in counts
    assert max(counts) > 1
    communes = [one for one in PLAN.province.agencies if one.level == "commune"]
    new, old = {new_code(one) for one in communes}, {one.code for one in PLAN.province.agencies}
    assert len(new) == len(communes)
    assert not new & old


def test_the_change_list_ends_what_is_gone_the_day_before():
    changes = PLAN.changes(DAY)
    ended = {one["id"]: one for one in changes if one.get("state") == "merged"}
    assert ended.keys() == PLAN.successors.keys()
    assert {one["valid_to"] for one in ended.values()} == {"2026-11-21"}
