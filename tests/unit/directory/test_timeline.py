"""Reorganisations are told from what the directory holds, once each, past and ahead."""

from datetime import date, timedelta

import pytest

from hub.directory.organisations import Organisation
from hub.directory.timeline import Turn, happenings

DAY = date(2025, 7, 1)
BEFORE = DAY - timedelta(days=1)
EARLIER = date(2008, 8, 1)


def organisation(id, **fields):
    return Organisation(**{"id": id, "name": id, "level": "commune", "active": True} | fields)


def ended(id, *successors, **fields):
    return organisation(id, valid_to=BEFORE, successors=successors, **fields)


def told(*organisations, line):
    known = {one.id: one for one in organisations}
    return [(one.turn, one.day, one.before, one.after) for one in happenings(known, line)]


@pytest.mark.parametrize(
    ("organisations", "turn", "before", "after"),
    [
        ((ended("a", "n"), ended("b", "n"), organisation("n")), Turn.MERGED, "ab", "n"),
        ((ended("a", "n"), organisation("n", valid_from=DAY)), Turn.SUCCEEDED, "a", "n"),
        ((ended("a", "n", "m"), organisation("n"), organisation("m")), Turn.SPLIT, "a", "mn"),
        (
            (ended("a", "n", "m"), ended("b", "n"), organisation("n"), organisation("m")),
            Turn.REORGANISED,
            "ab",
            "mn",
        ),
        ((ended("a"),), Turn.ABOLISHED, "a", ""),
    ],
)
def test_a_reorganisation_is_told_once_with_all_who_took_part(organisations, turn, before, after):
    assert told(*organisations, line={"a", "n"}) == [(turn, DAY, tuple(before), tuple(after))]


def test_who_was_there_before_absorbs_and_was_founded_on_its_own_day():
    lines = told(ended("a", "n"), organisation("n", valid_from=EARLIER), line={"a", "n"})
    assert lines == [
        (Turn.FOUNDED, EARLIER, (), ("n",)),
        (Turn.ABSORBED, DAY, ("a",), ("n",)),
    ]


def test_endings_of_two_days_are_two_reorganisations_though_both_led_to_the_same():
    other = organisation("b", valid_to=EARLIER, successors=("n",))
    lines = told(ended("a", "n"), other, organisation("n"), line={"n", "a", "b"})
    assert [(day, before) for _, day, before, _ in lines] == [
        (EARLIER + timedelta(days=1), ("b",)),
        (DAY, ("a",)),
    ]


def test_what_befell_others_only_is_not_told_and_an_unknown_day_comes_first():
    known = (
        organisation("a", active=False, successors=("n",)),
        organisation("n", valid_from=DAY),
        ended("stranger"),
    )
    assert told(*known, line={"a", "n"}) == [(Turn.SUCCEEDED, None, ("a",), ("n",))]
