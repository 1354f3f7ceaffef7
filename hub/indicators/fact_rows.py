"""From an admitted message's audit event to what it says about a matter."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from hub.decision.event_rows import names
from hub.decision.events import AuditEvent
from hub.decision.facts import NAME
from hub.decision.rows import AuditRecord
from hub.indicators.matter import MAX_KEY, FactRow, Kind

_STATUS: Final = "vn.gov.document.status.v1"
_FINISHED: Final = frozenset({"02", "06"})
"""Statuses of the national axis after which an addressee has nothing left to do: refused, done."""

_KIND_OF: Final[Mapping[str, Kind]] = {
    "vn.gov.dossier.fee-due.v1": Kind.PAYMENT,
    "vn.gov.dossier.fee-paid.v1": Kind.PAYMENT,
    "vn.gov.document.issued.v1": Kind.LETTER,
    _STATUS: Kind.LETTER,
    "vn.gov.citizen.rating.v1": Kind.RATING,
}


def fact_row(record: AuditRecord, event: AuditEvent) -> FactRow | None:
    """Return what an `admitted` event says about a matter, if it says something."""
    told = event.detail.get(NAME)
    type_ = event.detail.get("type")
    if not isinstance(told, dict) or not isinstance(type_, str):
        return None
    kind = _kind(type_)
    key = kind and _key(kind, event, told)
    if kind is None or not key:
        return None
    if type_ == _STATUS and told.get("status") not in _FINISHED:
        return None  # A letter to all communes gets three statuses from each: one is enough.
    return FactRow(
        partition=record.partition,
        offset=record.offset,
        kind=kind,
        key=key[:MAX_KEY],
        at=event.at,
        source=event.source,
        type=type_,
        recipients=len(names(event, "recipients")),
        data=msgspec.json.encode(told, order="deterministic").decode(),
    )


def _kind(type_: str) -> Kind | None:
    if type_ in _KIND_OF:
        return _KIND_OF[type_]
    if type_.startswith("vn.gov.dossier."):
        return Kind.DOSSIER
    return Kind.PETITION if type_.startswith("vn.gov.petition.") else None


def _key(kind: Kind, event: AuditEvent, told: Mapping[str, Any]) -> str | None:
    """Return the business key: the message's subject, or another system's reference."""
    key = told.get("key")
    if kind is Kind.RATING:
        return f"{event.source}/{key}" if isinstance(key, str) else None
    if kind is Kind.PAYMENT:
        return key if isinstance(key, str) else None
    subject = event.detail.get("subject")
    return subject.replace("\0", "\ufffd") if isinstance(subject, str) else None
