"""An operator chooses who gets a message whose address may mean several organisations. Pure.

The choice is an order like those about documents: one router takes it, in one order with everything
else of the sender (invariant 3). Whom he does not choose is told so: no candidate stays in a state
without an owner (invariant 6).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain

import msgspec
from lgsp_message.attributes import SYSTEM_PREFIX

from hub.answers import Choice
from hub.decision.access import may_send
from hub.decision.events import Event
from hub.decision.routing import taker
from hub.decision.rules import Rules
from hub.decision.sandbox import apart
from hub.decision.states import (
    CHOICE_ENDED,
    HAS_IT,
    MANUAL_REVIEW_REASON,
    NOT_CHOSEN,
    RECIPIENT_CHOSEN,
)

Told = tuple[Event, str, str, str]
"""(event, recipient, reason, address)."""


class Chosen(msgspec.Struct, frozen=True):
    """Which systems get what was sent to one address; none: nobody does."""

    address: str
    systems: tuple[str, ...]


def fits(
    chosen: Iterable[Chosen],
    choices: Iterable[Choice],
    sent: tuple[str, str],
    rules: Rules,
    day: date,
) -> Mapping[str, tuple[str, ...]] | None:
    """Return what was chosen, by address; None where it cannot be done any more.

    `sent`: source and type of the message.

    It must answer each open address, and a chosen system must take the type for its organisation
    now: the rules may have changed since the operator looked.
    """
    wanted = {one.address: one.systems for one in chosen}
    candidates = {one.address: one.candidates for one in choices}
    if wanted.keys() != candidates.keys():
        return None
    known = frozenset(chain.from_iterable(candidates.values()))
    systems = {system for names in wanted.values() for system in names}
    return wanted if all(_may_get(one, known, sent, rules, day) for one in systems) else None


def where(wanted: Mapping[str, tuple[str, ...]], has_it: Iterable[str]) -> dict[str, str]:
    """Return the chosen systems, each with the address that it is reached under.

    Who has the message already does not get it again.
    """
    known, found = frozenset(has_it), dict[str, str]()
    for address, systems in wanted.items():
        for system in systems:
            if system not in known:
                found.setdefault(system, address)
    return found


def told_of_choice(
    choices: Iterable[Choice], to: Mapping[str, str], has_it: Iterable[str]
) -> Iterator[Told]:
    """Yield what becomes of each candidate, and of each that was chosen from outside of them."""
    yield from (one for one in _ended(choices, has_it, NOT_CHOSEN) if one[1] not in to)
    for system, address in to.items():
        yield Event.RESUMED, system, RECIPIENT_CHOSEN, address


def told_of_end(choices: Iterable[Choice], has_it: Iterable[str]) -> Iterator[Told]:
    """Yield what becomes of the candidates once it is too late to choose."""
    return _ended(choices, has_it, CHOICE_ENDED)


def still_open(choices: Iterable[Choice], has_it: Iterable[str]) -> Iterator[Told]:
    """Yield that each candidate waits for a person."""
    known = frozenset(has_it)
    return (
        (Event.HELD, candidate, MANUAL_REVIEW_REASON, address)
        for candidate, address in _candidates(choices)
        if candidate not in known
    )


def _ended(choices: Iterable[Choice], has_it: Iterable[str], reason: str) -> Iterator[Told]:
    known = frozenset(has_it)
    for candidate, address in _candidates(choices):
        if candidate in known:
            yield Event.RESUMED, candidate, HAS_IT, address
        else:
            yield Event.EXPIRED, candidate, reason, address


def _candidates(choices: Iterable[Choice]) -> Iterator[tuple[str, str]]:
    return ((system, choice.address) for choice in choices for system in choice.candidates)


def _may_get(
    name: str, candidates: frozenset[str], sent: tuple[str, str], rules: Rules, day: date
) -> bool:
    (source, type_), system = sent, rules.systems.get(name)
    if system is None or taker(system.organisation, type_, rules) != name:
        return False
    if name in candidates:
        return True
    # Invariant 5: an operator's word gives no right that the sender has not.
    allowed = may_send(source, type_, SYSTEM_PREFIX + name, rules, day)
    return allowed and not apart(name, source)
