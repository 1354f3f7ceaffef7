"""The signature: what was signed is what is verified, to the bit, and only for this hub."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.jws import content_hash, decode, verify
from lgsp_message.keys import ALGORITHMS, b64url, sign, unb64url, verifying_key
from lgsp_message.limits import MAX_SIGNATURE_CHARS
from lgsp_message.reason import Reason, Refused
from msgspec.structs import replace

from tests.support import HUB, good_attributes, key_for, key_of, refusal_of, signature_of, signed

KEY = verifying_key(key_of("sender").public_key(), "ES256")
GOOD = signed()


def message(received, key=KEY):
    return verify(decode(received, HUB), key)


def spelt(subject, **options):
    """A genuine signature over a header that another JSON library wrote."""
    key = key_of("sender")
    protected, _, _ = signature_of(signed(subject=subject)).partition(".")
    header = json.loads(unb64url(protected))
    turned = {name: header[name] for name in reversed(list(header))}
    turned["ce"] = {name: header["ce"][name] for name in reversed(list(header["ce"]))}
    written = b64url(json.dumps(turned, **options).encode())
    data = f"{written}.".encode() + GOOD.body
    return replace(
        signed(subject=subject), signature=f"{written}..{b64url(sign(key, 'ES256', data))}"
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_was_signed_is_a_message(algorithm):
    key = key_for(algorithm)
    received = signed(key=key, algorithm=algorithm)
    verified = message(received, verifying_key(key.public_key(), algorithm))
    assert verified.body is received.body
    assert verified.attributes.text == received.attributes


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(st.data())
def test_one_changed_bit_anywhere_is_refused(algorithm, data):
    key = key_for(algorithm)
    good = signed(key=key, algorithm=algorithm)
    parts = {"body": good.body, "signature": signature_of(good).encode()}
    name = data.draw(st.sampled_from(sorted(parts)))
    bit = data.draw(st.integers(0, len(parts[name]) * 8 - 1))
    changed = bytearray(parts[name])
    changed[bit // 8] ^= 1 << bit % 8
    raw = bytes(changed)
    signature = raw.decode("latin-1")
    bad = replace(good, body=raw) if name == "body" else replace(good, signature=signature)
    refusal = refusal_of(lambda: message(bad, verifying_key(key.public_key(), algorithm)))
    assert refusal is not None


@given(st.text(max_size=40) | st.text("abAQ.-_=", max_size=20))
def test_any_text_as_a_signature_is_our_refusal(text):
    refusal = refusal_of(lambda: decode(replace(GOOD, signature=text), HUB))
    assert refusal is not None
    assert refusal.reason in {Reason.SIGNATURE_MISSING, Reason.SIGNATURE_MALFORMED}


HEADERS = st.dictionaries(
    st.sampled_from(["typ", "alg", "kid", "hub", "b64", "crit", "ce", "jwk"]),
    st.sampled_from(["hub-msg+jws", "ES256", HUB, False, ["b64"], good_attributes(), {}, None, 1])
    | st.dictionaries(st.text(max_size=3), st.text(max_size=3) | st.integers()),
)


@given(HEADERS | st.lists(st.integers()) | st.text())
def test_any_header_is_our_refusal_or_an_envelope(header):
    written = b64url(json.dumps(header).encode())
    refusal = refusal_of(lambda: decode(replace(GOOD, signature=f"{written}..AAAA"), HUB))
    assert refusal is None or refusal.reason in set(Reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"b64": True},
        {"b64": 0},
        {"crit": []},
        {"crit": ["b64", "exp"]},
        {"alg": None},
        {"kid": ["x"]},
        {"hub": [HUB]},
        {"ce": [["id", "1"]]},
        {"ce": {**good_attributes(), "id": 1}},
        {"jku": "https://example.vn/keys"},
        {"jwk": {}},
    ],
)
def test_a_protected_header_has_exactly_its_members(changes):
    header = json.loads(unb64url(signature_of(GOOD).partition(".")[0])) | changes
    written = b64url(json.dumps(header).encode())
    with pytest.raises(Refused) as refusal:
        decode(replace(GOOD, signature=f"{written}..AAAA"), HUB)
    assert refusal.value.reason is Reason.SIGNATURE_MALFORMED


def test_a_name_that_stands_twice_in_the_header_is_refused():
    text = unb64url(signature_of(GOOD).partition(".")[0]).replace(b'{"typ"', b'{"alg":"x","typ"', 1)
    with pytest.raises(Refused) as refusal:
        decode(replace(GOOD, signature=f"{b64url(text)}..AAAA"), HUB)
    assert refusal.value.reason is Reason.SIGNATURE_MALFORMED


def test_an_endless_signature_is_refused_before_it_is_read():
    with pytest.raises(Refused) as refusal:
        decode(replace(GOOD, signature="A" * (MAX_SIGNATURE_CHARS + 1)), HUB)
    assert refusal.value.reason is Reason.SIGNATURE_MALFORMED


def test_an_attached_payload_is_refused():
    protected, _, value = signature_of(GOOD).split(".")
    attached = replace(GOOD, signature=f"{protected}.{b64url(GOOD.body)}.{value}")
    with pytest.raises(Refused) as refusal:
        decode(attached, HUB)
    assert refusal.value.reason is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize("name", sorted(good_attributes()))
def test_a_copy_that_differs_or_is_missing_is_named(name):
    for copies in (
        {**GOOD.attributes, name: "other"},
        {key: value for key, value in GOOD.attributes.items() if key != name},
    ):
        with pytest.raises(Refused) as refusal:
            decode(replace(GOOD, attributes=copies), HUB)
        assert (refusal.value.reason, refusal.value.place) == (Reason.ATTRIBUTE_MISMATCH, name)


def test_the_same_content_has_one_hash_however_it_is_signed_or_spelt():
    subject = "Hồ sơ ậ"
    ways = [signed(subject=subject), signed(subject=subject)]
    ways.append(spelt(subject, ensure_ascii=True, indent=1))
    assert len({received.signature for received in ways}) == len(ways)
    assert len({message(received).content_hash for received in ways}) == 1


@pytest.mark.parametrize(
    "other",
    [
        signed(subject="another"),
        signed(subject=None),
        signed(GOOD.body + b" "),
        signed(priority="normal"),
    ],
)
def test_other_content_has_another_hash(other):
    assert message(other).content_hash != message(GOOD).content_hash


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_the_hash_tells_attributes_apart(one, other):
    assert (content_hash(bytes(32), one) == content_hash(bytes(32), other)) == (one == other)


def test_the_largest_lawful_message_has_room_for_its_signature():
    """200 addresses and 100 objects, all as long as they may be, still fit into the header."""
    recipients = " ".join(f"urn:hub:org:{n:03}{'a' * 61}" for n in range(200))
    objects = " ".join(f"sha256:{n:064x}" for n in range(100))
    long = "ậ" * 256
    received = signed(recipients=recipients, objects=objects, subject=long, correlationid=long)
    assert message(received).attributes.recipients
