"""A connector: a configured adapter that works for one system. Part of the rules, so versioned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum, unique
from hashlib import sha256
from typing import Any

import msgspec


@unique
class Wanted(StrEnum):
    """What an operator wants a connector to do."""

    RUNNING = "running"
    PAUSED = "paused"
    """It keeps its connections and moves nothing."""
    STOPPED = "stopped"
    """What is under way is finished; then it lets go of everything."""


@unique
class Isolation(StrEnum):
    """Where its adapter runs."""

    SHARED = "shared"
    """As tasks of one worker, beside others: built-in adapters that only wait for the network."""
    PROCESS = "process"
    """In a process of its own, with limits of memory and restarts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a connector may take of its other side and of this machine."""

    per_second: float = 50.0
    """Calls in a second, on average."""
    concurrency: int = 4
    """Calls under way at once."""
    batch: int = 1
    """Deliveries in one call of a sink; records in one read of a source."""
    timeout_seconds: float = 30.0
    """One call; then its end is unknown."""
    poll_seconds: float = 5.0
    """Between two reads of a source that found nothing."""
    attempts: int = 20
    """Then a delivery becomes a dead letter."""
    memory_mb: int = 256
    """Of a process of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time of the week, Viet Nam's, in which the other side is away on purpose."""

    weekdays: frozenset[int]
    """0 is Monday."""
    start: time
    end: time
    """Before `start`: it ends on the next day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One connector as the rules say it shall be."""

    name: str
    adapter: str
    """The adapter's name among the entry points `hub.adapters`."""
    system: str
    """The system it works for: a sink reads its inbox, a source hands in under its name."""
    config: Mapping[str, Any] = field(repr=False)
    """The adapter's own configuration; secrets in it are references."""
    wanted: Wanted = Wanted.RUNNING
    generation: int = 0
    """Raised by an operator: the connector starts anew."""
    isolation: Isolation = Isolation.SHARED
    limits: Limits = field(default_factory=Limits)
    windows: tuple[Window, ...] = ()
    networks: tuple[str, ...] = ()
    """Networks (CIDR) it may call, each approved by a second person. None: it calls nobody."""


def digest_of(connector: Connector) -> str:
    """Return the SHA-256 of a connector, in hex: two that are configured alike have the same."""
    return sha256(msgspec.json.encode(connector, order="deterministic")).hexdigest()
