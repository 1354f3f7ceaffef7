"""The trace of the call under way: who opens a client by `lgsp_adapter.net` continues it unasked.

W3C trace context is only carried on here; the hub makes the spans.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from lgsp_adapter.values import Delivery

_current: ContextVar[str | None] = ContextVar("lgsp_adapter_trace", default=None)


@contextmanager
def carrying(batch: Sequence[Delivery]) -> Iterator[None]:
    """Let calls within continue a delivery's trace. Several together are no one's: none is."""
    token = _current.set(batch[0].traceparent if len(batch) == 1 else None)
    try:
        yield
    finally:
        _current.reset(token)


def carried() -> str | None:
    """Return the `traceparent` that a call made now continues, or None."""
    return _current.get()
