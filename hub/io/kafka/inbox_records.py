"""A message as it stands in an inbox, and where a reader of an inbox stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.cloudevents import SIGNATURE_HEADER, TRACE_HEADER

from hub.io.kafka.codec import ADDRESS, TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a reader stands in one topic."""

    offset: int = 0
    """The next record to read."""
    seek_end: int = 0
    """Records before this offset are read again after a seek: under current rights only."""

    def after(self, offset: int) -> "Spot":
        """Return the spot at `offset`; what was sought is over once it is reached."""
        return Spot(offset=offset, seek_end=self.seek_end if offset < self.seek_end else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a reader of an inbox stands."""

    plain: Spot = Spot()
    urgent: Spot = Spot()

    def spot(self, *, urgent: bool) -> Spot:
        """Return where it stands among the urgent messages, or among the others."""
        return self.urgent if urgent else self.plain

    def moved(self, spot: Spot, *, urgent: bool) -> "Cursor":
        """Return the cursor with one of its spots moved."""
        return replace(self, urgent=spot) if urgent else replace(self, plain=spot)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRecord:
    """One delivery. The sender's bytes are untouched (invariant 4)."""

    offset: int
    at_ms: int
    """When the broker took it: milliseconds since 1970."""
    attributes: dict[str, str]
    signature: str
    token: str
    address: str
    traceparent: str | None
    body: bytes

    @property
    def source(self) -> str:
        """Return the sending system."""
        return self.attributes.get("source", "").removeprefix(SYSTEM_PREFIX)

    @property
    def id(self) -> str:
        """Return the message's id."""
        return self.attributes.get("id", "")

    @property
    def size(self) -> int:
        """Return about how many bytes it takes in memory."""
        return len(self.body) + 2 * len(self.signature) + 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one read of an inbox gave."""

    records: tuple[InboxRecord, ...]
    cursors: tuple[Cursor, ...]
    """For each record, where a reader stands after it."""
    next: Cursor


def read_inbox(record: Any) -> InboxRecord:
    """Return a Kafka record of an inbox as a value. Only the hub writes inboxes."""
    attributes, own = _split(record.headers)
    return InboxRecord(
        offset=record.offset,
        at_ms=record.timestamp,
        attributes=attributes,
        signature=own.get(SIGNATURE_HEADER, ""),
        token=own.get(TOKEN, ""),
        address=own.get(ADDRESS, ""),
        traceparent=own.get(TRACE_HEADER),
        body=record.value or b"",
    )


def _split(headers: Iterable[tuple[str, bytes]]) -> tuple[dict[str, str], dict[str, str]]:
    attributes: dict[str, str] = {}
    own: dict[str, str] = {}
    for name, raw in headers:
        if name.startswith("ce_"):
            # One copy of each name for all messages that are kept: a fifth of their memory.
            attributes[intern(name[3:])] = raw.decode(errors="replace")
        elif name == "content-type":
            attributes["datacontenttype"] = raw.decode(errors="replace")
        else:
            own[name] = raw.decode(errors="replace")
    return attributes, own
