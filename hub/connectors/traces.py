"""The spans of attempts: the peer's call continues the trace of the message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lgsp_adapter import AdapterError, Delivery, Result

from hub.connectors.items import Item
from hub.io.tracing import ATTEMPT, ATTEMPTS, CONNECTOR, RECIPIENT, Side, Span, Tracing, about


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTraces:
    """Makes the spans of one connector's attempts."""

    tracing: Tracing
    connector: str

    def begin(self, items: Sequence[Item]) -> "Attempted":
        """Begin a span for each delivery that is handed over now."""
        return Attempted([(self._span(item), item.delivery) for item in items])

    def _span(self, item: Item) -> Span:
        attributes = about(item.delivery.attributes) | {
            RECIPIENT: item.delivery.recipient,
            CONNECTOR: self.connector,
            ATTEMPTS: item.entry.tries,
        }
        return self.tracing.begin(ATTEMPT, Side.CALLS, item.delivery.traceparent, attributes)


class Attempted:
    """One hand-over with the spans that have begun for it."""

    def __init__(self, begun: Sequence[tuple[Span, Delivery]]) -> None:
        self._begun = begun

    @property
    def deliveries(self) -> list[Delivery]:
        """The deliveries as the adapter gets them: each with the context of its attempt."""
        return [replace(one, traceparent=span.traceparent) for span, one in self._begun]

    def ended(self, results: Sequence[Result]) -> None:
        """End each span with its result's code."""
        for (span, _), result in zip(self._begun, results, strict=True):
            failed = isinstance(result, AdapterError)
            span.end(result.code if isinstance(result, AdapterError) else "ok", error=failed)

    def failed(self, error: BaseException) -> None:
        """End all: the call has no result."""
        code = error.code if isinstance(error, AdapterError) else type(error).__name__
        for span, _ in self._begun:
            span.end(code, error=True)
