"""A message of one's own: attributes, exact bytes, signature. Built once, sent at will."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

import orjson
from lgsp_message.attributes import CONTENT_TYPE, ORG_PREFIX, SYSTEM_PREFIX, parse_attributes
from lgsp_message.cloudevents import SIGNATURE_HEADER, TRACE_HEADER, http_headers
from lgsp_message.jsontext import parse_json
from lgsp_message.jws import sign_message
from lgsp_message.limits import MAX_BODY_BYTES
from lgsp_message.reason import Reason, Refused
from lgsp_message.secrecy import is_marked_secret

from lgsp_client.errors import HubRefused
from lgsp_client.identity import Identity
from lgsp_client.ids import uuid7

RECEIPT: Final = "vn.hub.receipt.v1"
WITHDRAWAL: Final = "vn.hub.withdrawal.v1"

_TYPE: Final = re.compile(r"vn\.(?:gov|hub)\.(.+)\.v([1-9][0-9]{0,3})")
_SHORT: Final = re.compile(r"(?:system|org|group):.+")


class Options(TypedDict, total=False):
    """The attributes of a message that may be left out."""

    recipients: Iterable[str]
    """URNs, or the short forms `system:<name>`, `org:<code>`, `group:<name>`."""
    subject: str | None
    """The business key, such as the dossier's code; brought to NFC."""
    id: str | None
    """Unique per source; a new UUIDv7 when left out."""
    time: datetime | None
    """Aware; now when left out."""
    dataschema: str | None
    """When left out: the first minor version of the type's schema."""
    onbehalf: str | None
    """Code of the organisation that an intermediary speaks for."""
    objects: Iterable[str]
    """Hashes of objects that the body refers to."""
    expirytime: datetime | None
    priority: str | None
    correlationid: str | None
    traceparent: str | None
    """W3C trace context: the only one that travels unsigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A signed message. Keep it, and it can be sent again: it is the same message."""

    attributes: Mapping[str, str]
    body: bytes
    signature: str
    traceparent: str | None = None

    @property
    def id(self) -> str:
        """The message's id."""
        return self.attributes["id"]

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers of the binary mode of CloudEvents."""
        traced = {} if self.traceparent is None else {TRACE_HEADER: self.traceparent}
        return http_headers(self.attributes) | {SIGNATURE_HEADER: self.signature} | traced


def compose(identity: Identity, now: datetime, type_: str, body: Any, options: Options) -> Outgoing:
    """Build and sign a message. A body of bytes is taken as it is; anything else becomes JSON once.

    Raises:
        HubRefused: the type names no schema and no `dataschema` is given.
        TypeError: the body is not bytes and cannot be JSON.
    """
    # Invariant 4: from here on, nobody encodes the body again; these bytes are signed and sent.
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    attributes = _attributes(identity.system, now, type_, options)
    signature = sign_message(
        attributes, data, key=identity.key, algorithm=identity.algorithm, hub=identity.hub
    )
    return Outgoing(
        attributes=attributes,
        body=data,
        signature=signature,
        traceparent=options.get("traceparent"),
    )


def precheck(message: Outgoing) -> None:
    """Refuse here what the hub would refuse for its bytes alone, before it leaves the house.

    Raises:
        HubRefused: grammar, size, not strict JSON, or a marking of state secrets (invariant 9:
            such a document may not even travel to the hub).
    """
    try:
        _look_at(message)
    except Refused as refusal:
        raise HubRefused(refusal.reason, refusal.detail, refusal.place) from refusal


def _look_at(message: Outgoing) -> None:
    claim = parse_attributes(message.attributes)
    if len(message.body) > MAX_BODY_BYTES:
        raise Refused(Reason.TOO_LARGE, f"a body has at most {MAX_BODY_BYTES} bytes")
    if is_marked_secret(message.body, (claim.subject or "").encode()):
        raise Refused(Reason.SECRET_MARKING, "state secrets may not pass through the hub")
    parse_json(message.body)


def to_urn(address: str) -> str:
    """Return the full URN of `system:…`, `org:…` or `group:…`; other text is left as it is."""
    return f"urn:hub:{address}" if _SHORT.fullmatch(address) else address


def schema_of(type_: str) -> str:
    """Return the schema that a type names: its first minor version.

    Raises:
        HubRefused: `schema_mismatch` for a type that is not `vn.gov.….v<n>` or `vn.hub.….v<n>`.
    """
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise HubRefused(Reason.SCHEMA_MISMATCH, "name the dataschema of this type", "dataschema")
    return f"urn:hub:schema:{match[1]}:{match[2]}.0"


def rfc3339(moment: datetime) -> str:
    """Return an aware time in UTC, in milliseconds."""
    utc = moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _attributes(system: str, now: datetime, type_: str, options: Options) -> dict[str, str]:
    expiry = options.get("expirytime")
    given = {
        "specversion": "1.0",
        "id": options.get("id") or uuid7(),
        "source": SYSTEM_PREFIX + system,
        "type": type_,
        "time": rfc3339(options.get("time") or now),
        "dataschema": options.get("dataschema") or schema_of(type_),
        "datacontenttype": CONTENT_TYPE,
        "recipients": " ".join(map(to_urn, options.get("recipients", ()))),
        "subject": _nfc(options.get("subject")),
        "onbehalf": _prefixed(ORG_PREFIX, options.get("onbehalf")),
        "objects": " ".join(options.get("objects", ())),
        "expirytime": expiry and rfc3339(expiry),
        "priority": options.get("priority"),
        "correlationid": _nfc(options.get("correlationid")),
    }
    return {name: value for name, value in given.items() if value}


def _nfc(text: str | None) -> str | None:
    # The same Vietnamese words typed on two machines must compare equal.
    return None if text is None else unicodedata.normalize("NFC", text)


def _prefixed(prefix: str, code: str | None) -> str | None:
    return None if not code else prefix + code.removeprefix(prefix)
