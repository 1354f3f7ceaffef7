"""The dry run: it says what the decision would say, and everything at once."""

import pytest
from lgsp_message.reason import Reason

from hub.decision.check import check
from hub.decision.pipeline import decide
from tests.support import NOW, Remembered, build_rules, good_attributes, signed, stamped
from tests.unit.decision.test_ways_to_fail import WAYS_TO_FAIL

RULES = build_rules()
NOTHING: frozenset[str] = frozenset()


def found(received, rules=RULES, memory=None, peer="sender"):
    findings = check(received, peer, NOTHING, rules, memory or Remembered(), NOW)
    return {(finding.reason, finding.place) for finding in findings}


def test_a_good_message_has_no_findings():
    assert found(signed()) == set()


@pytest.mark.parametrize("reason", sorted(set(WAYS_TO_FAIL) - {Reason.NOT_ADMITTED}))
def test_it_finds_what_the_decision_would_refuse(reason):
    received, rules, memory = WAYS_TO_FAIL[reason]
    peer = received.stamp.peer if received.stamp else "sender"
    reasons = {finding for finding, _ in found(received, rules, memory, peer)}
    assert reason in reasons


def test_it_finds_everything_at_once():
    received = signed(
        b'{"state": "hai"}',
        id="a b",
        time="yesterday",
        priority="high",
        objects="sha256:" + "a" * 64,
    )
    assert {
        (Reason.ATTRIBUTE_INVALID, "id"),
        (Reason.ATTRIBUTE_INVALID, "time"),
        (Reason.ATTRIBUTE_INVALID, "priority"),
        (Reason.UNKNOWN_OBJECT, "objects"),
        (Reason.SCHEMA_VIOLATION, "/state"),
    } <= found(received)


def test_each_address_is_told_by_its_place():
    recipients = "urn:hub:org:H99.01 urn:hub:org:H99.77 urn:hub:system:agent"
    places = {place for _, place in found(signed(recipients=recipients))}
    assert places == {"recipients/1", "recipients/2"}


def test_a_stranger_learns_nothing_about_rights_and_recipients():
    forged = signed(recipients="urn:hub:org:H99.77", source="urn:hub:system:other")
    assert found(forged) == {(Reason.PEER_MISMATCH, "source")}


def test_a_missing_attribute_does_not_hide_the_next():
    attributes = good_attributes(type=None, time=None, subject="")
    received = signed(type=None, time=None, subject="")
    assert received.attributes == attributes
    assert {
        (Reason.ATTRIBUTE_MISSING, "type"),
        (Reason.ATTRIBUTE_MISSING, "time"),
        (Reason.ATTRIBUTE_INVALID, "subject"),
    } <= found(received)


def test_nothing_is_remembered():
    memory = Remembered()
    check(signed(), "sender", NOTHING, RULES, memory, NOW)
    assert not memory.answers
    assert decide(stamped(), RULES, memory, NOW).deliveries
