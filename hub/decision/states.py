"""What became of a message for one recipient: always exactly one known state (invariant 6).

`docs/audit-events.md` explains each rule. Two kinds of states, and one order between them:

* the **hub's side**: pending, retrying, held, manual_review, dead_letter, and the two that end a
  delivery before the recipient spoke: expired, withdrawn;
* the **recipient's side**: delivered < acknowledged < rejected < processed. The recipient is the
  witness of what it has, so its word beats every state of the hub's side, however late it comes,
  and among its own words the furthest stands, in whatever order they arrive.
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from hub.decision.events import Event


@unique
class State(StrEnum):
    """Where a message stands for one recipient."""

    PENDING = "pending"
    RETRYING = "retrying"
    HELD = "held"
    MANUAL_REVIEW = "manual_review"
    DEAD_LETTER = "dead_letter"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    PROCESSED = "processed"


@unique
class Owner(StrEnum):
    """Who has the next step, or where there is none, whose word closed the matter."""

    HUB = "hub"
    OPERATOR = "operator"
    RECIPIENT = "recipient"
    SENDER = "sender"


# Invariant 6: no state without an owner.
OWNER: Final[Mapping[State, Owner]] = {
    State.PENDING: Owner.RECIPIENT,
    State.RETRYING: Owner.HUB,
    State.HELD: Owner.OPERATOR,
    State.MANUAL_REVIEW: Owner.OPERATOR,
    State.DEAD_LETTER: Owner.OPERATOR,
    State.EXPIRED: Owner.SENDER,
    State.WITHDRAWN: Owner.SENDER,
    State.DELIVERED: Owner.RECIPIENT,
    State.ACKNOWLEDGED: Owner.RECIPIENT,
    State.REJECTED: Owner.SENDER,
    State.PROCESSED: Owner.RECIPIENT,
}

INITIAL: Final = State.PENDING
"""The state of every delivery of a message that has just been admitted."""
MANUAL_REVIEW_REASON: Final = "manual_review"
"""A `held` event with this reason waits for a person to choose the recipient."""
RECIPIENT_CHOSEN: Final = "recipient_chosen"
"""`resumed`: a person has chosen this recipient."""
NOT_CHOSEN: Final = "not_chosen"
"""`expired`: a person has chosen others, so this one does not get it."""
CHOICE_ENDED: Final = "choice_ended"
"""`expired`: nobody has chosen in time."""
HAS_IT: Final = "has_it"
"""`resumed`: this candidate was given it meanwhile: by a subscription, or an operator otherwise."""
DOCUMENT_CHECK: Final = "document_check"
"""`held`: the message's documents are being checked."""
DOCUMENT_REVIEW: Final = "document_indeterminate"
"""`held`: the check decided nothing, and a person must."""
BEHIND_DOCUMENTS: Final = "waits_behind_documents"
"""`held`: an earlier message of the same sender and subject waits for its documents."""
DOCUMENT_INVALID: Final = "document_invalid"
"""`expired`: a document's signature is invalid; the message will not be delivered."""
HELD_TOO_LONG: Final = "held_too_long"
"""`expired`: nobody decided while its bytes were kept."""

HOLDS_DELIVERIES: Final = frozenset({DOCUMENT_CHECK, DOCUMENT_REVIEW, BEHIND_DOCUMENTS})
"""Reasons of `held` that speak of an admitted message; without a recipient, of all deliveries."""
ENDS_CHOICE: Final = frozenset({RECIPIENT_CHOSEN, NOT_CHOSEN, CHOICE_ENDED, HAS_IT})
"""Reasons of events that end the waiting for a person's choice, each about one candidate."""
_FOR_A_PERSON: Final = frozenset({MANUAL_REVIEW_REASON, DOCUMENT_REVIEW})

_WAITING: Final = frozenset({State.HELD, State.MANUAL_REVIEW, State.DEAD_LETTER})
"""Stopped until somebody resumes it: a late attempt does not set it going again."""
_OPEN: Final = _WAITING | {State.PENDING, State.RETRYING}
_UNTOLD: Final = _OPEN | {State.EXPIRED, State.WITHDRAWN}
"""All states in which the recipient has not spoken yet."""

SETTLED: Final = frozenset(State) - _OPEN
"""All states in which nobody waits for the delivery any more."""

_REACHED_FROM: Final[Mapping[State, frozenset[State]]] = {
    State.PENDING: _WAITING | {State.RETRYING},
    State.RETRYING: frozenset({State.PENDING}),
    State.HELD: _OPEN,
    State.MANUAL_REVIEW: _OPEN,
    State.DEAD_LETTER: _OPEN,
    State.EXPIRED: _OPEN,
    State.WITHDRAWN: _OPEN,
    State.DELIVERED: _UNTOLD,
    State.ACKNOWLEDGED: _UNTOLD | {State.DELIVERED},
    State.REJECTED: _UNTOLD | {State.DELIVERED, State.ACKNOWLEDGED},
    State.PROCESSED: frozenset(State),
}

_AIM: Final[Mapping[Event, State]] = {
    Event.RESUMED: State.PENDING,
    Event.RETRYING: State.RETRYING,
    Event.HELD: State.HELD,
    Event.DEAD_LETTER: State.DEAD_LETTER,
    Event.EXPIRED: State.EXPIRED,
    Event.WITHDRAWN: State.WITHDRAWN,
    Event.DELIVERED: State.DELIVERED,
    Event.ACKNOWLEDGED: State.ACKNOWLEDGED,
    Event.REJECTED: State.REJECTED,
    Event.PROCESSED: State.PROCESSED,
}
"""The other events tell something about the message and move no delivery."""


def aim(event: Event, reason: str | None = None) -> State | None:
    """Return the state that an event speaks of, or None where it speaks of none."""
    if reason == HAS_IT:  # Its delivery goes its own way.
        return None
    if event is Event.HELD and reason in _FOR_A_PERSON:
        return State.MANUAL_REVIEW
    return _AIM.get(event)


def transition(state: State, event: Event, reason: str | None = None) -> State:
    """Return the state after `event`. Total: every event has a meaning in every state.

    An event that comes too late, or again, leaves the state as it is.
    """
    target = aim(event, reason)
    if target is None or state not in _REACHED_FROM[target]:
        return state
    return target
