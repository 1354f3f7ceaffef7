"""A delivery becomes a change of one record. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from lgsp_adapter import Delivery, Reject

RECORD_CHANGED: Final = "vn.gov.record.changed."
DOSSIER: Final = "vn.gov.dossier."
DOSSIER_SET: Final = "dossier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a message says, as it is kept: enough to derive its change again at any time."""

    source: str
    id: str
    type: str
    time: str
    """The signed attribute."""
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, as its source stated it."""

    stated: Stated
    dataset: str
    record_id: str
    at: datetime
    """When it happened in the source: its order in history, whatever the order of arrival."""
    version: int
    deleted: bool
    whole: bool
    """The record is the whole state after the change; otherwise it adds to what was known."""
    record: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """Source and id: the same message twice is one change."""
        return self.stated.source, self.stated.id

    @property
    def entity(self) -> tuple[str, str, str]:
        """What it is a change of: two sources never overwrite each other's records."""
        return self.stated.source, self.dataset, self.record_id

    @property
    def place(self) -> tuple[datetime, int, str]:
        """Where it stands in its record's history."""
        return self.at, self.version, self.stated.id


def stated(delivery: Delivery) -> Stated:
    """Return what a delivery says."""
    return Stated(
        source=delivery.source,
        id=delivery.id,
        type=delivery.type,
        time=delivery.attributes["time"],
        body=delivery.body,
    )


def change_of(message: Stated) -> Change:
    """Return the change that a message states.

    Raises:
        Reject: `not_a_record`, with the field that is missing or wrong.
    """
    body = _object(message.body)
    if message.type.startswith(RECORD_CHANGED):
        return _record(message, body)
    if message.type.startswith(DOSSIER):
        return _dossier(message, body)
    raise Reject("not_a_record", "type")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Reject("not_a_record", "body") from None
    if not isinstance(body, dict):
        raise Reject("not_a_record", "body")
    return body


def _record(message: Stated, body: Mapping[str, Any]) -> Change:
    deleted = body.get("change") == "deleted"
    record = {} if deleted else body.get("record")
    if not isinstance(record, dict):
        raise Reject("not_a_record", "record")
    return Change(
        stated=message,
        dataset=_text(body, "dataset"),
        record_id=_text(body, "record_id"),
        at=_moment(body.get("changed_at"), "changed_at"),
        version=_version(body.get("version")),
        deleted=deleted,
        whole=True,
        record=record,
    )


def _dossier(message: Stated, body: Mapping[str, Any]) -> Change:
    # Each event tells a part of a dossier's state; what it does not name stays as it was.
    return Change(
        stated=message,
        dataset=DOSSIER_SET,
        record_id=_text(body, "dossier_code"),
        at=_moment(message.time, "time"),
        version=0,
        deleted=False,
        whole=False,
        record={**body, "last_event": message.type},
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    # PostgreSQL has no NUL and no lone surrogate.
    if not isinstance(value, str) or not value or "\0" in value or not _is_unicode(value):
        raise Reject("not_a_record", name)
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _version(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Reject("not_a_record", "version")
    return value


def _moment(value: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Reject("not_a_record", name) from None
    if moment.tzinfo is None:
        raise Reject("not_a_record", name)
    return moment
