"""What one connector writes: its entries, its audit events. Values in, records out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lgsp_adapter import Delivery
from lgsp_message.attributes import SYSTEM_PREFIX
from msgspec.structs import replace

from hub.decision.events import AuditEvent, Event
from hub.io.kafka.codec import AUDIT_PARTITION, encode_event
from hub.io.kafka.connector_records import (
    Command,
    Entry,
    EntryState,
    Kind,
    Position,
    Unread,
    entry_name,
    record,
    record_key,
)
from hub.io.kafka.connector_writer import Step
from hub.io.kafka.inbox_records import read_inbox
from hub.io.kafka.topics import AUDIT, partition_of
from hub.io.kafka.transaction import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Makes the records of one connector."""

    connector: str
    adapter: str
    system: str
    partitions: int

    @property
    def partition(self) -> int:
        """The partition of `hub.retry` in which all of the connector stands."""
        return partition_of(self.connector, self.partitions)

    def step(self, position: Position, *outputs: Output) -> Step:
        """Return what belongs together."""
        position = replace(position, system=self.system, adapter=self.adapter)
        return Step(connector=self.connector, outputs=outputs, position=position)

    def entry(self, entry: Entry) -> Output:
        """Return the record of a delivery that waits."""
        name = entry_name(entry.source, entry.id)
        return record(self.connector, Kind.ENTRY, name, entry, self.partition)

    def key(self, entry: Entry) -> bytes:
        """Return the key of a delivery's record."""
        name = entry_name(entry.source, entry.id)
        return record_key(self.connector, Kind.ENTRY, name)

    def unread_key(self, name: str) -> bytes:
        """Return the key of the record of what a source read and nobody can use."""
        return record_key(self.connector, Kind.UNREAD, name)

    def settled(self, entry: Entry) -> Output:
        """Return the record that takes a delivery away."""
        name = entry_name(entry.source, entry.id)
        return record(self.connector, Kind.ENTRY, name, None, self.partition)

    def unread(self, name: str, unread: Unread | None) -> Output:
        """Return the record of what a source read and nobody can use; None takes it away."""
        return record(self.connector, Kind.UNREAD, name, unread, self.partition)

    def carried_out(self, command: Command) -> Output:
        """Return the record that takes a command away."""
        return record(self.connector, Kind.COMMAND, command.id, None, self.partition)

    def event(
        self,
        entry: Entry,
        event: Event,
        at: datetime,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Output:
        """Return an audit event of a delivery, in the partition of its message's history."""
        told = AuditEvent(
            event=event,
            source=entry.source,
            id=entry.id,
            recipient=self.system,
            at=at,
            reason=reason,
            detail=self._detail(detail),
        )
        return Output(
            topic=AUDIT, partition=entry.audit_partition, key=None, value=encode_event(told)
        )

    def own_event(self, event: AuditEvent) -> Output:
        """Return an audit event of what a source read, in the partition of its system."""
        told = replace(event, detail=self._detail(event.detail))
        partition = partition_of(event.source, self.partitions)
        return Output(topic=AUDIT, partition=partition, key=None, value=encode_event(told))

    def _detail(self, detail: Mapping[str, Any] | None) -> dict[str, Any]:
        told = {"connector": self.connector, **(detail or {})}
        return {name: value for name, value in told.items() if value not in (None, "")}


def entry_of(raw: Any, partitions: int, *, urgent: bool) -> Entry:
    """Return a record of an inbox as a delivery that was not tried yet.

    `urgent`: it stood in the inbox for urgent messages.
    """
    found = read_inbox(raw)
    return Entry(
        state=EntryState.BEHIND,
        offset=found.offset,
        urgent=urgent,
        audit_partition=_audit_partition(raw.headers, found.source, partitions),
        attributes=found.attributes,
        body=found.body,
        signature=found.signature,
        token=found.token,
        address=found.address,
        traceparent=found.traceparent,
        arrived_at=datetime.fromtimestamp(found.at_ms / 1000, UTC),
    )


def delivery_of(entry: Entry, system: str) -> Delivery:
    """Return what the adapter is given. The sender's bytes are untouched (invariant 4)."""
    return Delivery(
        attributes=entry.attributes,
        body=entry.body,
        signature=entry.signature,
        token=entry.token,
        address=entry.address,
        recipient=system,
        traceparent=entry.traceparent,
    )


def expires_at(entry: Entry) -> datetime | None:
    """Return when a delivery is of no use any more. The router has checked its grammar."""
    text = entry.attributes.get("expirytime")
    return None if text is None else datetime.fromisoformat(text)


def is_message(entry: Entry) -> bool:
    """Say whether it names a message. Only the hub writes inboxes; what is none is passed over."""
    source = entry.attributes.get("source", "")
    return source.startswith(SYSTEM_PREFIX) and bool(entry.attributes.get("id"))


def _audit_partition(headers: Any, source: str, partitions: int) -> int:
    raw = dict(headers).get(AUDIT_PARTITION)
    # A record without the header was written before there was one: its source's partition.
    return int(raw) if raw is not None else partition_of(source, partitions)
