"""Go through the records of one partition of `hub.ingress` again, as its router did. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from lgsp_message.reason import Refused
from lgsp_message.values import Place, Received

from hub.decision.effects import refuse
from hub.decision.events import AuditEvent, Effects, IngressRef
from hub.decision.holding import hold_key, is_stopped, order_key, read_resume, resumed, stopped
from hub.decision.order_record import read_order
from hub.decision.orders import follow
from hub.decision.pipeline import decide
from hub.decision.rules import Rules
from hub.evidence.memory import Memory
from hub.evidence.recompute import comes_from_a_record, differences, left_undecided
from hub.io.kafka.codec import Headers, read_ingress
from hub.io.kafka.router_records import COMMAND, ORDER

UNKNOWN_RULES: Final = "the version that decided is not known"
NO_EVENT: Final = "no event says what became of this record"
OUT_OF_TURN: Final = "it was decided while its sender's subject was held"


@dataclass(frozen=True, slots=True)
class _Under:
    """What a record was decided under: the rules, and when."""

    rules: Rules
    at: datetime


class Deciding:
    """One partition. Records are taken in their order."""

    def __init__(
        self,
        partition: int,
        rules: Mapping[int, Rules],
        events: Mapping[IngressRef, Sequence[AuditEvent]],
        memory: Memory,
    ) -> None:
        self._partition, self._rules, self._memory = partition, rules, memory
        self._named = {
            place.offset: told for place, told in events.items() if place.partition == partition
        }
        self._waiting = deque(sorted(self._named))
        self._last: _Under | None = None
        self.decisions = 0
        self.orders = 0
        """Of the hub to itself, also those that changed nothing."""

    @property
    def span(self) -> tuple[int, int] | None:
        """The offsets [first, end) of the records that events name; None: there are none."""
        return (self._waiting[0], self._waiting[-1] + 1) if self._waiting else None

    def gone(self, until: int | None = None) -> int:
        """Learn the outcomes of records before `until` that are not kept; return how many.

        They were decided all the same: later decisions know them.
        """
        count = 0
        while self._waiting and (until is None or self._waiting[0] < until):
            told = self._named[self._waiting.popleft()]
            count += any(map(comes_from_a_record, told))
            for event in told:
                self._memory.learn(event)
        return count

    def take(self, offset: int, headers: Headers, value: bytes) -> list[str]:
        """Decide one record; return what is recorded otherwise."""
        told = self._named.get(offset, ())
        if self._waiting and self._waiting[0] == offset:
            self._waiting.popleft()
        place = Place(partition=self._partition, offset=offset)
        named = dict(headers)
        received = read_ingress(headers, named, value, place)
        if any(map(left_undecided, told)):
            # Why is not in the record: a fault of the hub's own, or another that waits.
            self._stop(received, told[0].at, is_order=ORDER in named)
            return []
        under, known = self._under(told)
        if not known:
            return [UNKNOWN_RULES]
        if COMMAND not in named:
            return self._decided(received, told, under)
        return self._commanded(received, named, told, under)

    def _under(self, told: Sequence[AuditEvent]) -> tuple[_Under | None, bool]:
        """Return the rules and the time of a record's events; and whether the rules are known."""
        for event in told:
            if event.rules is None:
                continue
            rules = self._rules.get(event.rules.version)
            if rules is None:
                return None, False
            self._last = _Under(rules, event.at)
            break
        # What left no event was decided at that time or later: nothing that had ended by then,
        # and no time that was over, has come back.
        return self._last, True

    def _decided(
        self, received: Received, told: Sequence[AuditEvent], under: _Under | None
    ) -> list[str]:
        if under is None or not told:
            return [NO_EVENT]
        self.decisions += 1
        decision = decide(received, under.rules, self._memory, under.at)
        subject = order_key(received)
        waits = subject is not None and is_stopped(
            self._memory.get(subject[0], hold_key(subject[1]))
        )
        self._memory.remember(decision)
        return ([OUT_OF_TURN] if waits else []) + differences(decision, told)

    def _commanded(
        self,
        received: Received,
        named: Mapping[str, bytes],
        told: Sequence[AuditEvent],
        under: _Under | None,
    ) -> list[str]:
        """Follow a command: most leave no event."""
        if under is None:
            return []
        self.orders += 1
        mac = (named[COMMAND] or b"").decode(errors="replace")
        try:
            if ORDER not in named:
                self._resume(received, mac, under)
                return differences(None, told)
            effects = self._follow(received, named[ORDER] or b"", mac, under)
        except Refused as refusal:
            effects = refuse(received, None, refusal, under.rules, under.at)
        except (msgspec.MsgspecError, ValueError):
            return [NO_EVENT]  # Under the hub's own MAC, and yet no command: it would be held.
        self._memory.remember(effects)
        return differences(effects, told)

    def _follow(self, received: Received, order: bytes, mac: str, under: _Under) -> Effects:
        found = read_order(order, mac, under.rules)
        return follow(found, received, under.rules, self._memory, under.at)

    def _resume(self, received: Received, mac: str, under: _Under) -> None:
        command = read_resume(received.body, mac, under.rules)
        key = hold_key(command.subject)
        known = self._memory.get(command.source, key)
        self._memory.put(command.source, key, resumed(known))

    def _stop(self, received: Received, at: datetime, *, is_order: bool) -> None:
        """Let the successors wait. The message of an order waits as it did."""
        subject = None if is_order else order_key(received)
        if subject is not None:
            key = hold_key(subject[1])
            known = self._memory.get(subject[0], key)
            self._memory.put(subject[0], key, stopped(known, at))
