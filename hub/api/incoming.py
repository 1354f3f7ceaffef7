"""From an HTTP request, or one part of a batch, to a `Received`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lgsp_message.cloudevents import (
    SIGNATURE_HEADER,
    TRACE_HEADER,
    from_http,
    genuine_trace,
)
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received
from starlette.requests import Request

MAX_WAIT_SECONDS: Final = 60
"""Longest `Prefer: wait` and longest poll: proxies cut idle requests soon after."""

_TRACES: Final = frozenset({TRACE_HEADER, f"ce-{TRACE_HEADER}"})
_WAIT: Final = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message as it came, and its trace."""

    received: Received
    traceparent: str | None


def incoming(headers: Iterable[tuple[str, str]], body: bytes) -> Incoming:
    """Return the message of headers (lower-case names) and exact body bytes.

    Raises:
        Refused: `ATTRIBUTE_INVALID` or `SIGNATURE_MALFORMED` where a header stands twice or is
            not percent-encoded UTF-8.
    """
    headers = list(headers)
    signatures = [value for name, value in headers if name == SIGNATURE_HEADER]
    if len(signatures) > 1:
        raise Refused(Reason.SIGNATURE_MALFORMED, "stands twice", SIGNATURE_HEADER)
    received = Received(
        attributes=from_http(headers), body=body, signature=signatures[0] if signatures else None
    )
    return Incoming(received=received, traceparent=_trace(headers))


def request_headers(request: Request) -> list[tuple[str, str]]:
    """Return the request's headers as text; ASGI gives the names in lower case."""
    return [(name.decode("latin-1"), raw.decode("latin-1")) for name, raw in request.headers.raw]


def preferred_wait(request: Request) -> int | None:
    """Return the seconds of `Prefer: wait=N` (RFC 7240), at most `MAX_WAIT_SECONDS`."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return None if found is None else min(int(found[1]), MAX_WAIT_SECONDS)


def _trace(headers: Iterable[tuple[str, str]]) -> str | None:
    for name, value in headers:
        if name in _TRACES and genuine_trace(value):
            return value
    return None
