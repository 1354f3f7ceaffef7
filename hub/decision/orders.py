"""What the hub orders itself to do with a message that it has admitted. Pure.

An order travels on the partition of `hub.ingress` that the message came through, on a copy of its
record: so one router decides it, in one order with everything else of its sender (invariant 3), and
has the bytes to deliver. Repeating an order changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from lgsp_message.jsontext import parse_json
from lgsp_message.limits import DEDUPLICATION_WINDOW
from lgsp_message.values import Envelope, Place, Received
from msgspec.structs import replace

from hub.answers import Answer, Check, Hold
from hub.decision.choosing import (
    Told,
    fits,
    still_open,
    told_of_choice,
    told_of_end,
    where,
)
from hub.decision.documents import NAME, documents_of
from hub.decision.events import (
    AuditEvent,
    Delivery,
    Entry,
    Event,
    Followed,
    Memory,
    ingress_of,
    place_of,
)
from hub.decision.giving import give
from hub.decision.holding import blocker, ended, opened
from hub.decision.order_record import Do, Found, Order
from hub.decision.redirecting import redirected
from hub.decision.routing import deliveries_at
from hub.decision.rules import Rules
from hub.decision.states import (
    BEHIND_DOCUMENTS,
    DOCUMENT_INVALID,
    DOCUMENT_REVIEW,
    HELD_TOO_LONG,
)
from hub.directory.organisations import legal_day
from hub.ports import Admitted
from hub.signing.verdicts import Grade, VerdictReason, worst

LONGEST_HOLD: Final = DEDUPLICATION_WINDOW - timedelta(days=2)
"""How long a message may wait: then its record is about to leave `hub.ingress`, and with it the
bytes to deliver."""

DROPPED: Final = "dropped"
"""Reason of `expired`: an operator has ended it."""


def follow(
    order: Order, received: Received, rules: Rules, admitted: Admitted, now: datetime
) -> Followed:
    """Return what the order changes. `received`: the copy of the message that it came on.

    Raises:
        Refused: `NOT_ADMITTED`, where the order came on another message than it names.
    """
    if order.do is Do.GIVE:
        return give(order.gift, received, rules, admitted, now)
    answer = admitted.get(order.source, order.id)
    hold = None if answer is None else answer.hold
    over = order.do is not Do.REDIRECT and (hold is None or hold.check is Check.ENDED)
    if answer is None or over:
        return Followed(received=received, entries=())
    envelope = opened(received, order.source, order.id, answer, rules)
    if order.do is Do.REDIRECT or hold is None:
        return redirected(order, received, envelope, answer, rules, now)
    return _Step(order, received, envelope, answer, hold, rules, admitted, now).take()


@dataclass(frozen=True, slots=True)
class _Step:
    """One order, and all that its outcome depends on."""

    _order: Order
    _received: Received
    _envelope: Envelope
    _answer: Answer
    _hold: Hold
    _rules: Rules
    _admitted: Admitted
    _now: datetime
    _entries: list[Entry] = field(default_factory=list)

    def take(self) -> Followed:
        """Do what is ordered."""
        if self._order.do is Do.TELL and self._hold.check in _OPEN_TO_VERDICTS:
            return self._told()
        if not self._hold.held:
            return self._unchanged()
        if self._hold.given:
            return self._of_choice()
        if self._order.do is Do.RELEASE:
            return self._go_on(self._by())
        if self._order.do is Do.DROP:
            return self._end(DROPPED, self._by())
        return self._look()

    def _of_choice(self) -> Followed:
        """Go on with a message of which only the choice of recipients is open."""
        if self._order.do is Do.CHOOSE:
            return self._choose()
        if self._time_is_over() or self._waits_too_long():
            self._say_each(told_of_end(self._hold.choices, self._answer.recipients))
            return self._choice_done({})
        return self._unchanged()

    def _choose(self) -> Followed:
        choices, has_it = self._hold.choices, self._answer.recipients
        claim, day = self._envelope.attributes, legal_day(self._now)
        wanted = fits(self._order.chosen, choices, (claim.source, claim.type), self._rules, day)
        if wanted is None:
            self._say_each(
                still_open(choices, has_it), self._by() | {"text": "the choice fits no more"}
            )
            return self._remember(self._hold)
        to = where(wanted, has_it)
        self._say_each(told_of_choice(choices, to, has_it), self._by())
        return self._choice_done(to)

    def _choice_done(self, to: Mapping[str, str]) -> Followed:
        hold = self._hold
        left = Hold(check=Check.RECORD, held=False) if hold.check is Check.RECORD else None
        answer = replace(self._answer, recipients=(*self._answer.recipients, *to))
        partition = self._place().partition
        deliveries = deliveries_at(to.items(), self._envelope, self._rules, partition)
        return self._remember(left, deliveries, answer)

    def _told(self) -> Followed:
        found = self._complete()
        grade = worst(one.grade for one in found)
        if self._hold.check is Check.REVIEW and grade is Grade.INDETERMINATE:
            return self._unchanged()  # Nothing new: a person still has to decide.
        self._say(
            Event.VERDICT, grade.value, {NAME: msgspec.json.decode(msgspec.json.encode(found))}
        )
        if self._hold.check is Check.RECORD:
            hold = replace(self._hold, check=Check.NONE)
            return self._remember(hold if hold.held else None)
        return self._judged(grade)

    def _judged(self, grade: Grade) -> Followed:
        if self._time_is_over():
            return self._end(None)
        if grade is Grade.INVALID:
            return self._end(DOCUMENT_INVALID)
        if grade is Grade.INDETERMINATE:
            self._say(Event.HELD, DOCUMENT_REVIEW)
            return self._remember(replace(self._hold, check=Check.REVIEW))
        return self._go_on()

    def _look(self) -> Followed:
        if self._time_is_over():
            return self._end(None)
        if self._waits_too_long():
            return self._end(HELD_TOO_LONG)
        if self._hold.check in (Check.REQUIRE, Check.REVIEW) or self._behind():
            return self._unchanged()
        return self._go_on()

    def _go_on(self, detail: dict[str, Any] | None = None) -> Followed:
        """Deliver it, or let it wait for its turn only."""
        check = Check.RECORD if self._hold.check is Check.RECORD else Check.NONE
        if self._behind():
            # Invariant 7: what was sent before it goes before it.
            self._say(Event.HELD, BEHIND_DOCUMENTS, detail)
            return self._remember(replace(self._hold, check=check))
        self._say(Event.RESUMED, None, detail)
        choices = self._hold.choices
        if choices:  # Whom the documents kept waiting now wait for a person.
            self._say_each(still_open(choices, self._answer.recipients))
            hold = Hold(check=check, held=True, choices=choices, given=True)
            return self._remember(hold, self._deliveries())
        left = Hold(check=check, held=False) if check is Check.RECORD else None
        return self._remember(left, self._deliveries())

    def _end(self, reason: str | None, detail: dict[str, Any] | None = None) -> Followed:
        self._say(Event.EXPIRED, reason, detail)
        # Nobody has it, and nobody will: a withdrawal that comes later has nobody to tell.
        answer = replace(self._answer, recipients=())
        return self._remember(ended(self._hold), answer=answer)

    def _complete(self) -> tuple[Found, ...]:
        """Return a verdict about each document of the message: none is passed over."""
        found = {one.hash: one for one in self._order.found}
        hashes = documents_of(parse_json(self._envelope.body), self._envelope.attributes.objects)
        return tuple(found.get(name) or _unjudged(name) for name in hashes)

    def _deliveries(self) -> tuple[Delivery, ...]:
        where = zip(self._answer.recipients, self._hold.addresses, strict=True)
        return deliveries_at(where, self._envelope, self._rules, self._place().partition)

    def _behind(self) -> str:
        return blocker(self._order.source, self._hold.behind, self._admitted)

    def _time_is_over(self) -> bool:
        until = self._envelope.attributes.expirytime
        return self._hold.held and until is not None and until <= self._now

    def _waits_too_long(self) -> bool:
        waited = self._now.timestamp() - self._answer.decided_at
        return waited >= LONGEST_HOLD.total_seconds()

    def _place(self) -> Place:
        return place_of(self._received)

    def _by(self) -> dict[str, Any]:
        return {"by": self._order.by, "reason": self._order.reason}

    def _say_each(self, told: Iterable[Told], detail: dict[str, Any] | None = None) -> None:
        # Objects: who is chosen may read them from now on, and who is not never may.
        objects = {"objects": " ".join(self._envelope.attributes.objects)}
        for event, recipient, reason, address in told:
            granted = objects if event is Event.RESUMED and objects["objects"] else {}
            more = {"address": address, **granted, **(detail or {})}
            self._say(event, reason, more, recipient)

    def _say(
        self,
        event: Event,
        reason: str | None,
        detail: dict[str, Any] | None = None,
        recipient: str | None = None,
    ) -> None:
        told = AuditEvent(
            event=event,
            source=self._order.source,
            id=self._order.id,
            recipient=recipient,
            at=self._now,
            rules=self._rules.ref,
            reason=reason,
            body_sha256=self._envelope.body_hash.hex(),
            ingress=ingress_of(self._received),
            detail=detail or {},
        )
        self._entries.append(Entry(partition=self._place().partition, event=told))

    def _unchanged(self) -> Followed:
        return Followed(received=self._received, entries=())

    def _remember(
        self,
        hold: Hold | None,
        deliveries: tuple[Delivery, ...] = (),
        answer: Answer | None = None,
    ) -> Followed:
        kept = replace(answer or self._answer, hold=hold)
        memory = Memory(source=self._order.source, key=self._order.id, answer=kept)
        return Followed(
            received=self._received,
            entries=tuple(self._entries),
            deliveries=deliveries,
            remembered=(memory,),
        )


def _unjudged(hash_: str) -> Found:
    reasons = (VerdictReason.JUDGE_FAILED,)
    return Found(hash=hash_, grade=Grade.INDETERMINATE, reasons=reasons)


_OPEN_TO_VERDICTS: Final = frozenset({Check.RECORD, Check.REQUIRE, Check.REVIEW})
