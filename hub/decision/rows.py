"""The rows of the search projection: what is known of messages, deliveries and their steps."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Final

import msgspec

from hub.decision.events import AuditEvent
from hub.decision.states import State

UNREADABLE: Final = "unreadable"
"""The name under which a record of `hub.audit` that is no audit event is kept."""

Key = tuple[str, str]
"""(source, id) of a message."""


@unique
class Outcome(StrEnum):
    """What the hub decided about a message. `held`: not decided, a fault of the hub's own."""

    ADMITTED = "admitted"
    REFUSED = "refused"
    HELD = "held"


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of `hub.audit` at its place."""

    partition: int
    offset: int
    written_at: datetime
    """Kafka's time of the record; the event has its own."""
    event: AuditEvent | None
    """None: the record's value is not an audit event that this version can read."""


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """The latest truth about one message. Times are UTC; hashes are hexadecimal."""

    source: str
    id: str
    outcome: Outcome
    decided_at: datetime
    reason: str | None = None
    place: str | None = None
    type: str | None = None
    subject: str | None = None
    time: datetime | None = None
    dataschema: str | None = None
    onbehalf: str | None = None
    correlationid: str | None = None
    expirytime: datetime | None = None
    priority: str | None = None
    peer: str | None = None
    received_at: datetime | None = None
    size: int | None = None
    """Bytes of the body."""
    body_sha256: str | None = None
    content_sha256: str | None = None
    key_id: str | None = None
    """The key that signed it; None where it was recorded before keys were."""
    ingress_partition: int | None = None
    ingress_offset: int | None = None
    rules_version: int | None = None
    rules_hash: str | None = None
    withdrawn_at: datetime | None = None
    trace_id: str | None = None
    """Of the W3C trace that it came with; nobody has signed it."""
    verdict: str | None = None
    """The newest grade of its documents; None: nobody has judged any."""
    retried_at: datetime | None = None
    """When an operator last had a delivery of it tried again."""


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where one message stands for one recipient."""

    source: str
    id: str
    recipient: str
    state: State
    decided_at: datetime
    """When the message was admitted: lists of deliveries are in this order."""
    updated_at: datetime
    """When the event happened that the state, the attempts or the reason come from."""
    attempts: int = 0
    reason: str | None = None
    withdrawn_at: datetime | None = None
    """Set although the state is another: the sender withdrew what the recipient already has."""
    connector: str | None = None
    """The connector that spoke of it last; None: no connector has."""


class DeadLetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that the hub has stopped trying, or a source's record that became no message."""

    source: str
    id: str
    """The message's; of a record that a source read: see `dead_letters.unread_id`."""
    recipient: str
    connector: str | None
    adapter: str | None = None
    """The connector's; None where the writer did not tell."""
    code: str
    peer_code: str | None
    fingerprint: str
    """The same for all with the same cause."""
    text: str | None
    """Where it went wrong: places, never values."""
    attempts: int
    at: datetime
    ended_at: datetime | None = None
    """None: it waits for an operator."""
    ended_by: str | None = None
    """The event that ended it."""


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a message's history, exactly as it was recorded."""

    partition: int
    offset: int
    source: str
    id: str
    event: str
    at: datetime
    recipient: str | None = None
    reason: str | None = None
    place: str | None = None
    rules_version: int | None = None
    detail: str = "{}"
    """JSON."""
    late: bool = False
    """The event came too late to move any delivery, and is history only."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient may read an object, because an admitted message for it refers to the object."""

    hash: str
    system: str
    granted_at: datetime
