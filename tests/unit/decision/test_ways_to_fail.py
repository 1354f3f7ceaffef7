"""One row for each reason: the message that gets it, and that nothing else happens to it."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.keys import b64url, unb64url
from lgsp_message.limits import MAX_BODY_BYTES, MAX_RECIPIENTS, MAX_SIGNATURE_CHARS
from lgsp_message.reason import Reason, Refused
from msgspec.structs import replace

from hub.decision.admission import claims
from hub.decision.admission import stamped as admit
from hub.decision.events import Event
from hub.decision.pipeline import decide
from hub.signing.macs import MacKeys
from tests import support
from tests.exchange_rig import World, answer_to, asked
from tests.exchange_rig import rules as exchange_rules
from tests.support import (
    NOW,
    build_rules,
    changed,
    key_name,
    key_of,
    restamp,
    signed,
    stamp,
    stamped,
)

RULES = build_rules()
SENDER_KEY = key_name("sender", key_of("sender"))
OBJECT = "sha256:" + "a" * 64


def body(**changes):
    return json.dumps({**json.loads(support.GOOD_BODY), **changes}).encode()


def reheaded(**members):
    """A good message whose protected header has other members, with the hub's stamp on it."""
    good = signed()
    protected, _, signature = support.signature_of(good).split(".")
    header = {**json.loads(unb64url(protected)), **members}
    written = b64url(json.dumps(header).encode())
    return stamp(replace(good, signature=f"{written}..{signature}"))


def copies(**changes):
    """A good message whose headers differ from what was signed."""
    good = signed()
    return stamp(replace(good, attributes={**good.attributes, **changes}))


def seen(received):
    """A memory in which a message was admitted before."""
    memory = support.Remembered()
    assert memory.remember(decide(received, RULES, memory, NOW)).outcome is Event.ADMITTED
    return memory


def receipt_with(token):
    item = {"source": "urn:hub:system:sender", "id": "msg-0001", "token": token}
    return support.statement(
        support.RECEIPT, {"stage": "delivered", "messages": [item]}, support.RECEIVER
    )


def with_objects_that_admission_did_not_check():
    good = signed(objects=OBJECT)
    unlisted = stamp(replace(good, attributes={}), peer="sender").stamp
    return replace(stamp(good), stamp=unlisted)


EMPTY = support.Remembered()
AHEAD = (NOW + timedelta(minutes=5, seconds=1)).isoformat()
LONG_AGO = (NOW - timedelta(days=30, seconds=1)).isoformat()
DEEP = b'{"a":' * 65 + b"1" + b"}" * 65
SUSPENDED = build_rules(changed("system/sender", state="suspended"))
REVOKED = build_rules(changed(SENDER_KEY, revoked=True))
COMPROMISED = build_rules(changed(SENDER_KEY, revoked=True, compromised_at=LONG_AGO))
KEY_SUSPENDED = build_rules(changed(SENDER_KEY, suspended="report"))
OUTDATED = build_rules(changed(SENDER_KEY, valid_to=NOW.isoformat()))
NO_RIGHT = build_rules({"right/1": None})
NEEDS_A_DOCUMENT = build_rules({f"document_policy/{support.DOSSIER}": {"policy": "require"}})
NO_ENDPOINT = build_rules({"endpoint/org-receiver/receiver": None})
CLOSED = build_rules(
    changed("right/1", recipients=["urn:hub:all"])
    | changed("organisation/org-receiver", state="closed")
)

EXCHANGES = exchange_rules()
ASKED = World(per_hour=1)
QUESTION = ASKED.ask()
ASKED.tell(QUESTION)

