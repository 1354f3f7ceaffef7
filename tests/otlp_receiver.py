"""A collector for tests: a real OTLP/HTTP receiver on loopback that keeps the spans."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from lgsp_adapter import Answer
from lgsp_adapter.testing.web import WebServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, kw_only=True)
class Told:
    """A span as it came over the wire."""

    name: str
    process: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool


class Receiver:
    """Takes spans at `url`."""

    def __init__(self):
        self.url = ""
        self.spans: list[Told] = []

    @asynccontextmanager
    async def listening(self):
        server = WebServer(self._take)
        self.url = await server.start()
        try:
            yield self
        finally:
            await server.stop()

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    async def _take(self, request):
        if (request.method, request.path) != ("POST", "/v1/traces"):
            return Answer(status=404, body=b"")
        for resource in ExportTraceServiceRequest.FromString(request.body).resource_spans:
            process = _values(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_told(process, span) for span in scope.spans]
        return Answer(status=200, body=b"")


def _told(process, span):
    return Told(
        name=span.name,
        process=process,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        attributes=_values(span.attributes),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
    )


def _values(pairs):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in pairs}
