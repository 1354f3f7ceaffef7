"""Write the test vectors: messages for implementers in other languages.

`python -m tests.vectors.make` writes `valid/*.json` and `invalid/*.json` beside this file; a test
says that they are what it would write. Each holds what a verifier is given (hub, public key, its
algorithm, headers as attributes, body, signature) and what it must answer. PS256 is left out: its
signatures are random.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lgsp_message.jws import decode, protected_header, verify
from lgsp_message.keys import (
    b64url,
    load_jwk,
    public_jwk,
    sign,
    thumbprint,
    unb64url,
    verifying_key,
)
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received
from msgspec.structs import replace

from tests.support import GOOD_BODY, HUB, good_attributes, key_for, signature_of, signed

FOLDER = Path(__file__).parent
ED = key_for("Ed25519")


def es256(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign as RFC 6979 says, so that every run writes the same bytes."""
    r, s = decode_dss_signature(
        key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    )
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def valid() -> Iterator[tuple[str, str, Received, str]]:
    """Name, what it shows, the message, the algorithm."""
    yield "ed25519", "an Ed25519 signature", signed(key=ED), "Ed25519"
    rsa = signed(key=key_for("RS256"), algorithm="RS256")
    yield "rs256", "an RSA signature", rsa, "RS256"
    yield "es256", "a P-256 signature, R and S of 32 bytes each", _es256(), "ES256"
    yield "unicode", "a subject with diacritics, NFC", signed(key=ED, subject="Hồ sơ Ậ"), "Ed25519"
    spelt = _header(GOOD, indent=2, ensure_ascii=True)
    yield "header-spelt-otherwise", "the protected header may be spelt in any way", spelt, "Ed25519"
    empty = signed(b"", key=ED)
    yield "body-empty", "what the body is, is no part of the signature", empty, "Ed25519"


def invalid() -> Iterator[tuple[Reason, str, Received]]:
    """Reason, what it shows, the message (Ed25519)."""
    yield Reason.BAD_SIGNATURE, "one-bit-of-the-body", replace(GOOD, body=GOOD_BODY + b" ")
    other = signed(key=ED, subject="another")
    swapped = f"{_part(GOOD, 0)}..{_part(other, 2)}"
    yield Reason.BAD_SIGNATURE, "signature-of-another", replace(GOOD, signature=swapped)
    yield Reason.WRONG_AUDIENCE, "another-hub", signed(key=ED, hub="hub-sandbox")
    yield Reason.ALGORITHM_MISMATCH, "another-algorithm", _header(GOOD, {"alg": "ES256"})
    changed = replace(GOOD, attributes={**GOOD.attributes, "subject": "another"})
    yield Reason.ATTRIBUTE_MISMATCH, "header-differs", changed
    yield Reason.ATTRIBUTE_MISSING, "no-time", signed(key=ED, time=None)
    yield Reason.ATTRIBUTE_INVALID, "subject-not-nfc", signed(key=ED, subject="A\u0323\u0302")
    yield Reason.SIGNATURE_MISSING, "no-signature", replace(GOOD, signature=None)
    for name, members in (
        ("payload-encoded", {"b64": True}),
        ("other-typ", {"typ": "JWT"}),
        ("more-members", {"jku": "https://example.vn/jwks"}),
        ("crit-empty", {"crit": []}),
    ):
        yield Reason.SIGNATURE_MALFORMED, name, _header(GOOD, members)
    padded = replace(GOOD, signature=signature_of(GOOD) + "==")
    yield Reason.SIGNATURE_MALFORMED, "padded-base64", padded
    attached = f"{_part(GOOD, 0)}.{b64url(GOOD_BODY)}.{_part(GOOD, 2)}"
    yield Reason.SIGNATURE_MALFORMED, "payload-attached", replace(GOOD, signature=attached)
    twice = unb64url(_part(GOOD, 0)).replace(b"{", b'{"alg":"none",', 1)
    named = f"{b64url(twice)}..{_part(GOOD, 2)}"
    yield Reason.SIGNATURE_MALFORMED, "name-twice", replace(GOOD, signature=named)


GOOD = signed(key=ED)


def vectors() -> dict[str, dict[str, Any]]:
    """Return every vector by its path below this folder."""
    good = {
        f"valid/{name}.json": _vector(shows, received, algorithm)
        for name, shows, received, algorithm in valid()
    }
    bad = {
        f"invalid/{reason}-{name}.json": _vector(name.replace("-", " "), received, "Ed25519")
        for reason, name, received in invalid()
    }
    return good | bad


def answer(vector: Mapping[str, Any]) -> dict[str, str]:
    """Return what a verifier answers: the content hash, or the reason of its refusal."""
    received = Received(
        attributes=vector["attributes"],
        body=base64.b64decode(vector["body_base64"]),
        signature=vector["hub_signature"],
    )
    key = verifying_key(load_jwk(vector["jwk"]), vector["alg"])
    try:
        message = verify(decode(received, vector["hub"]), key)
    except Refused as refusal:
        return {"refused": refusal.reason.value}
    return {"content_sha256": message.content_hash.hex()}


def _vector(shows: str, received: Received, algorithm: str) -> dict[str, Any]:
    vector = {
        "shows": shows,
        "hub": HUB,
        "alg": algorithm,
        "jwk": public_jwk(key_for(algorithm).public_key()),
        "attributes": dict(received.attributes),
        "body_base64": base64.b64encode(received.body).decode(),
        "hub_signature": received.signature,
    }
    return {**vector, "expected": answer(vector)}


def _es256() -> Received:
    key, attributes = key_for("ES256"), good_attributes()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    kid = thumbprint(public_jwk(key.public_key()))
    protected = protected_header(attributes, algorithm="ES256", key_id=kid, hub=HUB)
    value = b64url(es256(key, protected.encode() + b"." + GOOD_BODY))
    return Received(attributes=attributes, body=GOOD_BODY, signature=f"{protected}..{value}")


def _header(
    received: Received, members: Mapping[str, Any] | None = None, **options: Any
) -> Received:
    """Return a message that was truly signed over a header with other members or spelling."""
    header = {**json.loads(unb64url(_part(received, 0))), **(members or {})}
    protected = b64url(json.dumps(header, **options).encode())
    value = b64url(sign(ED, "Ed25519", f"{protected}.".encode() + received.body))
    return replace(received, signature=f"{protected}..{value}")


def _part(received: Received, number: int) -> str:
    return signature_of(received).split(".")[number]


def main() -> None:
    """Write the files."""
    for name, vector in vectors().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(vector, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
