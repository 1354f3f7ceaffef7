"""From the audit events of one message to where it stands."""

from collections.abc import Sequence

from hub.decision.events import AuditEvent, Event
from hub.decision.states import INITIAL, transition
from hub.ports import MessageHistory, Step


def history(events: Sequence[AuditEvent]) -> MessageHistory | None:
    """Return the history that `events`, in the order of their partition, tell; None for none."""
    if not events:
        return None
    return MessageHistory(
        source=events[0].source,
        id=events[0].id,
        state=_state(events),
        recipients=_recipients(events),
        steps=tuple(_step(event) for event in events),
    )


def _state(events: Sequence[AuditEvent]) -> str:
    """An admitted message stays admitted, whatever is sent under its id later."""
    seen = {event.event for event in events}
    if Event.WITHDRAWN in seen:
        return Event.WITHDRAWN.value
    # A repetition is known only of what was admitted before.
    if seen - {Event.REFUSED, Event.HELD}:
        return Event.ADMITTED.value
    return events[-1].event.value


def _recipients(events: Sequence[AuditEvent]) -> dict[str, str]:
    states = {
        system: INITIAL
        for event in events
        if event.event is Event.ADMITTED
        for system in event.detail.get("recipients", ())
    }
    for event in events:
        concerned = states if event.recipient is None else {event.recipient}
        for system in list(concerned):
            state = states.get(system, INITIAL)
            states[system] = transition(state, event.event, event.reason)
    return {system: state.value for system, state in states.items()}


def _step(event: AuditEvent) -> Step:
    return Step(
        event=event.event.value,
        at=event.at,
        recipient=event.recipient,
        reason=event.reason,
        place=event.place,
        detail=event.detail,
    )
