"""The spans of decisions: what was written to inboxes continues the trace of the message."""

from collections.abc import Sequence
from datetime import datetime

from lgsp_message.cloudevents import TRACE_HEADER
from msgspec.structs import replace

from hub.decision.events import Event, Followed
from hub.io.kafka.router_records import Held, Outcome, Record, Resumed
from hub.io.tracing import DECIDE, Side, Span, Tracing, about

Work = list[tuple[Record, Outcome]]


class Decided:
    """The spans of one batch. They are told once the batch is committed, and never before."""

    def __init__(self, tracing: Tracing, at: datetime) -> None:
        self._tracing, self._at = tracing, at
        self._spans: dict[tuple[int, int], tuple[Span, str, bool]] = {}

    def begin(self, work: Sequence[tuple[Record, Outcome]]) -> Work:
        """Return the work with the context of its decision on each record."""
        return [(self._begun(record, outcome), outcome) for record, outcome in work]

    def committed(self, part: Sequence[tuple[Record, Outcome]]) -> None:
        """End the spans of what stands in the log now."""
        for record, _ in part:
            place = record.place.partition, record.place.offset
            if place in self._spans:
                span, outcome, failed = self._spans.pop(place)
                span.end(outcome, error=failed)

    def _begun(self, record: Record, outcome: Outcome) -> Record:
        if isinstance(outcome, Resumed | Followed):
            return record
        event = outcome.event if isinstance(outcome, Held) else outcome.entries[0].event
        span = self._tracing.begin(
            DECIDE,
            Side.WORKS,
            record.traceparent,
            about(record.received.attributes),
            self._at,
        )
        failed = event.event in (Event.REFUSED, Event.HELD)
        place = record.place.partition, record.place.offset
        self._spans[place] = span, event.reason or event.event.value, failed
        kept = [header for header in record.headers if header[0] != TRACE_HEADER]
        return replace(
            record,
            headers=[*kept, (TRACE_HEADER, span.traceparent.encode())],
            traceparent=span.traceparent,
        )
