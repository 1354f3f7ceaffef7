"""The values that travel between runtime and adapter. All are frozen; positions are opaque."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from lgsp_message.attributes import SYSTEM_PREFIX

from lgsp_adapter.errors import Backpressure, Reject, Retryable


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one recipient, as its sender signed it (invariant 4: never re-encoded)."""

    attributes: Mapping[str, str]
    """Every signed attribute by its CloudEvents name, as text."""
    body: bytes = field(repr=False)
    """The exact bytes that were signed."""
    signature: str = field(repr=False)
    """The detached JWS of `hub-signature`."""
    token: str = field(repr=False)
    """The delivery token, to be echoed in receipts."""
    address: str
    """The URN by which the recipient was addressed."""
    recipient: str
    """The system this connector serves."""
    traceparent: str | None = None

    @property
    def id(self) -> str:
        """The message's id, unique per source."""
        return self.attributes["id"]

    @property
    def source(self) -> str:
        """The bare name of the sending system."""
        return self.attributes["source"].removeprefix(SYSTEM_PREFIX)

    @property
    def type(self) -> str:
        """The event type with its major version."""
        return self.attributes["type"]

    @property
    def subject(self) -> str | None:
        """The business key, in NFC."""
        return self.attributes.get("subject")

    @property
    def objects(self) -> tuple[str, ...]:
        """Hashes (`sha256:<hex>`) of the objects it refers to; `Context.fetch` reads one."""
        return tuple(self.attributes.get("objects", "").split())

    @property
    def key(self) -> str:
        """The idempotency key: the same for every attempt, printable ASCII, no personal value."""
        return f"{self.source}/{self.id}/{self.recipient}"

    @property
    def order_key(self) -> str:
        """Messages with the same one stay in order; one without a subject stands for itself."""
        return f"{self.source}\n{self.subject or ''}\n{'' if self.subject else self.id}"

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body.

        Raises:
            Reject: `body_unreadable`: it is none.
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Reject("body_unreadable", "the body is no JSON") from None
        if not isinstance(value, dict):
            raise Reject("body_unreadable", "the body is no JSON object")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The other side took it."""

    ref: str | None = None
    """What the other side calls it; shown to operators, so no personal value."""


Result: TypeAlias = Done | Retryable | Backpressure | Reject
"""The outcome of one delivery of a batch. An error that is returned concerns that one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a source wants submitted. The runtime signs it with the connector's key."""

    id: str
    """Made of what the peer calls it, so that reading it again gives the same id. Never random."""
    type: str
    body: bytes = field(repr=False)
    subject: str | None = None
    """The business key, in NFC."""
    recipients: tuple[str, ...] = ()
    time: datetime | None = None
    """Aware; the runtime's time of reading when left out."""
    dataschema: str | None = None
    onbehalf: str | None = None
    objects: tuple[str, ...] = ()
    expirytime: datetime | None = None
    priority: str | None = None
    correlationid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A message that the peer's own system signed: handed in as it is."""

    attributes: Mapping[str, str]
    body: bytes = field(repr=False)
    signature: str = field(repr=False)
    traceparent: str | None = None

    @property
    def id(self) -> str:
        """The message's id."""
        return self.attributes["id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing read, and where it stands."""

    position: str
    """Opaque to the runtime; opening at it goes on with the record after this one."""
    message: Draft | Signed | Reject
    """A `Reject` is a record nobody can read: it becomes a dead letter, and reading goes on."""
    raw: bytes = field(default=b"", repr=False)
    """What the peer gave, kept with a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP call of the foreign system, read whole and within the connector's size limit."""

    method: str
    path: str
    """Decoded, below the connector's own address; begins with `/`."""
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case name."""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the foreign system is told."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What `check` found, in words for the operator; no secrets, no personal values."""

    ok: bool
    vi: str
    en: str
