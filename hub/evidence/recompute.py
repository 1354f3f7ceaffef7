"""Decide again what was decided, and compare (invariant 3). Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from lgsp_message.values import Received

from hub.answers import Answer
from hub.decision.events import AuditEvent, Decision, Event
from hub.decision.pipeline import decide
from hub.decision.rules import Rules
from hub.decision.statements import is_statement

DECISIONS: Final = frozenset({Event.ADMITTED, Event.REFUSED, Event.DUPLICATE})
_STATED: Final = ("receipt", "withdrawal")
"""Members of an effect's detail: it came from a signed statement, so from a decision."""
_COMPARED: Final = ("event", "source", "id", "recipient", "rules", "reason", "place", "body_sha256")


class Memory:
    """What had been admitted, learnt from the events themselves: the port `hub.ports.Admitted`."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def get(self, source: str, key: str) -> Answer | None:
        return self._answers.get((source, key))

    def learn(self, event: AuditEvent) -> None:
        """Take an event from before the decisions that are looked at."""
        if event.event is Event.ADMITTED and event.ingress is not None:
            self._answers[event.source, event.id] = _answer(event)
        elif event.event is Event.WITHDRAWN:
            known = self.get(event.source, event.id)
            if known is not None:
                withdrawn = msgspec.structs.replace(known, withdrawn=True)
                self._answers[event.source, event.id] = withdrawn
        elif event.recipient is not None and "receipt" in event.detail:
            counted = Answer(content_hash=b"", decided_at=event.at.timestamp())
            self._answers[event.recipient, f"{event.event} {event.source} {event.id}"] = counted

    def remember(self, decision: Decision) -> None:
        """Take what a decision wants kept, as the router does."""
        for one in decision.remembered:
            self._answers[one.source, one.key] = one.answer


def _answer(event: AuditEvent) -> Answer:
    recipients = event.detail.get("recipients", ())
    return Answer(
        content_hash=bytes.fromhex(str(event.detail.get("content_sha256", ""))),
        decided_at=event.at.timestamp(),
        recipients=tuple(map(str, recipients)),
        body_hash=bytes.fromhex(event.body_sha256 or ""),
        statement=is_statement(str(event.detail.get("type", ""))),
    )


def is_decision(event: AuditEvent) -> bool:
    """Say whether an event is what a router decided about a record of `hub.ingress`."""
    return event.event in DECISIONS and event.rules is not None and event.ingress is not None


def comes_from_a_decision(event: AuditEvent) -> bool:
    """Say whether an event was written because of one: itself, or the effect of a statement."""
    return is_decision(event) or any(name in event.detail for name in _STATED)


def again(received: Received, rules: Rules, memory: Memory, at: datetime) -> Decision:
    """Return the decision that the hub would make of the same, and remember it."""
    decision = decide(received, rules, memory, at)
    memory.remember(decision)
    return decision


def differences(decision: Decision, recorded: Iterable[AuditEvent]) -> list[str]:
    """Return what the recorded events say otherwise: names of members, never values."""
    made = [entry.event for entry in decision.entries]
    told = [event for event in recorded if comes_from_a_decision(event)]
    found = []
    for event in made:
        twin = next((one for one in told if _name(one) == _name(event)), None)
        if twin is None:
            found.append(f"no event {_words(event)}")
            continue
        told.remove(twin)
        found += [f"{_words(event)}: {name}" for name in _differing(event, twin)]
    return found + [f"an event too many: {_words(event)}" for event in told]


def _name(event: AuditEvent) -> tuple[str, str, str | None, bool]:
    # Admitted, refused and duplicate answer one question: another answer is a difference of it.
    kind = "decision" if event.event in DECISIONS else event.event.value
    return kind, event.source + "/" + event.id, event.recipient, event.event in DECISIONS


def _differing(made: AuditEvent, told: AuditEvent) -> list[str]:
    found = [name for name in _COMPARED if getattr(made, name) != getattr(told, name)]
    # As JSON: what was recorded was read from it. A newer hub may tell more than it did then.
    mine: Mapping[str, Any] = msgspec.to_builtins(made.detail)
    theirs: Mapping[str, Any] = msgspec.to_builtins(told.detail)
    return found + [f"detail.{name}" for name in theirs if mine.get(name) != theirs[name]]


def _words(event: AuditEvent) -> str:
    return " ".join(filter(None, (event.event.value, event.source, event.id, event.recipient)))
