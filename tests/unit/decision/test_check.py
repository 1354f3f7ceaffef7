"""The dry run: all errors at once, and the same verdict as the real decision."""

import orjson
import pytest

from hub.answers import Answer
from hub.decision.check import check
from hub.decision.pipeline import decide
from tests import support
from tests.support import NOW, Remembered


def found(message, *, peer="sender", held=(), admitted=None, rules=None):
    return check(
        message,
        peer,
        frozenset(held),
        rules or support.build_rules(),
        admitted or Remembered(),
        NOW,
    )


def reasons(findings):
    return {(finding.reason.value, finding.place) for finding in findings}


def test_a_good_message_has_no_findings():
    assert found(support.signed()) == ()


def test_every_bad_attribute_is_named():
    bad = support.signed(id="has space", subject="", priority="now", time="yesterday")
    assert {
        ("attribute_invalid", "id"),
        ("attribute_invalid", "subject"),
        ("attribute_invalid", "priority"),
        ("attribute_invalid", "time"),
    } <= reasons(found(bad))


def test_a_missing_and_an_unknown_attribute_are_both_named():
    bad = support.signed(type=None, colour="red")
    assert {("attribute_missing", "type"), ("attribute_invalid", "ce")} <= reasons(found(bad))


def test_every_broken_place_of_the_body_is_named_although_the_signature_is_bad():
    body = orjson.dumps({"dossier_code": 5, "state": "two"})
    bad = support.signed(body, key=support.key_of("receiver"))
    named = reasons(found(bad))
    assert {("schema_violation", "/state"), ("schema_violation", "/dossier_code")} <= named
    assert ("unknown_key", "kid") in named


def test_rights_and_recipients_are_told_to_a_proven_sender_only():
    many = "urn:hub:org:H99.77 urn:hub:org:H99.01 urn:hub:system:sender"
    named = reasons(found(support.signed(recipients=many)))
    assert {place for _, place in named} == {"recipients/0", "recipients/2"}
    forged = support.signed(recipients=many, key=support.key_of("receiver"))
    assert reasons(found(forged)) == {("unknown_key", "kid")}


def test_missing_objects_hide_nothing_else():
    name = "sha256:" + "0" * 64
    bad = support.signed(objects=name, type="vn.gov.dossier.step.v1")
    assert ("unknown_object", "objects") in reasons(found(bad))
    assert ("not_permitted", "type") in reasons(found(bad))
    assert found(support.signed(objects=name), held=[name]) == ()


def test_a_reused_id_is_named():
    admitted = Remembered()
    admitted.answers["sender", "msg-0001"] = Answer(content_hash=b"other", decided_at=0)
    assert reasons(found(support.signed(), admitted=admitted)) == {("id_reused", "id")}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"recipients": None},
        {"hub": "hub-sandbox"},
        {"time": "2026-11-22T03:06:00Z"},
        {"time": "2026-09-01T00:00:00Z"},
        {"expirytime": "2026-11-22T02:00:00Z"},
        {"dataschema": support.RECEIPT_SCHEMA},
        {"type": "vn.gov.dossier.step.v1"},
        {"body": b"{"},
        {"body": b'{"a": 1, "a": 2}'},
    ],
)
def test_the_reason_of_the_real_decision_is_among_the_findings(changes):
    rules = support.build_rules()
    message = support.signed(**changes)
    (entry, *_) = decide(support.stamp(message), rules, Remembered(), NOW).entries
    named = {finding.reason.value for finding in found(message, rules=rules)}
    assert named == set() if entry.event.reason is None else entry.event.reason in named
