"""Keys: four algorithms, one spelling of base64url, nothing weaker by another name."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.keys import (
    ALGORITHMS,
    KeyUnusable,
    b64url,
    default_algorithm,
    load_jwk,
    public_jwk,
    sign,
    thumbprint,
    unb64url,
    verifying_key,
)

from tests.support import key_for

P384 = ec.derive_private_key(7, ec.SECP384R1())
K256 = ec.derive_private_key(7, ec.SECP256K1())


@given(st.binary(max_size=80))
def test_base64url_there_and_back(data):
    assert unb64url(b64url(data)) == data


@given(st.text(max_size=12) | st.text("AQgw-_+/= \n", max_size=8))
def test_only_one_spelling_of_the_same_bytes_is_read(text):
    try:
        data = unb64url(text)
    except ValueError:
        return
    assert b64url(data) == text


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q+", "Q/", "QQ\n", "ậ", " QQ"])
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  (its subclasses differ, and none has a text of ours)
        unb64url(text)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(st.binary(max_size=64), st.integers(0), st.integers(0, 7))
def test_what_was_signed_verifies_and_one_changed_bit_does_not(algorithm, data, place, bit):
    key = key_for(algorithm)
    check = verifying_key(key.public_key(), algorithm).check
    signature = sign(key, algorithm, data)
    check(signature, data)
    changed = bytearray(signature)
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(InvalidSignature):
        check(bytes(changed), data)
    with pytest.raises(InvalidSignature):
        check(signature, data + b"\0")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(st.binary(max_size=300))
def test_any_bytes_as_a_signature_are_only_invalid(algorithm, signature):
    check = verifying_key(key_for(algorithm).public_key(), algorithm).check
    with pytest.raises(InvalidSignature):
        check(signature, b"data")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_serves_only_its_own_kind_of_algorithm(algorithm):
    for other in {*ALGORITHMS, "none", "HS256", "EdDSA", "ES384"} - {algorithm, "RS256", "PS256"}:
        with pytest.raises(KeyUnusable):
            verifying_key(key_for(algorithm).public_key(), other)
        with pytest.raises(KeyUnusable):
            sign(key_for(algorithm), other, b"data")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_jwk_there_and_back_keeps_key_and_thumbprint(algorithm):
    jwk = public_jwk(key_for(algorithm).public_key())
    assert public_jwk(load_jwk(jwk)) == jwk
    assert verifying_key(load_jwk(jwk), algorithm).thumbprint == thumbprint(jwk)


def test_the_thumbprint_is_the_one_of_the_standard():
    """RFC 7638, section 3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    assert thumbprint({"e": "AQAB", "kty": "RSA", "n": n}) == (
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )


def test_the_default_algorithm_fits_the_key():
    assert [default_algorithm(key_for(name)) for name in ALGORITHMS] == [
        "ES256",
        "Ed25519",
        "PS256",
        "PS256",
    ]


@pytest.mark.parametrize("key", [P384, K256])
def test_other_curves_are_refused_by_name(key):
    for use in (
        lambda: public_jwk(key.public_key()),
        lambda: verifying_key(key.public_key(), "ES256"),
        lambda: sign(key, "ES256", b"data"),
    ):
        with pytest.raises(KeyUnusable, match="P-256"):
            use()


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": 5},
        {"kty": ["EC"]},
        {"kty": "RSA", "e": "AQAB", "n": "===="},
        {**public_jwk(key_for("Ed25519").public_key()), "d": "AAAA"},
    ],
)
def test_a_jwk_that_makes_no_key_is_unusable_and_nothing_worse(bad):
    with pytest.raises(KeyUnusable):
        load_jwk(bad)


@pytest.mark.parametrize("spelling", [1, 2**255 - 18, 1 + 2**255, 2**255 - 20])
def test_an_ed25519_key_of_small_order_is_refused_in_every_spelling(spelling):
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64url(spelling.to_bytes(32, "little"))}
    with pytest.raises(KeyUnusable):
        verifying_key(load_jwk(jwk), "Ed25519")


def test_rsa_keys_outside_the_limits_are_refused():
    small = rsa.RSAPublicNumbers(65537, (1 << 1023) + 1).public_key()
    huge = rsa.RSAPublicNumbers(65537, (1 << 8191) + 1).public_key()
    slow = rsa.RSAPublicNumbers((1 << 40) + 1, (1 << 2047) + 1).public_key()
    for key in (small, huge, slow):
        with pytest.raises(KeyUnusable):
            verifying_key(key, "PS256")
