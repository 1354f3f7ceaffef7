"""The values that travel, one type for each level of trust: `Received`, `Envelope`, `Message`."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from lgsp_message.attributes import Attributes


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record of `hub.ingress` stands. Its partition is also the audit partition."""

    partition: int
    offset: int


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What admission wrote on the record, under the hub's MAC."""

    peer: str
    """The system behind the connection: token, certificate or Kafka principal."""
    received_at: datetime
    objects: tuple[str, ...]
    """The object hashes that admission checked: known, and the sender's to refer to."""
    mac: str


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A message as its bytes reached the hub. Nothing in it is trusted yet."""

    attributes: Mapping[str, str]
    """The copies of the attributes outside the signature: `ce-*` headers and the content type."""
    body: bytes
    signature: str | None
    """The detached JWS of `hub-signature`, if there was one."""
    stamp: Stamp | None = None
    place: Place | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded message. Its fields are the sender's claims: `verify` turns it into a `Message`."""

    attributes: Attributes
    algorithm: str
    key_id: str
    protected: bytes
    """The protected header as signed: base64url text."""
    signature: bytes
    body: bytes
    body_hash: bytes
    """SHA-256 of the body: 32 bytes."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope whose signature was checked. Only `verify` of this package builds one."""

    attributes: Attributes
    """The signed attributes."""
    key_id: str
    """The key whose signature was checked."""
    body: bytes
    """The exact bytes that were signed."""
    body_hash: bytes
    """SHA-256 of the body: 32 bytes."""
    content_hash: bytes
    """SHA-256 over body hash and signed attributes: what makes messages the same (invariant 8)."""
