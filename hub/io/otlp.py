"""Spans over OTLP/HTTP, with OpenTelemetry's own library. Imported only where traces are on."""

from datetime import datetime
from typing import Final

from lgsp_message.cloudevents import genuine_trace
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags

from hub.io.tracing import ERROR, OUTCOME, Attributes, Side

PATH: Final = "/v1/traces"
"""Where OTLP/HTTP takes spans, below the endpoint (OTLP specification 1.x)."""

SECONDS: Final = 3.0
"""Longest request to the collector: one that is away may not keep the process from ending."""

_NANO: Final = 1_000_000_000
_KINDS: Final = {
    Side.TAKES: SpanKind.SERVER,
    Side.WORKS: SpanKind.CONSUMER,
    Side.CALLS: SpanKind.CLIENT,
}


class OtlpSpan:
    """A span of the library."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        """The W3C context that the next step continues."""
        context = self._span.get_span_context()
        flags = int(context.trace_flags)
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags:02x}"

    def end(self, outcome: str, *, error: bool = False) -> None:
        """End it with a code."""
        self._span.set_attribute(OUTCOME, outcome)
        if error:
            self._span.set_attribute(ERROR, outcome)
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class OtlpTracing:
    """Spans of one process. They are sent by a thread; what finds no room there is dropped."""

    def __init__(self, endpoint: str, ratio: float, process: str, hub: str) -> None:
        """`ratio` is the share of traces that begin here and are told; a parent decides its own."""
        resource = Resource.create({"service.name": f"hub-{process}", "service.namespace": hub})
        self._provider = TracerProvider(
            sampler=ParentBasedTraceIdRatio(ratio), resource=resource, shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint.rstrip("/") + PATH, timeout=SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("hub")

    def begin(
        self,
        name: str,
        side: Side,
        parent: str | None,
        attributes: Attributes,
        at: datetime | None = None,
    ) -> OtlpSpan:
        """Begin a step."""
        context = trace.set_span_in_context(trace.NonRecordingSpan(_context(parent)))
        start = None if at is None else int(at.timestamp() * _NANO)
        return OtlpSpan(
            self._tracer.start_span(
                name, context, kind=_KINDS[side], attributes=attributes, start_time=start
            )
        )

    def close(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()


def _context(traceparent: str | None) -> SpanContext:
    genuine = genuine_trace(traceparent)
    if genuine is None:
        return trace.INVALID_SPAN_CONTEXT
    _, trace_id, span_id, flags = genuine.split("-")
    return SpanContext(
        trace_id=int(trace_id, 16),
        span_id=int(span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16)),
    )
