"""Where a role counts."""

import pytest

from hub.control.people.accounts import grants_of, kept_grants
from hub.control.people.arrivals import granted
from hub.control.people.rights import Action, Grant, Person, Role, Scope, Via, parse_groups

RECEIVED = "vn.gov.dossier.received.v1"
OF_SO = Grant(role=Role.OPERATOR, organisation="so-mau", within=frozenset({"so-mau", "xa-a"}))
OF_TYPE = Grant(role=Role.OPERATOR, types=frozenset({RECEIVED}))
OF_BOTH = Grant(
    role=Role.OPERATOR,
    organisation="so-mau",
    within=frozenset({"so-mau", "xa-a"}),
    types=frozenset({RECEIVED}),
)


def person(*grants):
    return Person(name="binh", via=Via.SESSION, grants=grants)


@pytest.mark.parametrize(
    ("grant", "organisation", "type", "allowed"),
    [
        (Grant(role=Role.OPERATOR), "xa-b", None, True),
        (OF_SO, "xa-a", None, True),
        (OF_SO, "xa-b", RECEIVED, False),
        (OF_TYPE, "xa-b", RECEIVED, True),
        (OF_TYPE, "xa-b", "vn.khac.v1", False),
        (OF_TYPE, "xa-b", None, False),
        (OF_BOTH, "xa-a", RECEIVED, True),
        (OF_BOTH, "xa-b", RECEIVED, False),
        (OF_BOTH, "xa-a", "vn.khac.v1", False),
        # An organisation that was never expanded is nobody's: absence is refusal.
        (Grant(role=Role.OPERATOR, organisation="so-mau"), "so-mau", None, False),
    ],
)
def test_a_grant_counts_in_its_place_only(grant, organisation, type, allowed):
    assert Scope(grants=(grant,)).allows(organisation, type) is allowed


def test_a_scope_is_made_of_the_grants_that_allow_the_action_alone():
    somebody = person(Grant(role=Role.AUDITOR), OF_SO)
    assert somebody.scope(Action.VIEW_METADATA).whole
    assert somebody.scope(Action.RETRY).grants == (OF_SO,)
    assert not somebody.scope(Action.RETRY).whole
    assert not somebody.may(Action.MANAGE_USERS)


def test_without_grants_nothing_is_allowed():
    assert not any(person().may(action) for action in Action)
    assert person().actions() == frozenset()


def test_roles_are_kept_and_read_back_as_they_were():
    grants = (Grant(role=Role.AUDITOR), OF_TYPE, Grant(role=Role.CLERK, organisation="so-mau"))
    assert grants_of(kept_grants(grants)) == grants


def test_a_role_that_this_version_does_not_know_gives_nothing():
    assert grants_of([{"role": "all-powerful"}]) == ()


def test_groups_give_roles_and_repeated_ones_count_once():
    groups = parse_groups({"a": ["operator", "clerk@xa-a"], "b": ["operator"]})
    found = granted(groups, ["a", "b", "a", "khac"])
    assert [(one.role, one.organisation) for one in found] == [
        ("operator", None),
        ("clerk", "xa-a"),
    ]


@pytest.mark.parametrize("told", [{"a": ["boss"]}, {"a": ["clerk"]}, {"a": ["clerk@"]}])
def test_a_mapping_that_says_nothing_is_an_error_at_the_start(told):
    with pytest.raises(ValueError, match=r"boss|clerk"):
        parse_groups(told)
