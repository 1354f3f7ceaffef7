"""From what a source read to a message signed here, with the agency's own key."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from lgsp_adapter import Draft, Reject, Signed
from lgsp_client import HubRefused, Identity, Outgoing
from lgsp_client.outgoing import Options, compose, precheck


class Signer:
    """Signs for one system. The key does not leave this machine."""

    def __init__(self, identity: Identity, now: Callable[[], datetime]) -> None:
        self._identity, self._now = identity, now

    def signed(self, message: Draft | Signed) -> Outgoing:
        """Return the message as it will be sent.

        Raises:
            Reject: what the hub would refuse for its bytes alone. Invariant 9: a document that is
                marked secret is not even spooled.
        """
        try:
            outgoing = self._composed(message)
            precheck(outgoing)
        except HubRefused as refused:
            raise Reject(str(refused.reason), refused.place or refused.detail) from None
        return outgoing

    def _composed(self, message: Draft | Signed) -> Outgoing:
        if isinstance(message, Signed):
            # Invariant 4: what the peer's own system signed is handed on as it is.
            return Outgoing(
                attributes=message.attributes,
                body=message.body,
                signature=message.signature,
                traceparent=message.traceparent,
            )
        # The time of signing, not of sending: it stays true however long the line is down.
        return compose(self._identity, self._now(), message.type, message.body, _options(message))


def _options(draft: Draft) -> Options:
    return Options(
        id=draft.id,
        subject=draft.subject,
        recipients=draft.recipients,
        time=draft.time,
        dataschema=draft.dataschema,
        onbehalf=draft.onbehalf,
        objects=draft.objects,
        expirytime=draft.expirytime,
        priority=draft.priority,
        correlationid=draft.correlationid,
    )


def content_of(message: Draft | Signed, outgoing: Outgoing) -> tuple[bytes, ...]:
    """Return what must be the same when the same id comes again.

    The time of reading is left out where the source gave none: reading again gives another one.
    """
    attributes = dict(outgoing.attributes)
    if isinstance(message, Draft) and message.time is None:
        attributes.pop("time")
    return msgspec.json.encode(attributes, order="sorted"), outgoing.body


def encode(message: Outgoing) -> bytes:
    """Return a message as the spool keeps it: exact bytes, no second encoding."""
    parts = (dict(message.attributes), message.body, message.signature, message.traceparent)
    return msgspec.msgpack.encode(parts)


def decode(data: bytes) -> Outgoing:
    """Return what `encode` was given."""
    shape = tuple[dict[str, str], bytes, str, str | None]
    attributes, body, signature, traceparent = msgspec.msgpack.decode(data, type=shape)
    return Outgoing(attributes=attributes, body=body, signature=signature, traceparent=traceparent)
