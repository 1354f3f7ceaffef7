"""What the hub remembered at a moment, learnt from the audit events before it. Pure.

The router keeps it in `hub.seen`, which forgets after its window; the log does not.
"""

from typing import Any

import msgspec
from lgsp_message.attributes import SYSTEM_PREFIX

from hub.answers import Answer, Check, Choice, Hold
from hub.decision.documents import NAME
from hub.decision.events import AuditEvent, Effects, Event
from hub.decision.exchanges import NAME as EXCHANGE
from hub.decision.exchanges import answered_key, counting_key
from hub.decision.holding import ended, hold_key, last_in_line, lined_up, withdrawn_hold
from hub.decision.redirecting import INSTEAD_OF
from hub.decision.statements import is_statement
from hub.decision.states import BEHIND_DOCUMENTS, DOCUMENT_REVIEW, ENDS_CHOICE, RECIPIENT_CHOSEN
from hub.decision.watching import CHOICES


class Memory:
    """What had been admitted: the port `hub.ports.Admitted`."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def get(self, source: str, key: str) -> Answer | None:
        return self._answers.get((source, key))

    def put(self, source: str, key: str, answer: Answer | None) -> None:
        """Set what stands under a key; None: nothing."""
        if answer is None:
            self._answers.pop((source, key), None)
        else:
            self._answers[source, key] = answer

    def remember(self, effects: Effects) -> None:
        """Take what a decision or an order wants kept, as the router does."""
        for one in effects.remembered:
            self._answers[one.source, one.key] = one.answer

    def learn(self, event: AuditEvent) -> None:
        """Take the next event from before the decisions that are looked at."""
        if event.event is Event.ADMITTED:
            self._admitted(event)
        elif event.event is Event.SUBSCRIBED:
            self._subscribed(event)
        elif event.recipient is not None and "receipt" in event.detail:
            counted = Answer(content_hash=b"", decided_at=event.at.timestamp())
            self._answers[event.recipient, f"{event.event} {event.source} {event.id}"] = counted
        elif (known := self.get(event.source, event.id)) is not None:
            moved = _moved(known, event) if event.recipient is None else _of_one(known, event)
            self._answers[event.source, event.id] = moved

    def _subscribed(self, event: AuditEvent) -> None:
        known = self.get(event.source, event.id)
        if known is None or event.recipient is None:
            return
        hold, recipients = known.hold, (*known.recipients, event.recipient)
        if hold is not None and hold.waits:
            addresses = (*hold.addresses, SYSTEM_PREFIX + event.recipient)
            hold = msgspec.structs.replace(hold, addresses=addresses)
        self._answers[event.source, event.id] = msgspec.structs.replace(
            known, recipients=recipients, hold=hold
        )

    def _admitted(self, event: AuditEvent) -> None:
        answer, subject = _answer(event), event.detail.get("subject")
        if NAME in event.detail or CHOICES in event.detail:
            behind = last_in_line(event.source, subject, self)
            hold = _hold(event, behind, answer.recipients)
            answer = msgspec.structs.replace(answer, hold=hold)
            if subject and hold.held:
                self._answers[event.source, hold_key(subject)] = lined_up(event.id, event.at)
        self._answers[event.source, event.id] = answer
        self._exchanged(event)

    def _exchanged(self, event: AuditEvent) -> None:
        """Learn what a request or an answer left behind (`hub.decision.exchanges`)."""
        told = event.detail.get(EXCHANGE)
        if not isinstance(told, dict):
            return
        if "officer" in told:
            key = counting_key(str(told["officer"]), str(told.get("hour")))
            known = self.get(event.source, key)
            count = 1 if known is None else known.count + 1
        else:
            key, count = answered_key(str(told.get("source")), str(told.get("id"))), 0
        counted = Answer(content_hash=b"", decided_at=event.at.timestamp(), count=count)
        self._answers[event.source, key] = counted


def _answer(event: AuditEvent) -> Answer:
    recipients = event.detail.get("recipients", ())
    return Answer(
        content_hash=bytes.fromhex(str(event.detail.get("content_sha256", ""))),
        decided_at=event.at.timestamp(),
        recipients=tuple(map(str, recipients)),
        body_hash=bytes.fromhex(event.body_sha256 or ""),
        statement=is_statement(str(event.detail.get("type", ""))),
    )


def _hold(event: AuditEvent, behind: str, recipients: tuple[str, ...]) -> Hold:
    told: dict[str, Any] = event.detail.get(NAME, {})
    policy, waits = told.get("policy"), bool(told.get("held"))
    choices = tuple(
        Choice(address, tuple(systems))
        for address, systems in event.detail.get(CHOICES, {}).items()
    )
    return Hold(
        check=Check.NONE if policy is None else Check(policy),
        held=waits or bool(choices),
        behind=behind if waits else "",
        # Under which address each was meant shows in no event, and changes none.
        addresses=tuple(SYSTEM_PREFIX + one for one in recipients) if waits else (),
        choices=choices,
        given=bool(choices) and not waits,
    )


def _of_one(known: Answer, event: AuditEvent) -> Answer:
    """Return what is remembered of a message after an operator's word about one recipient."""
    recipients, hold = known.recipients, known.hold
    if event.reason == RECIPIENT_CHOSEN or INSTEAD_OF in event.detail:
        recipients = (*recipients, event.recipient or "")
    if event.reason in ENDS_CHOICE and hold is not None:
        hold = _left(hold)
    return msgspec.structs.replace(known, recipients=recipients, hold=hold)


def _left(hold: Hold) -> Hold | None:
    """Return what stays open once it is delivered: a verdict that is only told."""
    return Hold(check=hold.check, held=False) if hold.check is Check.RECORD else None


def _moved(known: Answer, event: AuditEvent) -> Answer:
    """Return what is remembered of a message after an event about it (`hub.decision.orders`)."""
    hold = known.hold
    if event.event is Event.WITHDRAWN:
        return msgspec.structs.replace(known, withdrawn=True, hold=withdrawn_hold(hold))
    if hold is None:
        return known
    if event.event is Event.EXPIRED:
        return msgspec.structs.replace(known, recipients=(), hold=ended(hold))
    return msgspec.structs.replace(known, hold=_held(hold, event))


def _held(hold: Hold, event: AuditEvent) -> Hold | None:
    recorded = hold.check is Check.RECORD
    match event.event, event.reason:
        case Event.VERDICT, _ if recorded:
            hold = msgspec.structs.replace(hold, check=Check.NONE)
            return hold if hold.held else None
        case Event.RESUMED, _ if hold.choices:
            check = hold.check if recorded else Check.NONE
            return Hold(check=check, held=True, choices=hold.choices, given=True)
        case Event.RESUMED, _:
            return _left(hold)
        case Event.HELD, reason if reason == DOCUMENT_REVIEW:
            return msgspec.structs.replace(hold, check=Check.REVIEW)
        case Event.HELD, reason if reason == BEHIND_DOCUMENTS and not recorded:
            return msgspec.structs.replace(hold, check=Check.NONE)
    return hold
