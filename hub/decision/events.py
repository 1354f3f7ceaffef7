"""What a decision consists of: audit events, deliveries, and what to remember."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from lgsp_message.values import Place, Received

from hub.answers import Answer

MAX_DIRECT_DELIVERIES: Final = 200
"""More inboxes than this go through `hub.fanout`: a transaction pays for each partition."""
MAX_DIRECT_BYTES: Final = 4_000_000
"""More bytes than this go through `hub.fanout`: one message must not fill everybody's batch."""


@unique
class Event(StrEnum):
    """What happened to a message. `docs/audit-events.md` says which fields each has."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    RETRYING = "retrying"
    DEAD_LETTER = "dead_letter"
    HELD = "held"
    RESUMED = "resumed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ACKNOWLEDGED = "acknowledged"
    PROCESSED = "processed"
    REJECTED = "rejected"
    VERDICT = "verdict"
    SUBSCRIBED = "subscribed"


class RulesRef(msgspec.Struct, frozen=True):
    """The rules a decision was made under."""

    version: int
    hash: str


class IngressRef(msgspec.Struct, frozen=True):
    """The record of `hub.ingress` that was decided."""

    partition: int
    offset: int


_NOWHERE: Final = Place(partition=0, offset=-1)
"""The place of a message that is only checked, not decided."""


def place_of(received: Received) -> Place:
    """Return where a message stands."""
    return received.place or _NOWHERE


def ingress_of(received: Received) -> IngressRef:
    """Return where a message stands, as its audit events say it."""
    place = place_of(received)
    return IngressRef(partition=place.partition, offset=place.offset)


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of `hub.audit`, and one leaf of the transparency log. JSON on the wire."""

    event: Event
    source: str
    """The sending system; empty where not even that could be read."""
    id: str
    at: datetime
    recipient: str | None = None
    rules: RulesRef | None = None
    reason: str | None = None
    place: str | None = None
    body_sha256: str | None = None
    ingress: IngressRef | None = None
    detail: dict[str, Any] = {}
    v: int = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An audit event and the partition of `hub.audit` that its message's history stands in."""

    partition: int
    event: AuditEvent


class Delivery(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One message for one inbox."""

    system: str
    address: str
    """The URN under which the sender addressed it: a reply uses the same code."""
    token: str
    """The delivery token that receipts echo."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What to remember under (source, key) in `hub.seen`."""

    source: str
    key: str
    answer: Answer


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """All that the hub writes because of one record: together, or not at all (invariant 2)."""

    received: Received
    """The message that is delivered."""
    entries: tuple[Entry, ...]
    deliveries: tuple[Delivery, ...] = ()
    remembered: tuple[Memory, ...] = ()

    @property
    def fans_out(self) -> bool:
        """Whether the deliveries are too many or too large for the decision's own transaction."""
        count = len(self.deliveries)
        size = count * len(self.received.body)
        return count > MAX_DIRECT_DELIVERIES or (count > 1 and size > MAX_DIRECT_BYTES)


class Decision(Effects, frozen=True, kw_only=True):
    """What becomes of one message. It has at least one entry: there is no silent decision."""

    @property
    def outcome(self) -> Event:
        """`admitted`, `refused` or `duplicate`."""
        return self.entries[0].event.event


class Followed(Effects, frozen=True, kw_only=True):
    """What the hub does with a message that it has admitted before, by its own order.

    Nothing at all where the order came twice, or too late.
    """
