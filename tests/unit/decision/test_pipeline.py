"""What holds for every message: any bytes end in a decision, and the same input in the same one."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.reason import Reason
from lgsp_message.values import Place, Received
from msgspec.structs import replace

from hub.decision.admission import claims
from hub.decision.events import Decision, Event
from hub.decision.pipeline import decide
from hub.io.kafka.codec import read_ingress
from tests.support import (
    GOOD_BODY,
    NOW,
    Remembered,
    build_rules,
    good_attributes,
    key_for,
    key_name,
    key_record,
    refusal_of,
    signed,
    stamp,
    stamped,
)

RULES = build_rules()
GOOD = stamped()
NAMES = st.sampled_from([*good_attributes(), "onbehalf", "objects", "expirytime", "other"])
ATTRIBUTES = st.just(GOOD.attributes) | st.dictionaries(NAMES, st.text(max_size=20))
SIGNATURES = st.just(GOOD.signature) | st.none() | st.text(max_size=30)
BODIES = st.just(GOOD_BODY) | st.binary(max_size=60)


def reason_of(decision):
    return decision.entries[0].event.reason


@given(ATTRIBUTES, BODIES, SIGNATURES, st.booleans())
def test_any_message_ends_in_one_decision(attributes, body, signature, proven):
    received = Received(attributes=attributes, body=body, signature=signature)
    received = stamp(received, peer="sender") if proven else received
    decision = decide(received, RULES, Remembered(), NOW)
    assert isinstance(decision, Decision)
    assert decision.outcome in {Event.ADMITTED, Event.REFUSED}
    assert (decision.outcome is Event.ADMITTED) == (bool(decision.deliveries))


@given(ATTRIBUTES, BODIES, SIGNATURES)
def test_admission_admits_or_refuses_and_nothing_else(attributes, body, signature):
    received = Received(attributes=attributes, body=body, signature=signature)
    refusal = refusal_of(lambda: claims(received, "sender", RULES))
    assert refusal is None or refusal.reason in set(Reason)


STAMP_HEADERS = ("hub_peer", "hub_received_at", "hub_objects", "hub_mac")
HEADERS = st.sampled_from(["ce_id", "ce_source", "content-type", "hub-signature", *STAMP_HEADERS])


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=20) | st.none())), st.none() | st.binary())
def test_any_record_on_the_ingress_topic_ends_in_a_decision(headers, value):
    received = read_ingress(headers, dict(headers), value, Place(partition=3, offset=9))
    decision = decide(received, RULES, Remembered(), NOW)
    assert reason_of(decision) == Reason.NOT_ADMITTED
    assert decision.entries[0].partition == 3


@given(st.binary(max_size=200) | st.sampled_from([b"[" * 70, b'{"a":1,"a":2}', b"null", b"[]"]))
def test_any_body_that_its_sender_signed_ends_in_a_decision(body):
    assert decide(stamped(body), RULES, Remembered(), NOW).outcome is Event.REFUSED


@given(ATTRIBUTES, BODIES)
def test_the_same_input_gives_the_same_decision(attributes, body):
    received = stamp(Received(attributes=attributes, body=body, signature=GOOD.signature), peer="x")
    first = decide(received, RULES, Remembered(), NOW)
    assert first == decide(received, build_rules(), Remembered(), NOW)
    assert first == decide(replace(received), RULES, Remembered(), NOW)


def test_a_repetition_gets_the_same_answer_and_one_delivery_even_signed_anew():
    memory = Remembered()
    memory.remember(decide(GOOD, RULES, memory, NOW))
    for again in (GOOD, stamped(), stamp(signed(), at=NOW + timedelta(hours=1))):
        decision = memory.remember(decide(again, RULES, memory, NOW + timedelta(hours=1)))
        assert decision.outcome is Event.DUPLICATE
        assert decision.deliveries == ()
        assert decision.remembered == ()


def test_a_repetition_gets_its_old_answer_even_if_rights_have_changed():
    memory = Remembered()
    memory.remember(decide(GOOD, RULES, memory, NOW))
    without = build_rules({"right/1": None, "endpoint/org-receiver/receiver": None})
    assert decide(GOOD, without, memory, NOW).outcome is Event.DUPLICATE


@pytest.mark.parametrize("changes", [{"subject": "other"}, {"priority": "urgent"}])
def test_the_same_id_with_other_content_is_refused(changes):
    memory = Remembered()
    memory.remember(decide(GOOD, RULES, memory, NOW))
    assert reason_of(decide(stamped(**changes), RULES, memory, NOW)) == Reason.ID_REUSED
    assert reason_of(decide(stamped(GOOD_BODY + b" "), RULES, memory, NOW)) == Reason.ID_REUSED


def test_ids_of_two_senders_do_not_meet():
    memory = Remembered()
    memory.remember(decide(GOOD, RULES, memory, NOW))
    other = stamped(source="urn:hub:system:broker")
    assert decide(other, RULES, memory, NOW).outcome is Event.ADMITTED


def test_what_was_refused_may_be_sent_again_with_the_same_id_and_other_content():
    memory = Remembered()
    refused = memory.remember(decide(stamped(b"{}"), RULES, memory, NOW))
    assert refused.outcome is Event.REFUSED
    assert decide(GOOD, RULES, memory, NOW).outcome is Event.ADMITTED


@pytest.mark.parametrize(
    ("offset", "reason"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, microseconds=1), Reason.CLOCK_AHEAD),
        (timedelta(days=-30), None),
        (timedelta(days=-30, microseconds=-1), Reason.TOO_OLD),
    ],
)
def test_the_window_of_time_is_exact(offset, reason):
    decision = decide(stamped(time=(NOW + offset).isoformat()), RULES, Remembered(), NOW)
    assert reason_of(decision) == reason


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "RS256", "PS256"])
def test_every_algorithm_is_admitted_with_the_key_it_was_registered_for(algorithm):
    key = key_for(algorithm)
    rules = build_rules({key_name("sender", key): key_record(key, algorithm)})
    signed_with_it = stamped(key=key, algorithm=algorithm)
    assert decide(signed_with_it, rules, Remembered(), NOW).outcome is Event.ADMITTED


def test_an_rsa_key_serves_the_one_algorithm_it_was_registered_for():
    key = key_for("RS256")
    rules = build_rules({key_name("sender", key): key_record(key, "PS256")})
    decision = decide(stamped(key=key, algorithm="RS256"), rules, Remembered(), NOW)
    assert reason_of(decision) == Reason.ALGORITHM_MISMATCH


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "good"),
    [
        (NOW, None, True),
        (NOW + timedelta(microseconds=1), None, False),
        (None, NOW, False),
        (None, NOW + timedelta(microseconds=1), True),
    ],
)
def test_a_key_is_valid_from_its_first_moment_until_its_last(valid_from, valid_to, good):
    key = key_for("Ed25519")
    times = {"valid_from": valid_from, "valid_to": valid_to}
    record = key_record(key, **{n: at and at.isoformat() for n, at in times.items()})
    rules = build_rules({key_name("sender", key): record})
    outcome = decide(stamped(key=key), rules, Remembered(), NOW)
    assert reason_of(outcome) == (None if good else Reason.KEY_NOT_VALID)
