"""Signatures of Standard Webhooks 1.0.0: `v1` HMAC-SHA256, `v1a` ed25519, several at once.

Signed are the bytes `{id}.{timestamp}.{body}`. Secrets are `whsec_`, `whsk_`, `whpk_` and base64.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

_SECRET_BYTES: Final = range(24, 65)
_SEED_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of one side. Several secrets at once are a rotation."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    """`whsec_…`, for signing and verifying."""
    signing: tuple[str, ...] = field(default=(), repr=False)
    """`whsk_…`: a seed of 32 bytes, or the seed and the public key."""
    public: tuple[str, ...] = ()
    """`whpk_…`."""

    def __post_init__(self) -> None:
        for each in self.secrets:
            if len(_bytes(each, "whsec_")) not in _SECRET_BYTES:
                raise ValueError("whsec_: from 24 to 64 bytes")


def sign(keys: Keys, id_: str, timestamp: int, body: bytes) -> str:
    """Return `webhook-signature` with one signature of each key."""
    content = _content(id_, str(timestamp), body)
    made = [f"v1,{_text(_hmac(each, content))}" for each in keys.secrets]
    for each in keys.signing:
        private = Ed25519PrivateKey.from_private_bytes(_bytes(each, "whsk_")[:_SEED_BYTES])
        made.append(f"v1a,{_text(private.sign(content))}")
    return " ".join(made)


def fits(keys: Keys, id_: str, timestamp: str, header: str, body: bytes) -> bool:
    """Return whether one of the signatures was made by one of the keys, over the raw body."""
    content = _content(id_, timestamp, body)
    return any(_one_fits(keys, version, given, content) for version, given in _parts(header))


def public_of(signing: str) -> str:
    """Return the `whpk_` of a `whsk_`."""
    private = Ed25519PrivateKey.from_private_bytes(_bytes(signing, "whsk_")[:_SEED_BYTES])
    return "whpk_" + _text(private.public_key().public_bytes_raw())


def secret_from(raw: bytes, prefix: str = "whsec_") -> str:
    """Return bytes in the written form."""
    return prefix + _text(raw)


def _one_fits(keys: Keys, version: str, given: bytes, content: bytes) -> bool:
    if version == "v1":
        return any([hmac.compare_digest(given, _hmac(each, content)) for each in keys.secrets])  # noqa: C419  (all are tried)
    if version == "v1a":
        return any(_ed25519_fits(each, given, content) for each in keys.public)
    return False


def _ed25519_fits(public: str, given: bytes, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public, "whpk_")).verify(given, content)
    except InvalidSignature:
        return False
    return True


def _parts(header: str) -> Iterator[tuple[str, bytes]]:
    for each in header.split():
        version, _, text = each.partition(",")
        try:
            yield version, base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue


def _content(id_: str, timestamp: str, body: bytes) -> bytes:
    return f"{id_}.{timestamp}.".encode() + body


def _hmac(secret: str, content: bytes) -> bytes:
    return hmac.new(_bytes(secret, "whsec_"), content, hashlib.sha256).digest()


def _bytes(text: str, prefix: str) -> bytes:
    if not text.startswith(prefix):
        raise ValueError(f"not {prefix}")
    return base64.b64decode(text.removeprefix(prefix), validate=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
