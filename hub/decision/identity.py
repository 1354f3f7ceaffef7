"""Who says so: the peer behind the connection, the key behind the signature."""

from datetime import datetime

from lgsp_message.keys import VerifyingKey
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope, Received, Stamp

from hub.decision.rules import RegisteredKey, Rules, System
from hub.signing.macs import stamp_is_genuine, stamp_time


def admitted_stamp(received: Received, rules: Rules, body_hash: bytes) -> Stamp:
    """Return the stamp of admission. Only the hub writes `hub.ingress`; the MAC proves it did.

    Raises:
        Refused: `NOT_ADMITTED`.
    """
    stamp = received.stamp
    if stamp is None or not stamp_is_genuine(
        rules.macs,
        stamp.mac,
        peer=stamp.peer,
        received_at=stamp_time(stamp.received_at),
        objects=" ".join(stamp.objects),
        signature=received.signature or "",
        body_hash=body_hash,
    ):
        raise Refused(Reason.NOT_ADMITTED, "the record carries no stamp of this hub")
    return stamp


def authenticate(envelope: Envelope, stamp: Stamp, rules: Rules) -> System:
    """Return the sending system. The peer must be it, or its registered representative.

    Raises:
        Refused: `UNKNOWN_SYSTEM`, `SYSTEM_INACTIVE`, `PEER_MISMATCH`, `UNKNOWN_OBJECT`.
    """
    claim = envelope.attributes
    system = rules.systems.get(claim.source)
    if system is None:
        raise Refused(Reason.UNKNOWN_SYSTEM, "the source is not registered", "source")
    if not system.active:
        raise Refused(Reason.SYSTEM_INACTIVE, "the source is suspended", "source")
    if not rules.may_hand_in(stamp.peer, system.name):
        raise Refused(Reason.PEER_MISMATCH, "the peer may not hand in for this source", "source")
    if stamp.objects != claim.objects:
        # Admission checks the list of the headers; the signed list is the truth.
        raise Refused(Reason.UNKNOWN_OBJECT, "other objects than admission checked", "objects")
    return system


def usable_key(envelope: Envelope, sender: System, now: datetime) -> VerifyingKey:
    """Return the sender's own key that the signature names.

    Raises:
        Refused: `UNKNOWN_KEY`, `KEY_REVOKED`, `KEY_COMPROMISED`, `KEY_SUSPENDED`, `KEY_NOT_VALID`.
    """
    # `kid` is a hint of the sender's: it is looked up under the sender and nowhere else.
    registered = sender.keys.get(envelope.key_id)
    if registered is None:
        raise Refused(Reason.UNKNOWN_KEY, "the source has no such key", "kid")
    _check_validity(registered, now)
    return registered.key


def _check_validity(registered: RegisteredKey, now: datetime) -> None:
    if registered.barred is not None:
        # From the rules version that holds it, whatever the message's clock says.
        raise Refused(registered.barred, "the key does not count any more", "kid")
    early = registered.valid_from is not None and now < registered.valid_from
    late = registered.valid_to is not None and now >= registered.valid_to
    if early or late:
        raise Refused(Reason.KEY_NOT_VALID, "the key is outside its validity", "kid")
