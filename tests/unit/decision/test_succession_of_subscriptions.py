"""A subscription outlives a reorganisation: it goes on for whoever has the place it names."""

import pytest

from tests.support import DOSSIER, build_rules, changed
from tests.unit.decision.test_subscriptions import CENTRE, gets

BY_CODE = {"sources": ["urn:hub:org:H98"]}
TODAY, YESTERDAY, TOMORROW = "2026-11-22", "2026-11-21", "2026-11-23"


def wishes(extra, **fields):
    """Rules with one subscription of the centre, and an old province `old` with the code H98."""
    old = {"name": "UBND tỉnh Mẫu Cũ", "level": "province"}
    return build_rules(
        CENTRE
        | {
            "subscription/s1": {"system": "centre", "type": DOSSIER, **fields},
            "organisation/old": old,
            "code/H98": {"organisation": "old", "scheme": "qd20"},
        }
        | extra
    )


def old(*successors, **fields):
    record = {"name": "UBND tỉnh Mẫu Cũ", "level": "province", "successors": list(successors)}
    return {"organisation/old": record | fields}


def test_a_source_that_was_merged_is_its_successor():
    assert gets(wishes({}, **BY_CODE)) == []
    assert gets(wishes(old("org-sender", state="merged"), **BY_CODE)) == ["centre"]


@pytest.mark.parametrize(("last", "fits"), [(YESTERDAY, True), (TODAY, False), (TOMORROW, False)])
@pytest.mark.parametrize("wish", [BY_CODE, {"areas": ["old"]}], ids=["source", "area"])
def test_it_goes_over_on_the_day_and_not_before(wish, last, fits):
    merged = old("org-sender", valid_to=last)
    assert bool(gets(wishes(merged, **wish))) is fits


def test_successors_are_followed_as_far_as_it_takes():
    chain = old("mid", state="merged") | {
        "organisation/mid": {
            "name": "UBND tỉnh Mẫu Giữa",
            "level": "province",
            "state": "merged",
            "successors": ["org-sender"],
        }
    }
    for wish in (BY_CODE, {"areas": ["old"]}):
        assert gets(wishes(chain, **wish)) == ["centre"]


def test_of_a_split_all_are_heard():
    split = old("org-other", "org-sender", state="closed")
    assert gets(wishes(split, **BY_CODE)) == ["centre"]
    assert gets(wishes(split, areas=["old"])) == ["centre"]


def test_an_area_goes_on_for_all_below_the_successor():
    merged = old("org-agent", state="merged")
    below = changed("organisation/org-sender", parent="org-agent")
    assert gets(wishes(merged | below, areas=["old"])) == ["centre"]


def test_the_successors_area_has_what_still_stands_under_the_merged_one():
    left = changed("organisation/org-sender", parent="old")
    merged = old("org-agent", state="merged")
    assert gets(wishes(left | merged, areas=["org-agent"])) == ["centre"]
    assert gets(wishes(left | old("org-agent", valid_to=TODAY), areas=["org-agent"])) == []
    split = old("org-agent", "org-other", state="closed")
    assert gets(wishes(left | split, areas=["org-agent"])) == []


def test_a_group_that_names_a_merged_agency_names_its_successor():
    group = {"group/old-ones": {"members": ["old"]}} | old("org-sender", state="merged")
    assert gets(wishes(group, sources=["urn:hub:group:old-ones"])) == ["centre"]


def test_a_circle_of_successors_ends():
    circle = old("org-receiver", state="merged") | changed(
        "organisation/org-receiver", state="merged", successors=["old"]
    )
    assert gets(wishes(circle, **BY_CODE)) == []
    assert gets(wishes(circle, areas=["old"])) == []
