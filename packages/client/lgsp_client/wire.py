"""What both runners need to put plans on the wire with httpx2."""

import random
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

import httpx2

from lgsp_client.plan import Answer, Ask, Backoff, World

WORLD: Final = World(
    now=lambda: datetime.now(UTC),
    ticks=time.monotonic,
    chance=random.SystemRandom().random,
)
"""The real clocks and real chance."""

BACKOFF: Final = Backoff()
"""Six tries within some ten seconds."""

BODY: Final = frozenset({200, 206})
"""Statuses whose body is the object that was asked for."""

STREAMS: Final = 200
"""The one status that begins a stream of events."""

USER_AGENT: Final = f"lgsp-hub-client/{version('lgsp-hub-client')}"

CONNECT_SECONDS: Final = 10.0
"""Longest wait for a connection: a province's network answers in milliseconds or not at all."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_url(url: str, *, allow_plain_http: bool) -> str:
    """Return `url` without a slash at its end.

    Raises:
        ValueError: it is not https, and neither on this machine nor allowed by name: whoever can
            read a bearer token on the way can hand in for five minutes.
    """
    parts = urlsplit(url)
    local = parts.hostname in _LOOPBACK
    if parts.scheme == "https" or (parts.scheme == "http" and (local or allow_plain_http)):
        return url.rstrip("/")
    raise ValueError("the hub's address begins with https:// (http:// only on this machine)")


def timeout(ask: Ask) -> httpx2.Timeout:
    """Return the limits of one request."""
    return httpx2.Timeout(ask.timeout, connect=CONNECT_SECONDS)


def answer(response: httpx2.Response, body: bytes) -> Answer:
    """Return a response as the plans see it."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=body)
