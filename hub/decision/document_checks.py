"""From audit events to the messages whose documents must be looked at. Pure.

The router's memory is the truth about what a message waits for. This is what the process
`documents` must know to give it the right orders; where it is behind, an order changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from hub.decision.documents import NAME, Policy
from hub.decision.event_rows import message_row
from hub.decision.events import AuditEvent, Event
from hub.decision.orders import LONGEST_HOLD
from hub.decision.rows import Key, Outcome
from hub.decision.states import BEHIND_DOCUMENTS, DOCUMENT_REVIEW, ENDS_CHOICE
from hub.decision.watching import CHOICES

CONCERNED: Final = frozenset(
    {Event.VERDICT, Event.HELD, Event.RESUMED, Event.EXPIRED, Event.WITHDRAWN}
)
"""Events that, about a whole message, change what its documents wait for."""


class DocumentCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One admitted message, and what is still to be done because of documents."""

    source: str
    id: str
    type: str
    subject: str | None
    onbehalf: str | None
    received_at: datetime
    partition: int
    """Of `hub.ingress`."""
    offset: int
    policy: Policy | None
    """None: its own documents need no verdict, it waits behind another message."""
    hashes: tuple[str, ...]
    verdict_awaited: bool
    held: bool
    review: bool
    """A person must decide."""
    since: datetime
    until: datetime
    """When it is ended if nothing has happened."""
    due_at: datetime
    """When there is something to do next."""
    choices: Mapping[str, Sequence[str]] = {}
    """Addresses that wait for a person to choose, each with the systems that it may mean."""
    choosing: bool = False
    """It waits for that and for nothing else."""


class DocumentChecks:
    """Some checks, and what a batch of events makes of them."""

    def __init__(self, known: Iterable[DocumentCheck] = ()) -> None:
        self._checks = {(one.source, one.id): one for one in known}
        self._touched: set[Key] = set()
        self.woken: dict[tuple[str, str], datetime] = {}
        """(source, subject) of messages that go on or have ended: the next in line may be due."""

    @property
    def changed(self) -> list[DocumentCheck]:
        """The checks to put in place of those that are stored."""
        return [self._checks[key] for key in self._touched if key in self._checks]

    @property
    def done(self) -> list[Key]:
        """Messages for which nothing is left to do."""
        return [key for key in self._touched if key not in self._checks]

    def take(self, event: AuditEvent) -> None:
        """Take the next event of an audit partition. Never raises for what stands in it."""
        if event.event is Event.ADMITTED:
            check = _begun(event)
            if check is not None:
                self._put(check)
        elif (check := self._checks.get((event.source, event.id))) is not None:
            self._move(check, event)

    def _move(self, check: DocumentCheck, event: AuditEvent) -> None:
        match event.event:
            case Event.VERDICT:
                self._put(_with(check, verdict_awaited=False, due_at=check.until))
            case Event.HELD:
                self._put(_held(check, event))
            case Event.RESUMED | Event.EXPIRED if event.reason in ENDS_CHOICE:
                self._put(_chosen(check, event.at))
                self._wake(check, event.at)
            case Event.RESUMED if check.choices:
                self._put(_with(check, choosing=True, review=False, due_at=check.until))
            case Event.RESUMED if check.held:
                self._put(_with(check, held=False, due_at=event.at))
                self._wake(check, event.at)
            case Event.EXPIRED | Event.WITHDRAWN if check.held:
                self._put(_with(_chosen(check, event.at), verdict_awaited=False))
                self._wake(check, event.at)

    def _put(self, check: DocumentCheck) -> None:
        key = (check.source, check.id)
        self._touched.add(key)
        awaited = check.verdict_awaited and (check.held or check.policy is Policy.RECORD)
        if check.held or awaited:
            self._checks[key] = check
        else:
            self._checks.pop(key, None)

    def _wake(self, check: DocumentCheck, at: datetime) -> None:
        if check.subject:
            self.woken[check.source, check.subject] = at


def is_about_documents(event: AuditEvent) -> bool:
    """Say whether the event may begin or change a check: of most messages none does."""
    if event.event is Event.ADMITTED:
        return NAME in event.detail or CHOICES in event.detail
    if event.reason in ENDS_CHOICE:
        return True
    return event.recipient is None and event.event in CONCERNED


def _begun(event: AuditEvent) -> DocumentCheck | None:
    told, choices = event.detail.get(NAME, {}), event.detail.get(CHOICES, {})
    row = message_row(event, Outcome.ADMITTED)
    if not isinstance(told, dict) or row.ingress_partition is None or row.ingress_offset is None:
        return None
    policy, hashes = told.get("policy"), told.get("hashes", [])
    until = event.at + LONGEST_HOLD
    return DocumentCheck(
        source=event.source,
        id=event.id,
        type=row.type or "",
        subject=row.subject,
        onbehalf=row.onbehalf,
        received_at=row.received_at or event.at,
        partition=row.ingress_partition,
        offset=row.ingress_offset,
        policy=None if policy is None else Policy(policy),
        hashes=tuple(hashes),
        verdict_awaited=policy is not None,
        held=bool(told.get("held") or choices),
        review=False,
        since=event.at,
        until=until if row.expirytime is None else min(until, row.expirytime),
        due_at=event.at if policy is not None else until,
        choices=choices,
        choosing=bool(choices) and not told.get("held"),
    )


def _chosen(check: DocumentCheck, at: datetime) -> DocumentCheck:
    """Return it with nobody to choose any more. A verdict that is only told is still awaited."""
    return _with(check, held=False, choices={}, choosing=False, due_at=at)


def _held(check: DocumentCheck, event: AuditEvent) -> DocumentCheck:
    if event.reason == DOCUMENT_REVIEW:
        return _with(check, review=True, verdict_awaited=False, due_at=check.until)
    if event.reason == BEHIND_DOCUMENTS:
        # Its own check is over; a recorded verdict is told wherever the message stands.
        awaited = check.verdict_awaited and check.policy is Policy.RECORD
        due_at = check.due_at if awaited else check.until
        return _with(check, review=False, verdict_awaited=awaited, due_at=due_at)
    return check


def _with(check: DocumentCheck, **changes: Any) -> DocumentCheck:
    return msgspec.structs.replace(check, **changes)
