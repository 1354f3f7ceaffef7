"""One delivery that is held, and what is noted of it when an attempt fails."""

from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import datetime
from typing import Any, Final

from lgsp_adapter import AdapterError, Delivery
from lgsp_adapter.policy.fingerprint import fingerprint
from msgspec.structs import replace

from hub.io.kafka.connector_records import (
    Entry,
    EntryState,
    entry_name,
    with_content,
    without_content,
)

MAX_TEXT: Final = 300
"""Longest detail that is kept: it names a place."""


@dataclass(slots=True, eq=False)
class Item:
    """One delivery that is held."""

    entry: Entry
    delivery: Delivery
    parked: bool
    """Whether its entry stands on `hub.retry`; then its offset is settled."""
    key: str
    """What it stays in line with."""
    place: int | None = None
    """Where its record stands on `hub.retry` while its content is not held; None: it is held."""

    @property
    def name(self) -> str:
        """What its entry is called."""
        return entry_name(self.entry.source, self.entry.id)

    @property
    def named(self) -> tuple[str, str, str]:
        """Its source, id and recipient."""
        return self.entry.source, self.entry.id, self.delivery.recipient

    def lighten(self, place: int) -> None:
        """Let go of the content: its record stands at `place`."""
        self.place = place
        self._become(without_content(self.entry))

    def fill(self, record: Entry) -> None:
        """Take the content back from its record."""
        self.place = None
        self._become(with_content(self.entry, record))

    def _become(self, entry: Entry) -> None:
        self.entry = entry
        self.delivery = replaced(
            self.delivery, body=entry.body, signature=entry.signature, token=entry.token
        )

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.entry.body) + 3_000


def failed(
    item: Item,
    error: AdapterError,
    state: EntryState,
    *,
    adapter: str,
    now: datetime,
    due: datetime | None = None,
) -> Entry:
    """Return the entry of a delivery after an attempt that failed."""
    detail = error.detail[:MAX_TEXT]
    return replace(
        item.entry,
        state=state,
        due=due,
        first_at=item.entry.first_at or now,
        last_at=now,
        code=error.code,
        detail=detail,
        peer_code=error.peer_code,
        fingerprint=fingerprint(adapter, error.code, error.peer_code, detail),
    )


def told(item: Item, error: AdapterError) -> dict[str, Any]:
    """Return what the audit event of a failure says."""
    return {
        "attempts": item.entry.tries,
        "peer_code": error.peer_code,
        "text": error.detail[:MAX_TEXT],
    }
