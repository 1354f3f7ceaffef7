"""From audit events to what is known of each message. Pure: the same events give the same rows.

`History` takes events in the order of their audit partition.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from lgsp_message.reason import Reason

from hub.decision.dead_letters import DeadLetters, text_of
from hub.decision.event_rows import (
    MAX_INT,
    message_row,
    names,
    pending_delivery,
    step_row,
    unreadable_step,
)
from hub.decision.events import AuditEvent, Event
from hub.decision.rows import AuditRecord, DeliveryRow, Grant, Key, MessageRow, Outcome, StepRow
from hub.decision.statements import is_statement
from hub.decision.states import (
    ENDS_CHOICE,
    HOLDS_DELIVERIES,
    RECIPIENT_CHOSEN,
    State,
    aim,
    transition,
)
from hub.decision.tallies import Counted, Tallies

_HELD: Final = frozenset({State.HELD, State.MANUAL_REVIEW})


class History:
    """What is known of some messages, and what a batch of events makes of it."""

    def __init__(
        self, messages: Iterable[MessageRow] = (), deliveries: Iterable[DeliveryRow] = ()
    ) -> None:
        self._messages = {(row.source, row.id): row for row in messages}
        self._deliveries: dict[Key, dict[str, DeliveryRow]] = {}
        for row in deliveries:
            self._deliveries.setdefault((row.source, row.id), {})[row.recipient] = row
        self._changed_messages: set[Key] = set()
        self._changed_deliveries: set[tuple[str, str, str]] = set()
        self._grants: dict[tuple[str, str], Grant] = {}
        self.dead_letters = DeadLetters()
        self.tallies = Tallies()
        self.steps: list[StepRow] = []

    @property
    def messages(self) -> list[MessageRow]:
        """The rows of messages that changed."""
        return [self._messages[key] for key in self._changed_messages]

    @property
    def deliveries(self) -> list[DeliveryRow]:
        """The rows of deliveries that changed."""
        return [
            self._deliveries[source, id][recipient]
            for source, id, recipient in self._changed_deliveries
        ]

    @property
    def grants(self) -> list[Grant]:
        """The accesses to objects that came about."""
        return list(self._grants.values())

    def take(self, record: AuditRecord) -> None:
        """Take the next record of an audit partition. Never raises for what stands in it."""
        event = record.event
        if event is None:
            self.steps.append(unreadable_step(record))
            return
        late = False
        if is_about_a_message(event):
            late = self._apply(event)
        else:
            self.dead_letters.take_unread(event)
        self.steps.append(step_row(record, event, late=late))

    def _apply(self, event: AuditEvent) -> bool:
        """Change the rows; say whether the event came too late."""
        if event.event is Event.ADMITTED:
            self._admit(event)
        elif event.event is Event.REFUSED:
            self.tallies.decided(event.at, event.source, Counted.REFUSED, event.reason or "")
            self._put_undecided(event, Outcome.REFUSED)
        elif self._is_held_undecided(event):
            self._put_undecided(event, Outcome.HELD)
        elif event.event is Event.DUPLICATE:
            self.tallies.decided(event.at, event.source, Counted.DUPLICATE)
            self._ensure_message(event)
        elif event.event is Event.SUBSCRIBED:
            self._subscribe(event)
        elif not self._is_release(event):
            return self._move(event)
        return False

    def _is_held_undecided(self, event: AuditEvent) -> bool:
        """Say whether a record of `hub.ingress` was held: before it became a decided message."""
        if event.event is not Event.HELD or event.recipient is not None:
            return False
        if event.reason in HOLDS_DELIVERIES:
            return False
        return event.ingress is not None or not self._known_as_admitted(event)

    def _is_release(self, event: AuditEvent) -> bool:
        """Say whether a held record of `hub.ingress` goes back to be decided."""
        released = event.event is Event.RESUMED and event.recipient is None
        return released and not self._known_as_admitted(event)

    def _admit(self, event: AuditEvent) -> None:
        earlier = self._messages.get((event.source, event.id))
        fresh = message_row(event, Outcome.ADMITTED)
        known = earlier is not None and earlier.ingress_offset is not None
        # An id admitted anew, after the hub had forgotten it: the deliveries begin again.
        again = known and self._known_as_admitted(event)
        if again and earlier is not None and not _is_later(fresh, earlier):
            return
        self._put_message(fresh)
        counted = Counted.STATEMENT if is_statement(fresh.type or "") else Counted.ADMITTED
        self.tallies.decided(event.at, event.source, counted)
        for recipient in names(event, "recipients"):
            before = self._delivery(event, recipient)
            if again or before is None:
                self._put_delivery(pending_delivery(event, recipient))
                self.tallies.begun(event.at, event.source, recipient)
                self._end_dead_letter(event, before)
            self._grant(event, recipient)

    def _subscribe(self, event: AuditEvent) -> None:
        """A message that was admitted earlier has one recipient more."""
        self._ensure_message(event)
        recipient = event.recipient
        if recipient is None:
            return
        known = self._delivery(event, recipient)
        # One that is held here was only a candidate: it waits for no person any more.
        if known is None or known.state in _HELD:
            self._put_delivery(pending_delivery(event, recipient))
            self.tallies.begun(event.at, event.source, recipient)
            self._grant(event, recipient)

    def _grant(self, event: AuditEvent, recipient: str) -> None:
        for hash_ in names(event, "objects"):
            grant = Grant(hash=hash_, system=recipient, granted_at=event.at)
            self._grants.setdefault((hash_, recipient), grant)

    def _put_undecided(self, event: AuditEvent, outcome: Outcome) -> None:
        if _replaces(event, self._messages.get((event.source, event.id))):
            self._put_message(message_row(event, outcome))

    def _ensure_message(self, event: AuditEvent) -> None:
        """A statement about a message proves that it was admitted, also where that is not read."""
        if not self._known_as_admitted(event):
            row = MessageRow(
                source=event.source, id=event.id, outcome=Outcome.ADMITTED, decided_at=event.at
            )
            self._put_message(row)

    def _known_as_admitted(self, event: AuditEvent) -> bool:
        row = self._messages.get((event.source, event.id))
        return row is not None and row.outcome is Outcome.ADMITTED

    def _move(self, event: AuditEvent) -> bool:
        self._ensure_message(event)
        self._mark(event)
        if event.event is Event.RESUMED and event.recipient is not None:
            # Sent or given to it by an operator: it may read what the message refers to.
            self._grant(event, event.recipient)
        moved = [self._move_one(event, recipient) for recipient in self._concerned(event)]
        return bool(moved) and not any(moved) and aim(event.event, event.reason) is not None

    def _mark(self, event: AuditEvent) -> None:
        """Keep with the message what an event tells about it, whatever becomes of deliveries."""
        row = self._messages[event.source, event.id]
        if event.event is Event.WITHDRAWN and row.withdrawn_at is None:
            self._put_message(msgspec.structs.replace(row, withdrawn_at=event.at))
        elif event.event is Event.VERDICT and event.reason is not None:
            self._put_message(msgspec.structs.replace(row, verdict=event.reason))
        elif _is_retry(event):
            self._put_message(msgspec.structs.replace(row, retried_at=event.at))

    def _concerned(self, event: AuditEvent) -> list[str]:
        if event.recipient is not None:
            return [event.recipient]
        if aim(event.event, event.reason) is None:
            return []
        known = self._deliveries.get((event.source, event.id), {})
        if event.event is Event.RESUMED:
            # What waits for its own inbox, or for an operator's retry, is resumed by name.
            return [name for name, row in known.items() if row.state in _HELD]
        return list(dict.fromkeys((*known, *names(event, "recipients"))))

    def _move_one(self, event: AuditEvent, recipient: str) -> bool:
        """Say whether the delivery now is in the state that the event speaks of."""
        row = self._delivery(event, recipient)
        before = row or pending_delivery(event, recipient)
        after = _moved(before, event)
        self.tallies.moved(event.at, event.source, recipient, before.state, after.state)
        if row is None or after is not before:
            self._put_delivery(after)
        if event.event is Event.RESUMED and event.reason == RECIPIENT_CHOSEN:
            # Only now is it one: a candidate that is not chosen never was a delivery.
            self.tallies.begun(event.at, event.source, recipient)
        if event.event is Event.DEAD_LETTER and after.state is State.DEAD_LETTER:
            self.dead_letters.begin(event, recipient, after.attempts)
        elif after.state is not State.DEAD_LETTER:
            self._end_dead_letter(event, row)
        return after.state is aim(event.event, event.reason)

    def _end_dead_letter(self, event: AuditEvent, before: DeliveryRow | None) -> None:
        if before is not None and before.state is State.DEAD_LETTER:
            self.dead_letters.end(event, before.recipient)

    def _delivery(self, event: AuditEvent, recipient: str) -> DeliveryRow | None:
        return self._deliveries.get((event.source, event.id), {}).get(recipient)

    def _put_message(self, row: MessageRow) -> None:
        self._messages[row.source, row.id] = row
        self._changed_messages.add((row.source, row.id))

    def _put_delivery(self, row: DeliveryRow) -> None:
        self._deliveries.setdefault((row.source, row.id), {})[row.recipient] = row
        self._changed_deliveries.add((row.source, row.id, row.recipient))


def is_about_a_message(event: AuditEvent) -> bool:
    """Say whether the event names a message: not even that can be read of some bytes."""
    return bool(event.source and event.id)


def concerns_all_recipients(event: AuditEvent) -> bool:
    """Say whether the event moves every delivery of its message."""
    return event.recipient is None and aim(event.event, event.reason) is not None


def _is_retry(event: AuditEvent) -> bool:
    """Say whether an operator had one delivery tried again."""
    by_name = event.event is Event.RESUMED and event.recipient is not None
    return by_name and event.reason not in ENDS_CHOICE and text_of(event, "by") is not None


def _replaces(event: AuditEvent, earlier: MessageRow | None) -> bool:
    """Say whether a refusal, or a hold, is the latest truth.

    It never hides an admission. A record without the hub's stamp was written by nobody knows whom,
    on whatever partition: the names on it count only where nothing else is known of them.
    """
    if earlier is None:
        return True
    if earlier.outcome is Outcome.ADMITTED:
        return False
    if event.reason != Reason.NOT_ADMITTED:
        return True
    # The order of two partitions is not fixed; the earlier of two such refusals is.
    return earlier.reason == Reason.NOT_ADMITTED and event.at < earlier.decided_at


def _is_later(fresh: MessageRow, earlier: MessageRow) -> bool:
    return (fresh.ingress_offset or 0) > (earlier.ingress_offset or 0)


def _moved(row: DeliveryRow, event: AuditEvent) -> DeliveryRow:
    state = transition(row.state, event.event, event.reason)
    attempts = _attempts(row, event)
    withdrawn_at = row.withdrawn_at
    if event.event is Event.WITHDRAWN and withdrawn_at is None:
        withdrawn_at = event.at
    connector = text_of(event, "connector") or row.connector
    if state is row.state and attempts == row.attempts:
        if withdrawn_at is row.withdrawn_at and connector == row.connector:
            return row
        return msgspec.structs.replace(row, withdrawn_at=withdrawn_at, connector=connector)
    return msgspec.structs.replace(
        row,
        state=state,
        attempts=attempts,
        reason=event.reason,
        updated_at=event.at,
        withdrawn_at=withdrawn_at,
        connector=connector,
    )


def _attempts(row: DeliveryRow, event: AuditEvent) -> int:
    told = event.detail.get("attempts")
    if isinstance(told, int):
        return max(row.attempts, min(told, MAX_INT))
    return row.attempts + (event.event is Event.ATTEMPTED)
