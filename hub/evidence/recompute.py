"""Decide again what was decided, and compare (invariant 3). Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from hub.decision.events import AuditEvent, Effects, Event
from hub.decision.traced import TRACE_ID

DECISIONS: Final = frozenset({Event.ADMITTED, Event.REFUSED, Event.DUPLICATE})
_COMPARED: Final = ("event", "source", "id", "recipient", "rules", "reason", "place", "body_sha256")


def comes_from_a_record(event: AuditEvent) -> bool:
    """Say whether a router wrote an event because of a record of `hub.ingress`.

    It decided the message, took a statement about another one, or followed an order.
    """
    return event.rules is not None and event.ingress is not None


def left_undecided(event: AuditEvent) -> bool:
    """Say whether a router handed a record to the hub's operator: no rules had a say in it."""
    return event.event is Event.HELD and event.ingress is not None and event.rules is None


def differences(effects: Effects | None, recorded: Iterable[AuditEvent]) -> list[str]:
    """Return what the recorded events say otherwise: names of members, never values.

    `effects`: None: there should be no event.
    """
    made = [] if effects is None else [entry.event for entry in effects.entries]
    told = list(recorded)
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
    # The trace is no part of what was signed: nothing was decided by it.
    names = [name for name in theirs if name != TRACE_ID]
    return found + [f"detail.{name}" for name in names if mine.get(name) != theirs[name]]


def _words(event: AuditEvent) -> str:
    return " ".join(filter(None, (event.event.value, event.source, event.id, event.recipient)))
