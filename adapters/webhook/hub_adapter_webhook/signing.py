"""Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256, `v1a` is Ed25519.

What is signed is `{id}.{timestamp}.{body}`; the header holds one signature for each key, parted by
spaces, so that a key can be replaced without a moment at which nobody accepts the other's.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from lgsp_adapter import Fatal

TOLERANCE_SECONDS: Final = 300
"""How old or how far ahead a signed call may be: what was recorded cannot be replayed later."""

_SHARED: Final = "whsec_"
_PRIVATE: Final = "whsk_"
_PUBLIC: Final = "whpk_"
_SHARED_BYTES: Final = range(24, 65)
_KEY_BYTES: Final = 32
_PAIR_BYTES: Final = 64
"""Some libraries write seed and public key together."""

Sign = Callable[[bytes], str]
Verify = Callable[[bytes, str], bool]


def signers(secrets: Sequence[str]) -> list[Sign]:
    """Return what signs with each secret (`whsec_…` or `whsk_…`), its key prepared once.

    Raises:
        Fatal: a secret has another form. The text names its place in the list, not its value.
    """
    return [_signer(secret, place) for place, secret in enumerate(secrets)]


def verifiers(secrets: Sequence[str]) -> list[Verify]:
    """Return what verifies with each secret (`whsec_…` or `whpk_…`).

    Raises:
        Fatal: as `signers`; also where there is none, because nothing would be checked.
    """
    if not secrets:
        raise Fatal("no webhook secret: nobody could be told from anybody")
    return [_verifier(secret, place) for place, secret in enumerate(secrets)]


def header(signs: Sequence[Sign], id_: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    content = signed_content(id_, str(timestamp), body)
    return " ".join(sign(content) for sign in signs)


def verified(verifies: Sequence[Verify], content: bytes, value: str) -> bool:
    """Say whether any signature of the header is that of any key.

    Every pair is compared, whatever was found before: time does not tell which key matched.
    """
    found = [verify(content, text) for text in value.split(" ")[:20] for verify in verifies]
    return any(found)


def signed_content(id_: str, timestamp: str, body: bytes) -> bytes:
    """Return the bytes that are signed."""
    return b"%s.%s.%s" % (id_.encode(), timestamp.encode(), body)


def _signer(secret: str, place: int) -> Sign:
    if secret.startswith(_PRIVATE):
        raw = _decoded(secret, _PRIVATE, (_KEY_BYTES, _PAIR_BYTES), place)
        key = Ed25519PrivateKey.from_private_bytes(raw[:_KEY_BYTES])
        return lambda content: "v1a," + base64.b64encode(key.sign(content)).decode()
    return _hmac_signer(_decoded(secret, _SHARED, _SHARED_BYTES, place))


def _hmac_signer(raw: bytes) -> Sign:
    prepared = hmac.new(raw, digestmod=hashlib.sha256)

    def sign(content: bytes) -> str:
        # A copy, so that the key is set up once and not with each of 500 calls a second.
        state = prepared.copy()
        state.update(content)
        return "v1," + base64.b64encode(state.digest()).decode()

    return sign


def _verifier(secret: str, place: int) -> Verify:
    if secret.startswith(_PUBLIC):
        key = Ed25519PublicKey.from_public_bytes(_decoded(secret, _PUBLIC, (_KEY_BYTES,), place))
        return lambda content, text: _is_signed(key, content, text)
    sign = _hmac_signer(_decoded(secret, _SHARED, _SHARED_BYTES, place))
    return lambda content, text: hmac.compare_digest(sign(content).encode(), text.encode())


def _is_signed(key: Ed25519PublicKey, content: bytes, text: str) -> bool:
    if not text.startswith("v1a,"):
        return False
    try:
        key.verify(base64.b64decode(text[4:], validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(secret: str, prefix: str, sizes: Sequence[int], place: int) -> bytes:
    try:
        raw = base64.b64decode(secret.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not secret.startswith(prefix) or len(raw) not in sizes:
        # From None and without a value: a cause would quote a secret.
        raise Fatal(f"webhook secret {place + 1}: not a key of the form {prefix}<base64>")
    return raw
