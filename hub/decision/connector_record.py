"""A connector as it travels on `hub.rules`, and the value that the snapshot has of it."""

from datetime import time
from typing import Any

import msgspec

from hub.decision.connectors import Connector, Isolation, Limits, Wanted, Window


class WindowRecord(msgspec.Struct, frozen=True):
    """One `Window`. Weekdays stand sorted: the same window is the same bytes."""

    weekdays: tuple[int, ...]
    start: time
    end: time


class ConnectorRecord(msgspec.Struct, frozen=True):
    """`connector/<name>`. Its fields are those of `hub.decision.connectors.Connector`."""

    adapter: str
    system: str
    config: dict[str, Any]
    wanted: Wanted = Wanted.RUNNING
    generation: int = 0
    isolation: Isolation = Isolation.SHARED
    limits: Limits = msgspec.field(default_factory=Limits)
    windows: tuple[WindowRecord, ...] = ()
    networks: tuple[str, ...] = ()
    """Only what a second person approved: nobody's wish alone is a rule."""


def connector_of(name: str, record: ConnectorRecord) -> Connector:
    """Return the connector that a record speaks of."""
    fields = msgspec.structs.asdict(record)
    windows = tuple(
        Window(weekdays=frozenset(one.weekdays), start=one.start, end=one.end)
        for one in record.windows
    )
    return Connector(**(fields | {"name": name, "windows": windows}))
