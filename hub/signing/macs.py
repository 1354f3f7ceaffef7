"""The hub's message authentication codes: admission stamp, delivery token, mark of an officer.

All are statements of the hub to itself, so a shared secret is enough (RFC 2104, HMAC-SHA256);
what others must be able to check is in the transparency log.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from lgsp_message.keys import b64url, unb64url
from lgsp_message.reason import Reason, Refused

_TOKEN_BYTES: Final = 16
"""128 bits of the MAC: beyond guessing, and short enough to travel with each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MacKeys:
    """The hub's secrets by key id. New MACs use `current`; old ones stay checkable."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)


def stamp_mac(
    macs: MacKeys, *, peer: str, received_at: str, objects: str, signature: str, body_hash: bytes
) -> str:
    """Return the MAC of an admission stamp, bound to the message it stands on."""
    parts = (b"stamp", peer.encode(), received_at.encode(), objects.encode(), signature.encode())
    return _mac(macs, macs.current, (*parts, body_hash))


def stamp_is_genuine(
    macs: MacKeys,
    mac: str,
    *,
    peer: str,
    received_at: str,
    objects: str,
    signature: str,
    body_hash: bytes,
) -> bool:
    """Say whether the hub itself wrote this stamp for this message."""
    key_id = mac.partition(".")[0]
    if key_id not in macs.keys:
        return False
    parts = (b"stamp", peer.encode(), received_at.encode(), objects.encode(), signature.encode())
    return _same(_mac(macs, key_id, (*parts, body_hash)), mac)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a genuine delivery token says."""

    partition: int
    """The audit partition of the message: its whole history stands there."""
    body_hash: bytes


def delivery_token(
    macs: MacKeys, *, source: str, id: str, recipient: str, body_hash: bytes, partition: int
) -> str:
    """Return the token that a recipient echoes in its receipts: `key.partition.hash.mac`."""
    parts = _token_parts(source, id, recipient, body_hash, partition)
    mac = _mac(macs, macs.current, parts, _TOKEN_BYTES)
    key_id, _, value = mac.partition(".")
    return f"{key_id}.{partition}.{b64url(body_hash)}.{value}"


def read_delivery_token(
    macs: MacKeys, token: str, *, source: str, id: str, recipient: str
) -> Delivered:
    """Return what the token says if the hub made it for this message and this recipient.

    Raises:
        Refused: `BAD_DELIVERY_TOKEN`.
    """
    try:
        key_id, partition_text, hash_text, value = token.split(".")
        partition, body_hash = int(partition_text), unb64url(hash_text)
        known = macs.keys[key_id]
    except (ValueError, KeyError):
        raise Refused(Reason.BAD_DELIVERY_TOKEN, "not a token of this hub") from None
    if str(partition) != partition_text:  # int() also reads "+5", " 5" and other digits.
        raise Refused(Reason.BAD_DELIVERY_TOKEN, "not a token of this hub")
    parts = _token_parts(source, id, recipient, body_hash, partition)
    expected = b64url(_digest(known, parts)[:_TOKEN_BYTES])
    if not _same(expected, value):
        raise Refused(Reason.BAD_DELIVERY_TOKEN, "made for another message or recipient")
    return Delivered(partition=partition, body_hash=body_hash)


def command_mac(macs: MacKeys, command: bytes) -> str:
    """Return the MAC of a command that the hub gives itself through `hub.ingress`."""
    return _mac(macs, macs.current, (b"command", command))


def command_is_genuine(macs: MacKeys, mac: str, command: bytes) -> bool:
    """Say whether the hub itself gave this command."""
    key_id = mac.partition(".")[0]
    if key_id not in macs.keys:
        return False
    return _same(_mac(macs, key_id, (b"command", command)), mac)


def officer_mark(macs: MacKeys, stamp: str, *, source: str, code: str) -> str:
    """Return what stands for an officer in events: the same for the same, and no name.

    Keyed, because officers' codes are few and guessable: a plain hash would be undone by trying
    them all. `stamp`: the MAC of the message's admission stamp, whose key is used. The record
    itself says so which key it is: routers that already have a newer one, and whoever recomputes
    the decision years later, make the same mark (invariant 3).
    """
    parts = (b"officer", source.encode(), code.encode())
    return _mac(macs, stamp.partition(".")[0], parts, _TOKEN_BYTES)


def _token_parts(
    source: str, id: str, recipient: str, body_hash: bytes, partition: int
) -> tuple[bytes, ...]:
    return (
        b"delivery",
        source.encode(),
        id.encode(),
        recipient.encode(),
        body_hash,
        str(partition).encode(),
    )


def _mac(macs: MacKeys, key_id: str, parts: Sequence[bytes], length: int = 32) -> str:
    digest = _digest(macs.keys[key_id], parts)
    return f"{key_id}.{b64url(digest[:length])}"


def _digest(key: bytes, parts: Sequence[bytes]) -> bytes:
    # A copy of one that has taken the key (RFC 2104, section 4): a third of the time.
    started = _keyed(key).copy()
    started.update(_join(parts))
    return started.digest()


@lru_cache(maxsize=16)  # More than a hub ever has at once.
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _same(expected: str, claimed: str) -> bool:
    # As bytes: compare_digest raises for text that is not ASCII, and `claimed` may be anything.
    return hmac.compare_digest(expected.encode(), claimed.encode(errors="replace"))


def _join(parts: Sequence[bytes]) -> bytes:
    # Each part with its length: two different lists never make the same bytes.
    return b"".join([len(part).to_bytes(4) + part for part in parts])


def stamp_time(at: datetime) -> str:
    """Return the form in which a stamp carries its time: RFC 3339, UTC, microseconds."""
    return at.isoformat(timespec="microseconds")