# Reason: (message, rules, memory). Each differs from a good message in one thing.
WAYS_TO_FAIL = {
    Reason.TOO_LARGE: (stamped(b" " * (MAX_BODY_BYTES + 1)), RULES, EMPTY),
    Reason.TOO_DEEP: (stamped(DEEP), RULES, EMPTY),
    Reason.MALFORMED_BODY: (stamped(b'{"a": 1, "a": 2}'), RULES, EMPTY),
    Reason.UNSUPPORTED_CONTENT_TYPE: (stamped(datacontenttype="text/xml"), RULES, EMPTY),
    Reason.ATTRIBUTE_MISSING: (stamped(time=None), RULES, EMPTY),
    Reason.ATTRIBUTE_INVALID: (stamped(id="a b"), RULES, EMPTY),
    Reason.ATTRIBUTE_MISMATCH: (copies(subject="another"), RULES, EMPTY),
    Reason.SIGNATURE_MISSING: (stamp(replace(signed(), signature=None)), RULES, EMPTY),
    Reason.SIGNATURE_MALFORMED: (reheaded(b64=True), RULES, EMPTY),
    Reason.WRONG_AUDIENCE: (stamped(hub="hub-sandbox"), RULES, EMPTY),
    Reason.UNKNOWN_OBJECT: (with_objects_that_admission_did_not_check(), RULES, EMPTY),
    Reason.NOT_ADMITTED: (replace(stamped(), stamp=None), RULES, EMPTY),
    Reason.UNKNOWN_SYSTEM: (stamped(source="urn:hub:system:nobody"), RULES, EMPTY),
    Reason.SYSTEM_INACTIVE: (stamped(), SUSPENDED, EMPTY),
    Reason.PEER_MISMATCH: (stamped(peer="other"), RULES, EMPTY),
    Reason.NOT_REPRESENTATIVE: (stamped(onbehalf="urn:hub:org:H99.01"), RULES, EMPTY),
    Reason.UNKNOWN_KEY: (stamped(key=key_of("stranger")), RULES, EMPTY),
    Reason.KEY_REVOKED: (stamped(), REVOKED, EMPTY),
    Reason.KEY_COMPROMISED: (stamped(), COMPROMISED, EMPTY),
    Reason.KEY_SUSPENDED: (stamped(), KEY_SUSPENDED, EMPTY),
    Reason.KEY_NOT_VALID: (stamped(), OUTDATED, EMPTY),
    Reason.ALGORITHM_MISMATCH: (reheaded(alg="PS256"), RULES, EMPTY),
    Reason.BAD_SIGNATURE: (stamp(replace(signed(), body=b"{}")), RULES, EMPTY),
    Reason.CLOCK_AHEAD: (stamped(time=AHEAD), RULES, EMPTY),
    Reason.TOO_OLD: (stamped(time=LONG_AGO), RULES, EMPTY),
    Reason.ID_REUSED: (stamped(body(state=1)), RULES, seen(stamped())),
    Reason.EXPIRED: (stamped(expirytime=NOW.isoformat()), RULES, EMPTY),
    Reason.NOT_PERMITTED: (stamped(), NO_RIGHT, EMPTY),
    Reason.UNKNOWN_SCHEMA: (
        stamped(dataschema="urn:hub:schema:dossier.received:1.9"),
        RULES,
        EMPTY,
    ),
    Reason.SCHEMA_MISMATCH: (stamped(dataschema=support.RECEIPT_SCHEMA), RULES, EMPTY),
    Reason.SCHEMA_VIOLATION: (stamped(body(state="hai")), RULES, EMPTY),
    Reason.DOCUMENT_MISSING: (stamped(), NEEDS_A_DOCUMENT, EMPTY),
    Reason.NO_RECIPIENT: (stamped(recipients=None), RULES, EMPTY),
    Reason.UNKNOWN_RECIPIENT: (stamped(), CLOSED, EMPTY),
    Reason.NO_ENDPOINT: (stamped(), NO_ENDPOINT, EMPTY),
    Reason.BAD_DELIVERY_TOKEN: (receipt_with("k2.5.AAAA.AAAA"), RULES, EMPTY),
    Reason.DEADLINE_MISSING: (asked(expirytime=None), EXCHANGES, EMPTY),
    Reason.NAMES_A_PERSON: (asked(subject="mẫu"), EXCHANGES, EMPTY),
    Reason.OFFICER_LIMIT: (asked("q-2"), ASKED.rules, ASKED.memory),
    Reason.NO_ANSWER_TO: (answer_to(QUESTION, correlationid="q-9"), EXCHANGES, EMPTY),
    Reason.ALREADY_ANSWERED: (answer_to(QUESTION, "a-2"), ASKED.rules, ASKED.memory),
    Reason.UNKNOWN_MESSAGE: (support.withdrawal("never-sent"), RULES, EMPTY),
}

ELSEWHERE = {
    Reason.SECRET_MARKING: "admission looks for it, before anything is written",
}
"""Reasons that no decision gives, and where they are given."""


@pytest.mark.parametrize("reason", WAYS_TO_FAIL)
def test_each_way_to_fail_is_refused_with_its_reason_and_nothing_else_happens(reason):
    received, rules, memory = WAYS_TO_FAIL[reason]
    decision = decide(received, rules, memory, NOW)
    (entry,) = decision.entries
    assert entry.event.reason == reason
    assert entry.event.event is Event.REFUSED
    assert decision.deliveries == ()
    assert decision.remembered == ()
    assert decision.received is received


def test_every_reason_has_a_row():
    assert set(Reason) == set(WAYS_TO_FAIL) | set(ELSEWHERE)
    assert not set(WAYS_TO_FAIL) & set(ELSEWHERE)


def test_a_good_message_is_none_of_them():
    assert decide(stamped(), RULES, EMPTY, NOW).outcome is Event.ADMITTED


@pytest.mark.parametrize("reason", WAYS_TO_FAIL)
def test_a_refused_message_may_be_sent_again_and_is_decided_anew(reason):
    received, rules, memory = WAYS_TO_FAIL[reason]
    assert decide(received, rules, memory, NOW) == decide(received, rules, memory, NOW)
    if received.attributes.get("id") == "msg-0001" and memory is EMPTY:
        assert decide(stamped(), RULES, memory, NOW).outcome is Event.ADMITTED


