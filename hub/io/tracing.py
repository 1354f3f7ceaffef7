"""Traces: one message's way through the processes, as spans of OpenTelemetry.

Off unless `HUB_OTLP_ENDPOINT` is set. Who makes spans holds `Tracing | None`: with None no span, no
attribute and no context is made, and OpenTelemetry is not even imported.

The names of spans and attributes stand here alone. Their values are names of the rules, ids of
messages and codes, never a business key, a body or an address (invariant 9).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import Enum, unique
from typing import Final, Protocol

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Refused

SUBMIT: Final = "hub submit"
DECIDE: Final = "hub decide"
HAND_IN: Final = "hub hand in"
ATTEMPT: Final = "hub attempt"

# Semantic conventions for messaging (in development: they may change, so they stand here only).
MESSAGE_ID: Final = "messaging.message.id"
ERROR: Final = "error.type"
SOURCE: Final = "hub.source"
RECIPIENT: Final = "hub.recipient"
TYPE: Final = "hub.type"
OUTCOME: Final = "hub.outcome"
CONNECTOR: Final = "hub.connector"
ATTEMPTS: Final = "hub.attempts"

_NAME: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}")

Attributes = Mapping[str, str | int]


@unique
class Side(Enum):
    """Which part of an exchange a span is."""

    TAKES = "server"
    """Somebody outside has called."""
    WORKS = "consumer"
    """What was written earlier is worked on."""
    CALLS = "client"
    """Somebody outside is called."""


class Span(Protocol):
    """A step that has begun."""

    @property
    def traceparent(self) -> str:
        """The W3C context that the next step continues."""
        ...

    def end(self, outcome: str, *, error: bool = False) -> None:
        """End it with a code. A span that is not ended is never told to anybody."""
        ...


class Tracing(Protocol):
    """Where spans go."""

    def begin(
        self,
        name: str,
        side: Side,
        parent: str | None,
        attributes: Attributes,
        at: datetime | None = None,
    ) -> Span:
        """Begin a step now, or earlier; without a genuine parent it is a trace of its own."""
        ...

    def close(self) -> None:
        """Send what was not sent yet; blocks for some seconds where nobody listens."""
        ...


@contextmanager
def spanning(
    tracing: Tracing, name: str, side: Side, parent: str | None, attributes: Attributes
) -> Iterator[Span]:
    """Give a span that ends with the block: `ok`, the reason of a refusal, or an error's class."""
    span = tracing.begin(name, side, parent, attributes)
    try:
        yield span
    except Refused as refusal:
        span.end(refusal.reason.value, error=True)
        raise
    except BaseException as error:
        span.end(type(error).__name__, error=True)
        raise
    else:
        span.end("ok")


def about(attributes: Mapping[str, str]) -> dict[str, str | int]:
    """Return what a span says of a message, admitted or not."""
    told = {
        MESSAGE_ID: attributes.get("id", ""),
        TYPE: attributes.get("type", ""),
        SOURCE: attributes.get("source", "").removeprefix(SYSTEM_PREFIX),
    }
    # Invariant 9: before admission has looked, anything may stand there.
    return {name: value for name, value in told.items() if _NAME.fullmatch(value)}
