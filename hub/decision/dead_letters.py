"""From audit events to the dead letters that an operator sees. Pure, as `hub.decision.history`."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

import msgspec

from hub.decision.events import AuditEvent, Event
from hub.decision.rows import DeadLetterRow
from hub.decision.states import State

OF_A_SOURCE: Final = "-"
"""In place of a recipient: a record that a source read and that became no message. No system is
called so."""


@unique
class Stage(StrEnum):
    """How far a dead letter is with the operators."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    """Somebody has taken note of it, or was given it."""
    RETRYING = "retrying"
    """It is on its way again."""
    RESOLVED = "resolved"
    """The recipient has it, or has said what it thinks of it."""
    DISCARDED = "discarded"
    """It will not be delivered."""


IN_HAND: Final = frozenset({State.PENDING, State.RETRYING, State.HELD, State.MANUAL_REVIEW})
"""States of a delivery that was a dead letter and has not ended."""
GIVEN_UP: Final = frozenset({State.EXPIRED, State.WITHDRAWN})

_ENDS_UNREAD: Final = frozenset({Event.RESUMED, Event.EXPIRED})

Key = tuple[str, str, str]


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter, opened earlier, that is none any more."""

    source: str
    id: str
    recipient: str
    ended_at: datetime
    ended_by: str
    """The event that ended it."""


class DeadLetters:
    """What a batch of events does to dead letters: rows that open, endings of earlier ones."""

    def __init__(self) -> None:
        self._rows: dict[Key, DeadLetterRow] = {}
        self._endings: dict[Key, Ending] = {}

    @property
    def rows(self) -> list[DeadLetterRow]:
        """The rows to put in place of those that are stored."""
        return list(self._rows.values())

    @property
    def endings(self) -> list[Ending]:
        """The endings of rows that are stored and open."""
        return list(self._endings.values())

    def begin(self, event: AuditEvent, recipient: str, attempts: int) -> None:
        """Take note of a delivery that the hub has stopped trying."""
        self._begin(event, event.id, recipient, attempts)

    def end(self, event: AuditEvent, recipient: str) -> None:
        """Take note that a dead letter's delivery is somewhere else now."""
        self._end(event, event.id, recipient)

    def take_unread(self, event: AuditEvent) -> None:
        """Take an event about a record of a source, which has no message's id."""
        entry = text_of(event, "entry")
        if not event.source or not entry:
            return
        id = unread_id(text_of(event, "connector") or "", entry)
        if event.event is Event.DEAD_LETTER:
            self._begin(event, id, OF_A_SOURCE, 0)
        elif event.event in _ENDS_UNREAD:
            self._end(event, id, OF_A_SOURCE)

    def _begin(self, event: AuditEvent, id: str, recipient: str, attempts: int) -> None:
        key = (event.source, id, recipient)
        self._endings.pop(key, None)
        code = event.reason or "unknown"
        self._rows[key] = DeadLetterRow(
            source=event.source,
            id=id,
            recipient=recipient,
            connector=text_of(event, "connector"),
            adapter=text_of(event, "adapter"),
            code=code,
            peer_code=text_of(event, "peer_code"),
            # Of a writer that gave none: the code is the coarsest cause there is.
            fingerprint=text_of(event, "fingerprint") or code,
            text=text_of(event, "text"),
            attempts=attempts,
            at=event.at,
        )

    def _end(self, event: AuditEvent, id: str, recipient: str) -> None:
        key = (event.source, id, recipient)
        row = self._rows.get(key)
        # Of two endings the first one is what ended it.
        if row is not None:
            if row.ended_at is None:
                self._rows[key] = msgspec.structs.replace(
                    row, ended_at=event.at, ended_by=event.event.value
                )
            return
        ending = Ending(
            source=event.source,
            id=id,
            recipient=recipient,
            ended_at=event.at,
            ended_by=event.event.value,
        )
        self._endings.setdefault(key, ending)


def stage_of(row: DeadLetterRow, state: State | None, *, taken: bool) -> Stage:
    """Return the stage of a dead letter; `state`: of its delivery, None of a source's record."""
    if row.ended_at is None:
        return Stage.ACKNOWLEDGED if taken else Stage.NEW
    if state is None:
        return Stage.DISCARDED if row.ended_by == Event.EXPIRED else Stage.RESOLVED
    if state in IN_HAND:
        return Stage.RETRYING
    return Stage.DISCARDED if state in GIVEN_UP else Stage.RESOLVED


def unread_id(connector: str, entry: str) -> str:
    """Return the id of a record that a source read.

    Its entry is unique for its connector only, and a system may have several.
    """
    return f"{connector}~{entry}"


def entry_of(id: str) -> str:
    """Return the entry in an id that `unread_id` made."""
    return id.rpartition("~")[2]


def text_of(event: AuditEvent, name: str) -> str | None:
    """Return a text of an event's detail as every database takes it; None where there is none."""
    value: Any = event.detail.get(name)
    # PostgreSQL takes no NUL.
    return value.replace("\0", "\ufffd") if isinstance(value, str) and value else None
