"""Admission: what is checked before anything shared is written. One function for every way in."""

import hashlib
from collections.abc import Set as AbstractSet
from datetime import datetime

from lgsp_message.attributes import Attributes, parse_attributes
from lgsp_message.keys import unb64url
from lgsp_message.limits import MAX_BODY_BYTES, MAX_SIGNATURE_CHARS
from lgsp_message.reason import Reason, Refused
from lgsp_message.secrecy import is_marked_secret
from lgsp_message.values import Received, Stamp
from msgspec.structs import replace

from hub.decision.rules import Rules
from hub.signing.macs import MacKeys, stamp_mac, stamp_time


def claims(received: Received, peer: str, rules: Rules) -> Attributes:
    """Check what the bytes alone and the peer tell; return the claimed attributes.

    Raises:
        Refused: `TOO_LARGE`, `SIGNATURE_MISSING`, `SIGNATURE_MALFORMED`, `ATTRIBUTE_…`,
            `UNSUPPORTED_CONTENT_TYPE`, `PEER_MISMATCH`, `SECRET_MARKING`.
    """
    if len(received.body) > MAX_BODY_BYTES:
        raise Refused(Reason.TOO_LARGE, f"a body has at most {MAX_BODY_BYTES} bytes")
    if not received.signature:
        raise Refused(Reason.SIGNATURE_MISSING, "no hub-signature", "hub-signature")
    if len(received.signature) > MAX_SIGNATURE_CHARS or not received.signature.isascii():
        raise Refused(Reason.SIGNATURE_MALFORMED, "not header..signature", "hub-signature")
    claim = parse_attributes(received.attributes)
    if not rules.may_hand_in(peer, claim.source):
        raise Refused(Reason.PEER_MISMATCH, "the peer may not hand in for this source", "source")
    # Invariant 9: the marking is looked for before anything shared is written.
    words = (claim.subject or "").encode(), (claim.correlationid or "").encode()
    if is_marked_secret(received.body, *words, _protected(received.signature)):
        raise Refused(Reason.SECRET_MARKING, "state secrets may not pass through the hub")
    return claim


def _protected(signature: str) -> bytes:
    """Return the protected header's bytes, to be searched only; empty where it is not base64url.

    It repeats the attributes, perhaps others than the copies outside: it too would be stored.
    """
    try:
        return unb64url(signature.partition(".")[0])
    except ValueError:
        return b""


def stamped(
    received: Received,
    peer: str,
    claim: Attributes,
    held: AbstractSet[str],
    macs: MacKeys,
    now: datetime,
) -> Received:
    """Return the message with the hub's stamp. `held`: those of its objects it may refer to.

    Raises:
        Refused: `UNKNOWN_OBJECT`, also for an object that exists but is not this source's.
    """
    if not held >= set(claim.objects):
        raise Refused(Reason.UNKNOWN_OBJECT, "upload it first, or have it delivered", "objects")
    mac = stamp_mac(
        macs,
        peer=peer,
        received_at=stamp_time(now),
        objects=" ".join(claim.objects),
        signature=received.signature or "",
        body_hash=hashlib.sha256(received.body).digest(),
    )
    stamp = Stamp(peer=peer, received_at=now, objects=claim.objects, mac=mac)
    return replace(received, stamp=stamp)