@pytest.mark.parametrize("reason", WAYS_TO_FAIL)
def test_a_refusal_names_only_ids_that_keep_the_grammar(reason):
    received, rules, memory = WAYS_TO_FAIL[reason]
    (entry,) = decide(received, rules, memory, NOW).entries
    assert entry.event.id in {"", received.attributes["id"]}
    assert " " not in entry.event.id


ADMISSION_REFUSES = {
    Reason.TOO_LARGE: signed(b" " * (MAX_BODY_BYTES + 1)),
    Reason.SIGNATURE_MISSING: replace(signed(), signature=""),
    Reason.SIGNATURE_MALFORMED: replace(signed(), signature="a" * (MAX_SIGNATURE_CHARS + 1)),
    Reason.ATTRIBUTE_MISSING: signed(type=None),
    Reason.ATTRIBUTE_INVALID: signed(
        recipients=" ".join(f"urn:hub:org:A{n}" for n in range(MAX_RECIPIENTS + 1))
    ),
    Reason.UNSUPPORTED_CONTENT_TYPE: signed(datacontenttype="application/json; charset=utf-8"),
    Reason.PEER_MISMATCH: signed(source="urn:hub:system:other"),
    Reason.SECRET_MARKING: signed(body(note="[TỐI MẬT] (mẫu)")),
}


@pytest.mark.parametrize("reason", ADMISSION_REFUSES)
def test_admission_refuses_before_anything_is_written(reason):
    with pytest.raises(Refused) as refusal:
        claims(ADMISSION_REFUSES[reason], "sender", RULES)
    assert refusal.value.reason is reason


@pytest.mark.parametrize(
    "marked", [signed(subject="Kế hoạch (MẬT)"), signed(correlationid="Kế hoạch (MẬT)")]
)
def test_a_marking_in_an_attribute_is_refused_too(marked):
    with pytest.raises(Refused) as refusal:
        claims(marked, "sender", RULES)
    assert refusal.value.reason is Reason.SECRET_MARKING


def test_a_representative_hands_in_unless_it_is_suspended():
    assert claims(signed(), "agent", RULES).source == "sender"
    assert decide(stamped(peer="agent"), RULES, EMPTY, NOW).outcome is Event.ADMITTED
    suspended = build_rules(changed("system/agent", state="suspended"))
    with pytest.raises(Refused) as refusal:
        claims(signed(), "agent", suspended)
    assert refusal.value.reason is Reason.PEER_MISMATCH
    (entry,) = decide(stamped(peer="agent"), suspended, EMPTY, NOW).entries
    assert entry.event.reason == Reason.PEER_MISMATCH


def test_an_object_of_somebody_else_is_unknown():
    other = "sha256:" + "b" * 64
    message = signed(objects=f"{OBJECT} {other}")
    claim = claims(message, "sender", RULES)
    with pytest.raises(Refused) as refusal:
        admit(message, "sender", claim, {OBJECT}, support.MACS, NOW)
    assert refusal.value.reason is Reason.UNKNOWN_OBJECT
    admitted = admit(message, "sender", claim, {OBJECT, other}, support.MACS, NOW)
    written = replace(admitted, place=support.PLACE)
    assert decide(written, RULES, EMPTY, NOW).outcome is Event.ADMITTED


STAMPED = stamped(objects=OBJECT)


@pytest.mark.parametrize(
    "forged",
    [
        restamp(STAMPED, peer="agent"),
        restamp(STAMPED, objects=()),
        restamp(STAMPED, received_at=NOW + timedelta(days=1)),
        restamp(STAMPED, mac="k9.AAAA"),
        restamp(STAMPED, mac="k2.ậ"),
        restamp(STAMPED, mac=""),
        replace(STAMPED, body=STAMPED.body + b" "),
        replace(stamped(id="other"), stamp=STAMPED.stamp),
        stamp(signed(), macs=MacKeys(current="k2", keys={"k2": bytes(32)})),
    ],
    ids=["peer", "objects", "time", "key id", "not ASCII", "empty", "body", "moved", "other hub"],
)
def test_a_forged_stamp_is_not_admitted(forged):
    (entry,) = decide(forged, RULES, EMPTY, NOW).entries
    assert entry.event.reason == Reason.NOT_ADMITTED


def test_an_old_mac_key_still_proves_stamps():
    old = MacKeys(current="k1", keys=support.MACS.keys)
    assert decide(stamp(signed(), macs=old), RULES, EMPTY, NOW).outcome is Event.ADMITTED


WORD = "GiáTrịRiêngTư"
VALUES = st.recursive(
    st.sampled_from([WORD, f"{WORD}\n", 5, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just(WORD), inner, max_size=2),
    max_leaves=5,
)
FIELDS = st.sampled_from([WORD, "note", "state", "officer", "fees", "extensions", "receipt"])


@given(st.dictionaries(FIELDS, VALUES, max_size=4))
def test_a_refusal_never_repeats_the_body(fields):
    decision = decide(stamped(body(**fields)), RULES, EMPTY, NOW)
    for entry in decision.entries:
        assert WORD not in f"{entry.event.reason} {entry.event.place} {entry.event.detail}"
