"""One audit event to the counts that it adds to: by hour, measure, system, type and label."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum, unique
from typing import Final, NamedTuple

import msgspec

from hub.decision.event_rows import cleaned, names
from hub.decision.events import AuditEvent, Event
from hub.decision.history import concerns_all_recipients
from hub.decision.rows import AuditRecord, Key
from hub.decision.states import INITIAL, SETTLED, State, transition
from hub.indicators.buckets import bucket
from hub.indicators.fact_rows import fact_row
from hub.indicators.matter import FactRow

NO_TYPE: Final = ""
"""Type of a message that was refused before it could be read."""


@unique
class Measure(StrEnum):
    """What is counted. The system is the sender's, or where a delivery is meant the recipient's."""

    SENT = "sent"
    """Admitted messages of a sender; the amount is their bytes."""
    REFUSED = "refused"
    """Refused messages of a sender, by reason."""
    REPEATED = "repeated"
    """Messages that had been admitted before."""
    ADDRESSED = "addressed"
    """Deliveries that began, of a recipient."""
    ENDED = "ended"
    """Deliveries that ended, of a recipient, by the state in which they did."""
    DELAY = "delay"
    """Time from admission to the recipient's first word, by bucket; the amount is milliseconds."""
    STOPPED = "stopped"
    """Deliveries that became dead letters, or were held, of a recipient, by state."""


class Cell(NamedTuple):
    """The name of one count."""

    hour: datetime
    """The hour of the event, UTC: its own `at`, so that a rebuild finds the same one."""
    measure: Measure
    system: str
    type: str
    label: str


class Count(msgspec.Struct, kw_only=True):
    """What is added to a cell, by one partition."""

    n: int = 0
    amount: int = 0
    offset: int = -1
    """The last offset of `hub.audit` that is in it."""


class OpenDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that nobody has finished yet. Ended ones are forgotten."""

    source: str
    id: str
    recipient: str
    type: str
    since: datetime
    state: State
    partition: int
    offset: int


OpenKey = tuple[str, str, str]


class Fold:
    """Adds up records in the order of their partitions. Holds what they may change."""

    def __init__(self, known: Iterable[OpenDelivery] = ()) -> None:
        """Begin with the open deliveries that the records speak of."""
        self.counts: dict[tuple[int, Cell], Count] = {}
        self.open: dict[OpenKey, OpenDelivery] = {}
        self.touched: set[OpenKey] = set()
        """Open deliveries that began, changed or ended: the ones not in `open` have ended."""
        self.facts: list[FactRow] = []
        self._of: dict[Key, set[OpenKey]] = {}
        for one in known:
            self._keep(one)

    def take(self, record: AuditRecord) -> None:
        """Add one record. One that is no audit event adds nothing; the recorder tells of it."""
        clean = cleaned(record)
        if clean.event is None:
            return
        match clean.event.event:
            case Event.ADMITTED:
                self._admitted(clean, clean.event)
            case Event.REFUSED:
                self._add(clean, clean.event, Measure.REFUSED, label=clean.event.reason or "")
            case Event.DUPLICATE:
                self._add(clean, clean.event, Measure.REPEATED)
            case _:
                self._moved(clean, clean.event)

    def _admitted(self, record: AuditRecord, event: AuditEvent) -> None:
        size = event.detail.get("size")
        self._add(record, event, Measure.SENT, amount=size if isinstance(size, int) else 0)
        for recipient in names(event, "recipients"):
            self._add(record, event, Measure.ADDRESSED, system=recipient)
            self._keep(
                OpenDelivery(
                    source=event.source,
                    id=event.id,
                    recipient=recipient,
                    type=_type(event),
                    since=event.at,
                    state=INITIAL,
                    partition=record.partition,
                    offset=record.offset,
                ),
                touch=True,
            )
        if (row := fact_row(record, event)) is not None:
            self.facts.append(row)

    def _moved(self, record: AuditRecord, event: AuditEvent) -> None:
        for key in self._meant(event):
            known = self.open.get(key)
            # Like the projection: who resumes a whole message means what is held.
            held = known is not None and known.state in _HELD
            if known is None or (
                event.event is Event.RESUMED and event.recipient is None and not held
            ):
                continue
            state = transition(known.state, event.event, event.reason)
            if state is known.state:
                continue
            moved = msgspec.structs.replace(known, state=state, offset=record.offset)
            if state in SETTLED:
                self._end(record, event, moved)
                continue
            if state in _STOPPED:
                self._add_for(record, event, moved, Measure.STOPPED, state.value)
            self._keep(moved, touch=True)

    def _end(self, record: AuditRecord, event: AuditEvent, ended: OpenDelivery) -> None:
        key = (ended.source, ended.id, ended.recipient)
        del self.open[key]
        self._of[key[:2]].discard(key)
        self.touched.add(key)
        self._add_for(record, event, ended, Measure.ENDED, ended.state.value)
        if ended.state in _REACHED:
            delay = event.at - ended.since
            ms = max(0, int(delay.total_seconds() * 1_000))
            self._add_for(record, event, ended, Measure.DELAY, bucket(delay), ms)

    def _meant(self, event: AuditEvent) -> list[OpenKey]:
        if event.recipient is not None:
            return [(event.source, event.id, event.recipient)]
        if not concerns_all_recipients(event):
            return []
        return sorted(self._of.get((event.source, event.id), ()))

    def _keep(self, one: OpenDelivery, *, touch: bool = False) -> None:
        key = (one.source, one.id, one.recipient)
        self.open[key] = one
        self._of.setdefault(key[:2], set()).add(key)
        if touch:
            self.touched.add(key)

    def _add(
        self,
        record: AuditRecord,
        event: AuditEvent,
        measure: Measure,
        *,
        system: str | None = None,
        label: str = "",
        amount: int = 0,
    ) -> None:
        hour = event.at.replace(minute=0, second=0, microsecond=0)
        named = event.source if system is None else system
        self._count(record, Cell(hour, measure, named, _type(event), label), amount)

    def _add_for(
        self,
        record: AuditRecord,
        event: AuditEvent,
        one: OpenDelivery,
        measure: Measure,
        label: str,
        amount: int = 0,
    ) -> None:
        hour = event.at.replace(minute=0, second=0, microsecond=0)
        self._count(record, Cell(hour, measure, one.recipient, one.type, label), amount)

    def _count(self, record: AuditRecord, cell: Cell, amount: int) -> None:
        count = self.counts.setdefault((record.partition, cell), Count())
        count.n += 1
        count.amount += amount
        count.offset = record.offset


_REACHED: Final = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.REJECTED, State.PROCESSED})
"""The recipient has spoken: it has the message."""
_HELD: Final = frozenset({State.HELD, State.MANUAL_REVIEW})
_STOPPED: Final = frozenset({State.DEAD_LETTER, State.HELD, State.MANUAL_REVIEW})


def _type(event: AuditEvent) -> str:
    value = event.detail.get("type")
    return value[:MAX_TYPE] if isinstance(value, str) else NO_TYPE


MAX_TYPE: Final = 128
"""Longest type that is counted by its name; the longest shipped one has 39 characters."""


def named_deliveries(events: Iterable[AuditEvent | None]) -> Iterator[tuple[Key, str | None]]:
    """Yield what must be known before these events are added: message, and recipient if one."""
    for event in events:
        if event is None or event.event in {Event.ADMITTED, Event.REFUSED, Event.DUPLICATE}:
            continue
        if event.recipient is not None:
            yield (event.source, event.id), event.recipient
        elif concerns_all_recipients(event):
            yield (event.source, event.id), None
