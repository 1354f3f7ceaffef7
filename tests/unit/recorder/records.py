"""Audit records for the recorder's tests: made by the real decision core, or by hand."""

from datetime import timedelta
from itertools import count

from lgsp_message.values import Place
from msgspec.structs import replace
from sqlalchemy import select

from hub.decision.events import AuditEvent
from hub.decision.pipeline import decide
from hub.decision.rows import AuditRecord
from hub.io.kafka.codec import decode_event, encode_event
from hub.io.sql.engine import metadata, open_blocking_engine
from hub.io.sql.objects_tables import object_access
from hub.io.sql.projection import Projection
from hub.io.sql.projection_tables import (
    dead_letters,
    deliveries,
    hour_flows,
    messages,
    minute_counts,
    steps,
)
from tests.support import NOW, PARTITION, Remembered, build_rules

PARTITIONS = 8
TABLES = (messages, deliveries, dead_letters, steps, minute_counts, hour_flows)


def on_the_wire(event, offset, partition=PARTITION):
    """Return the event as a reader of hub.audit gets it."""
    event = decode_event(encode_event(event))
    return AuditRecord(partition=partition, offset=offset, written_at=NOW, event=event)


def about(event, *, source="sender", id="msg-0001", at=NOW, **fields):
    return AuditEvent(event=event, source=source, id=id, at=at, **fields)


class Province:
    """A router without Kafka: decides, remembers, and keeps the audit records in order."""

    def __init__(self):
        self.records = []
        self._admitted, self._places = Remembered(), count(41)
        self._offsets = count()

    def decide(self, received, *, rules=None):
        """Decide one stamped message; return its decision. A second passes each time."""
        place = Place(partition=PARTITION, offset=next(self._places))
        now = NOW + timedelta(seconds=place.offset - 41)
        rules = rules or build_rules()
        decision = decide(replace(received, place=place), rules, self._admitted, now)
        self._admitted.remember(decision)
        for entry in decision.entries:
            self.tell(entry.event, entry.partition)
        return decision

    def tell(self, event, partition=PARTITION):
        """Write an event that another process than the router writes."""
        self.records.append(on_the_wire(event, next(self._offsets), partition))


class Store:
    """A projection in a file, and the recorder's part of reading on."""

    def __init__(self, path):
        self.url = f"sqlite:///{path}"
        self.engine = open_blocking_engine(self.url)
        metadata.create_all(self.engine)
        self.projection = Projection(self.engine)

    def record(self, records):
        """Record a batch after what is stored."""
        stored = self.projection.positions(range(PARTITIONS))
        end = {record.partition: record.offset + 1 for record in records}
        start = {partition: stored[partition] for partition in end}
        return self.projection.record(records, start, end)

    def dump(self):
        """Return all rows of all tables of the projection, in a fixed order."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table))))
                for table in (*TABLES, object_access)
            }

    def rows(self, table):
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))
