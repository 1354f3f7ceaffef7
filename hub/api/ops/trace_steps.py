"""The steps of a message with the time between them, and each recipient's stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from hub.api.explained import explained
from hub.api.ops.trace_models import (
    Offset,
    Party,
    ReasonShown,
    Recipient,
    StepShown,
)
from hub.decision.events import Event
from hub.decision.rows import DeliveryRow, StepRow
from hub.decision.rules import Rules
from hub.decision.states import OWNER, State
from hub.io.sql.message_trace import MessageTrace

_OF_TRIES: Final = frozenset({Event.RETRYING.value, Event.DEAD_LETTER.value})
"""Events that tell of the tries behind and ahead."""


def reason_shown(code: str | None) -> ReasonShown | None:
    """Return a reason with its explanation, where it is one of the hub's own."""
    return None if code is None else ReasonShown(code=code, help=explained(code).get("help"))


def party(rules: Rules, system: str) -> Party:
    """Return whose system it is."""
    known = rules.systems.get(system)
    of = None if known is None else rules.directory.organisations.get(known.organisation)
    return Party(
        system=system,
        organisation=None if known is None else known.organisation,
        name=None if of is None else of.name,
        level=None if of is None else of.level,
    )


def steps_shown(found: MessageTrace, shown: frozenset[str] | None) -> list[StepShown]:
    """Return the steps; `shown`: only of these recipients, None: of all."""
    before: dict[str | None, datetime] = {}
    if found.message.received_at is not None:
        before[None] = found.message.received_at
    steps = []
    for step in found.steps:
        # A recipient's first step comes after the decision, whatever happened to the others.
        earlier = before.get(step.recipient, before.get(None))
        before[step.recipient] = step.at
        if shown is None or step.recipient is None or step.recipient in shown:
            steps.append(_step(step, _ms(earlier, step.at), shown))
    return steps


def recipients_shown(
    found: MessageTrace, rules: Rules, shown: frozenset[str] | None
) -> list[Recipient]:
    """Return where the message stands for each recipient."""
    last: dict[str | None, datetime] = {step.recipient: step.at for step in found.steps}
    dead = {row.recipient for row in found.dead_letters}
    return [
        _recipient(
            row,
            rules,
            _ms(found.message.received_at, last.get(row.recipient)),
            dead,
            last_try(found, row.recipient),
        )
        for row in found.deliveries
        if shown is None or row.recipient in shown
    ]


def last_try(found: MessageTrace, recipient: str) -> StepRow | None:
    """Return the last step of a recipient that tells of tries, or None."""
    steps = (one for one in reversed(found.steps) if one.recipient == recipient)
    return next((one for one in steps if one.event in _OF_TRIES), None)


def next_try(step: StepRow | None) -> tuple[datetime | None, int | None]:
    """Return when the next try is, and how many there are in all, as the last failure told."""
    detail: dict[str, Any] = {} if step is None else msgspec.json.decode(step.detail)
    due, most = detail.get("next_at"), detail.get("most")
    try:
        at = datetime.fromisoformat(due) if isinstance(due, str) else None
    except ValueError:
        at = None
    return at, most if isinstance(most, int) else None


def _recipient(
    row: DeliveryRow, rules: Rules, total: int | None, dead: set[str], told: StepRow | None
) -> Recipient:
    next_at, most = next_try(told)
    named = f"{row.source}/{row.id}/{row.recipient}"
    return Recipient(
        **party(rules, row.recipient).model_dump(),
        state=row.state,
        owner=OWNER[row.state],
        since=row.updated_at,
        attempts=row.attempts,
        connector=row.connector,
        reason=reason_shown(row.reason),
        withdrawn_at=row.withdrawn_at,
        dead_letter=named if row.recipient in dead else None,
        next_at=next_at if row.state is State.RETRYING else None,
        most=most,
        total_ms=total,
    )


def _step(step: StepRow, after_ms: int | None, shown: frozenset[str] | None) -> StepShown:
    detail: dict[str, Any] = msgspec.json.decode(step.detail)
    return StepShown(
        event=step.event,
        at=step.at,
        after_ms=after_ms,
        recipient=step.recipient,
        reason=step.reason,
        place=step.place,
        late=step.late,
        audit=Offset(partition=step.partition, offset=step.offset),
        detail=_narrowed(detail, shown),
    )


def _narrowed(detail: Mapping[str, Any], shown: frozenset[str] | None) -> dict[str, Any]:
    """Return a step's detail without the recipients that this person may not see."""
    told, named = dict(detail), detail.get("recipients")
    if shown is not None and isinstance(named, Sequence) and not isinstance(named, str):
        told["recipients"] = [one for one in named if one in shown]
    return told


def _ms(earlier: datetime | None, later: datetime | None) -> int | None:
    """Return the time between, in milliseconds; None where clocks of two machines contradict."""
    if earlier is None or later is None or later < earlier:
        return None
    return round((later - earlier).total_seconds() * 1000)
