"""The hub's records on Kafka: which headers they carry, and back to values.

`docs/protocol.md` describes each. `ce_*`, `content-type`, `hub-signature` and `traceparent` travel
untouched from ingress to inbox; names that begin with `hub_` are the hub's own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from lgsp_message.attributes import URGENT
from lgsp_message.cloudevents import SIGNATURE_HEADER, TRACE_HEADER, from_kafka, kafka_headers
from lgsp_message.reason import Refused
from lgsp_message.values import Place, Received, Stamp

from hub.answers import Answer
from hub.decision.events import AuditEvent, Delivery
from hub.signing.macs import stamp_time

Headers = list[tuple[str, bytes]]

PEER: Final = "hub_peer"
RECEIVED_AT: Final = "hub_received_at"
OBJECTS: Final = "hub_objects"
MAC: Final = "hub_mac"
AUDIT_PARTITION: Final = "hub_audit_partition"
ADDRESS: Final = "hub_address"
TOKEN: Final = "hub_delivery_token"  # noqa: S105  (the name of a header)

_PRIORITY: Final = "ce_priority"
_URGENT: Final = URGENT.encode()

_answers = msgspec.msgpack.Decoder(Answer)
_events = msgspec.json.Decoder(AuditEvent)
_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()


def ingress_headers(received: Received, traceparent: str | None = None) -> Headers:
    """Return the headers of a stamped message on `hub.ingress`. The value is its body, as it is."""
    stamp = received.stamp
    if stamp is None:
        raise ValueError("only a stamped message is written to hub.ingress")
    headers = [
        *kafka_headers(received.attributes),
        (SIGNATURE_HEADER, (received.signature or "").encode()),
        (PEER, stamp.peer.encode()),
        (RECEIVED_AT, stamp_time(stamp.received_at).encode()),
        (OBJECTS, " ".join(stamp.objects).encode()),
        (MAC, stamp.mac.encode()),
    ]
    if traceparent:
        headers.append((TRACE_HEADER, traceparent.encode()))
    return headers


def is_urgent_record(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Say whether a record carries a message that its sender has marked urgent."""
    return any(name == _PRIORITY and raw == _URGENT for name, raw in headers)


def read_ingress(
    headers: Headers, named: Mapping[str, bytes], value: bytes | None, place: Place
) -> Received:
    """Return the record of `hub.ingress` as a value. Whatever stands there becomes one.

    `named`: the headers by name.
    """
    try:
        attributes = from_kafka(headers)
    except Refused:
        attributes = {}  # Written by somebody else: it has no stamp and will be refused for that.
    return Received(
        attributes=attributes,
        body=value or b"",
        signature=_text(named.get(SIGNATURE_HEADER)),
        stamp=_stamp(named),
        place=place,
    )


def inbox_headers(
    original: Sequence[tuple[str, bytes]], delivery: Delivery, audit_partition: int
) -> Headers:
    """Return the headers of one delivery: the sender's untouched, the hub's own replaced."""
    headers = [(name, raw) for name, raw in original if name[:4] != "hub_"]
    headers.append((AUDIT_PARTITION, str(audit_partition).encode()))
    headers.append((ADDRESS, delivery.address.encode()))
    headers.append((TOKEN, delivery.token.encode()))
    return headers


def encode_event(event: AuditEvent) -> bytes:
    """Return the value of a `hub.audit` record: one line of JSON."""
    return _json.encode(event)


def decode_event(value: bytes) -> AuditEvent:
    """Return the event of a `hub.audit` record."""
    return _events.decode(value)


def seen_key(source: str, key: str) -> bytes:
    """Return the key of a `hub.seen` record."""
    return f"{source}\n{key}".encode()


def encode_answer(answer: Answer) -> bytes:
    """Return the value of a `hub.seen` record."""
    return _msgpack.encode(answer)


def decode_answer(value: bytes) -> Answer:
    """Return the answer of a `hub.seen` record."""
    return _answers.decode(value)


def _stamp(named: Mapping[str, bytes]) -> Stamp | None:
    try:
        objects = named[OBJECTS].decode()
        return Stamp(
            peer=named[PEER].decode(),
            received_at=datetime.fromisoformat(named[RECEIVED_AT].decode()),
            objects=tuple(objects.split(" ")) if objects else (),
            mac=named[MAC].decode(),
        )
    except (KeyError, ValueError, AttributeError):  # A Kafka header may have no value.
        return None


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="replace")
