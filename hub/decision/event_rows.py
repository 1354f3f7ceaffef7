"""From one audit event to the rows that it makes by itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hub.decision.events import AuditEvent
from hub.decision.rows import UNREADABLE, AuditRecord, DeliveryRow, MessageRow, Outcome, StepRow
from hub.decision.states import INITIAL
from hub.decision.traced import TRACE_ID

MAX_INT: Final = 2**31 - 1
"""What every database takes as a whole number."""


def pending_delivery(event: AuditEvent, recipient: str) -> DeliveryRow:
    """Return the row of a delivery that has just begun."""
    return DeliveryRow(
        source=event.source,
        id=event.id,
        recipient=recipient,
        state=INITIAL,
        decided_at=event.at,
        updated_at=event.at,
    )


def message_row(event: AuditEvent, outcome: Outcome) -> MessageRow:
    """Return the row of a message that was just decided, or held undecided."""
    detail, ingress, rules = event.detail, event.ingress, event.rules
    size = detail.get("size")
    return MessageRow(
        source=event.source,
        id=event.id,
        outcome=outcome,
        decided_at=event.at,
        reason=event.reason,
        place=event.place,
        type=_text(detail, "type"),
        subject=_text(detail, "subject"),
        time=_moment(detail, "time"),
        dataschema=_text(detail, "dataschema"),
        onbehalf=_text(detail, "onbehalf"),
        correlationid=_text(detail, "correlationid"),
        expirytime=_moment(detail, "expirytime"),
        priority=_text(detail, "priority"),
        peer=_text(detail, "peer"),
        received_at=_moment(detail, "received_at"),
        content_sha256=_text(detail, "content_sha256"),
        key_id=_text(detail, "kid"),
        size=min(size, MAX_INT) if isinstance(size, int) else None,
        body_sha256=event.body_sha256,
        ingress_partition=None if ingress is None else ingress.partition,
        ingress_offset=None if ingress is None else ingress.offset,
        rules_version=None if rules is None else rules.version,
        rules_hash=None if rules is None else rules.hash,
        trace_id=_text(detail, TRACE_ID),
    )


def _text(detail: Mapping[str, Any], name: str) -> str | None:
    value = detail.get(name)
    return value if isinstance(value, str) else None


def _moment(detail: Mapping[str, Any], name: str) -> datetime | None:
    value = detail.get(name)
    try:
        return _utc(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def names(event: AuditEvent, name: str) -> tuple[str, ...]:
    """Return a list of an event's detail: a JSON list, or the text of a list attribute."""
    value = event.detail.get(name)
    if isinstance(value, str):
        return tuple(value.split())
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def cleaned(record: AuditRecord) -> AuditRecord:
    """Return the record with its event's time in UTC and with texts that every database takes.

    Claimed ids and places in a body may hold U+0000, which PostgreSQL refuses.
    """
    event = record.event
    if event is None:
        return record
    at = _utc(event.at)
    if at is event.at and "\0" not in f"{event.source}{event.id}{event.place}{event.reason}":
        return record
    texts = {name: getattr(event, name) for name in ("source", "id", "place", "reason")}
    texts = {name: text and text.replace("\0", "\ufffd") for name, text in texts.items()}
    return msgspec.structs.replace(record, event=msgspec.structs.replace(event, at=at, **texts))


def step_row(record: AuditRecord, event: AuditEvent, *, late: bool) -> StepRow:
    """Return the event as a step of the history. `late`: it moved no delivery any more."""
    return StepRow(
        partition=record.partition,
        offset=record.offset,
        source=event.source,
        id=event.id,
        event=event.event.value,
        at=event.at,
        recipient=event.recipient,
        reason=event.reason,
        place=event.place,
        rules_version=None if event.rules is None else event.rules.version,
        detail=msgspec.json.encode(event.detail).decode(),
        late=late,
    )


def unreadable_step(record: AuditRecord) -> StepRow:
    """Return the step that stands for a record which is no audit event: it is not passed over."""
    return StepRow(
        partition=record.partition,
        offset=record.offset,
        source="",
        id="",
        event=UNREADABLE,
        at=_utc(record.written_at),
    )
