"""Subscriptions: who asked for a type gets it, as far as sender and subscription both allow."""

import pytest
from lgsp_message.reason import Reason

from hub.decision.events import Event
from hub.decision.pipeline import decide
from tests import support
from tests.support import DOSSIER, NOW, Remembered, build_rules, changed, stamped

CENTRE = {
    "system/centre": {"organisation": "org-agent"},
    **changed("right/1", recipients=["urn:hub:all"]),
    **changed("right/2", recipients=["urn:hub:all"]),
}


def rules_with(*, extra=None, **fields):
    record = {"system": "centre", "type": DOSSIER, **fields}
    return build_rules(CENTRE | {"subscription/s1": record} | (extra or {}))


def decided(rules, *, peer=None, body=support.GOOD_BODY, **changes):
    changes = {"recipients": None, **changes}
    return decide(stamped(body, peer=peer, **changes), rules, Remembered(), NOW)


def gets(rules, **changes):
    decision = decided(rules, **changes)
    return [delivery.system for delivery in decision.deliveries]


def told(decision):
    return decision.entries[0].event


def test_without_recipients_the_subscriptions_decide_and_the_audit_names_them():
    decision = decided(rules_with())
    assert [one.system for one in decision.deliveries] == ["centre"]
    assert told(decision).detail["recipients"] == ["centre"]
    assert told(decision).detail["subscriptions"] == ["s1"]


def test_nobody_who_wants_it_is_a_refusal_and_not_a_loss():
    decision = decided(rules_with(state="paused"))
    assert (decision.outcome, told(decision).reason) == (Event.REFUSED, Reason.NO_RECIPIENT)


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_only_an_active_subscription_counts(state):
    assert gets(rules_with()) == ["centre"]
    assert gets(rules_with(state=state)) == []


def test_an_addressed_message_is_nobody_elses_unless_the_subscription_asks_for_copies():
    to_one = {"recipients": support.TO_RECEIVER}
    assert gets(rules_with(), **to_one) == ["receiver"]
    assert gets(rules_with(copies=True), **to_one) == ["receiver", "centre"]


def test_a_subscriber_that_is_addressed_too_gets_it_once():
    rules = rules_with(system="receiver", copies=True)
    decision = decided(rules, recipients=support.TO_RECEIVER)
    assert [one.address for one in decision.deliveries] == [support.TO_RECEIVER]


def test_a_subscription_gives_no_right_that_the_sender_has_not():
    narrow = changed("right/1", recipients=[support.TO_RECEIVER])
    assert gets(rules_with(extra=narrow)) == []
    named = changed("right/1", recipients=["urn:hub:system:centre"])
    assert gets(rules_with(extra=named)) == ["centre"]


def test_what_a_system_sent_or_handed_in_never_comes_back_to_it():
    assert gets(rules_with(system="sender")) == []
    assert gets(rules_with(system="agent"), peer="agent") == []
    assert gets(rules_with(system="agent")) == ["agent"]


def test_a_suspended_subscriber_does_not_stop_the_others():
    suspended = {
        "subscription/s0": {"system": "other", "type": DOSSIER},
        **changed("system/other", state="suspended"),
    }
    assert gets(rules_with(extra=suspended)) == ["centre"]


@pytest.mark.parametrize(
    ("sources", "fits"),
    [
        (["urn:hub:system:sender"], True),
        (["urn:hub:org:H99"], True),
        (["urn:hub:org:H99.02"], False),
        (["urn:hub:group:communes"], False),
        (["urn:hub:system:broker", "urn:hub:org:H99"], True),
    ],
)
def test_sources_are_systems_agencies_and_groups(sources, fits):
    assert bool(gets(rules_with(sources=sources))) is fits


def test_an_area_is_an_agency_and_all_below_it_also_of_who_is_spoken_for():
    tree = changed("organisation/org-sender", parent="org-agent")
    assert gets(rules_with(areas=["org-agent"], extra=tree)) == ["centre"]
    assert gets(rules_with(areas=["org-other"], extra=tree)) == []
    by_broker = {"source": "urn:hub:system:broker", "onbehalf": "urn:hub:org:H99"}
    assert gets(rules_with(areas=["org-sender"]), **by_broker) == ["centre"]


def test_a_circle_in_the_hierarchy_ends_the_walk():
    circle = changed("organisation/org-sender", parent="org-agent") | changed(
        "organisation/org-agent", parent="org-sender"
    )
    assert gets(rules_with(areas=["org-other"], extra=circle)) == []
    assert gets(rules_with(areas=["org-agent"], extra=circle)) == ["centre"]


def test_versions_are_minor_versions_of_the_schema():
    assert gets(rules_with(versions=["1.0"])) == ["centre"]
    assert gets(rules_with(versions=["1.1"])) == []


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"fact": "state", "one_of": [2]}, True),
        ({"fact": "state", "one_of": [True]}, False),
        ({"fact": "state", "at_least": 2, "at_most": 2}, True),
        ({"fact": "state", "at_least": 3}, False),
        ({"fact": "procedure", "one_of": ["1.000000.H99"]}, True),
        ({"fact": "procedure", "at_least": 1}, False),
        ({"fact": "refused_at", "one_of": ["never"]}, False),
    ],
)
def test_conditions_are_about_declared_facts_of_the_body(condition, fits):
    assert bool(gets(rules_with(conditions=[condition]))) is fits


def test_all_conditions_must_hold():
    both = [{"fact": "state", "one_of": [2]}, {"fact": "procedure", "one_of": ["khác"]}]
    assert gets(rules_with(conditions=both)) == []


def test_the_order_of_the_records_changes_no_decision():
    two = {"subscription/s0": {"system": "other", "type": DOSSIER}}
    forward = decided(rules_with(extra=two))
    backward = decided(
        build_rules(
            dict(reversed((CENTRE | two).items()))
            | {"subscription/s1": {"system": "centre", "type": DOSSIER}}
        )
    )
    assert forward.deliveries == backward.deliveries
