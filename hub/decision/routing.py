"""Where an admitted message goes. With nowhere to go it is refused, never dropped (invariant 5)."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from lgsp_message.attributes import (
    AREA_PREFIX,
    GROUP_PREFIX,
    ORG_PREFIX,
    SYSTEM_PREFIX,
    Attributes,
)
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope, Message

from hub.answers import Choice
from hub.decision.events import Delivery
from hub.decision.rules import Rules
from hub.decision.sandbox import apart
from hub.directory.organisations import Via, legal_day
from hub.signing.macs import delivery_token


class Reroute(msgspec.Struct, frozen=True):
    """An address that led elsewhere than it says by the letter. Told in the `admitted` event."""

    address: str
    via: tuple[Via, ...]
    systems: tuple[str, ...]


class Routes(msgspec.Struct, frozen=True):
    """Where a message goes, and what a person must choose."""

    deliveries: tuple[Delivery, ...]
    reroutes: tuple[Reroute, ...] = ()
    choices: tuple[Choice, ...] = ()


class Target(msgspec.Struct, frozen=True):
    """Where one address leads: to all of `systems`, or to those of them that a person chooses."""

    systems: tuple[str, ...]
    via: tuple[Via, ...] = ()
    choose: bool = False


def route(
    message: Message,
    rules: Rules,
    partition: int,
    now: datetime,
    subscribed: Iterable[str] = (),
) -> Routes:
    """Return where a message goes: at least one delivery or choice, one for each receiving system.

    `subscribed`: systems that get it because they asked for its type.

    Several addresses may lead to one system (old and new codes of one agency): it gets the message
    once, under the first of them. One address that leads nowhere refuses the whole message, so
    that the sender learns of it at once.

    Raises:
        Refused: `EXPIRED`, `NO_RECIPIENT`, `UNKNOWN_RECIPIENT`, `NO_ENDPOINT`, `NOT_PERMITTED`.
    """
    claim = message.attributes
    expect_in_time(claim, now)
    targets = _targets(claim, rules, now)
    found: dict[str, str] = {}
    for address, target in targets:
        for system in () if target.choose else target.systems:
            found.setdefault(system, address)
    for system in subscribed:
        found.setdefault(system, SYSTEM_PREFIX + system)
    if not targets and not found:
        raise Refused(Reason.NO_RECIPIENT, "no recipients and no subscription", "recipients")
    deliveries = deliveries_at(found.items(), message, rules, partition)
    special = [(address, target) for address, target in targets if target.via]
    return _special(deliveries, special) if special else Routes(deliveries)


def expect_in_time(claim: Attributes, now: datetime) -> None:
    """Return if the message has not expired.

    Raises:
        Refused: `EXPIRED`.
    """
    if claim.expirytime is not None and claim.expirytime <= now:
        raise Refused(Reason.EXPIRED, "expirytime has passed", "expirytime")


def _targets(claim: Attributes, rules: Rules, now: datetime) -> list[tuple[str, Target]]:
    targets = [
        (address, target_of(address, claim.type, rules, now, f"recipients/{number}"))
        for number, address in enumerate(claim.recipients)
    ]
    # Nobody of the other side may be chosen for it either.
    for _, target in targets:
        expect_one_side(claim.source, target.systems, "recipients")
    return targets


def expect_one_side(source: str, systems: Iterable[str], place: str) -> None:
    """Return if all are of the sandbox, as the sender is, or none.

    Whatever rights say: what is tried reaches nobody, and nobody's messages are tried on.

    Raises:
        Refused: `NOT_PERMITTED`, with `place`.
    """
    for system in systems:
        if apart(system, source):
            raise Refused(Reason.NOT_PERMITTED, "the sandbox is a world of its own", place)


def _special(deliveries: tuple[Delivery, ...], special: list[tuple[str, Target]]) -> Routes:
    """Return the routes with what a person must be told or asked.

    Where everybody who could be meant gets the message anyhow, there is nothing to choose. One
    candidate is chosen once, under the first address that may mean it.
    """
    taken = {delivery.system for delivery in deliveries}
    choices, reroutes = [], []
    for address, target in special:
        if not target.choose:
            reroutes.append(Reroute(address, target.via, target.systems))
            continue
        left = tuple(system for system in target.systems if system not in taken)
        if left:
            choices.append(Choice(address, left))
            taken.update(left)
        else:
            reroutes.append(Reroute(address, target.via, target.systems))
    return Routes(deliveries, tuple(reroutes), tuple(choices))


def deliveries_to(
    systems: tuple[str, ...], message: Message, rules: Rules, partition: int
) -> tuple[Delivery, ...]:
    """Return deliveries to systems that are already chosen."""
    where = ((system, SYSTEM_PREFIX + system) for system in systems)
    return deliveries_at(where, message, rules, partition)


def target_of(address: str, type_: str, rules: Rules, now: datetime, place: str) -> Target:
    """Return where one address leads.

    Raises:
        Refused: `UNKNOWN_RECIPIENT`, `NO_ENDPOINT`, with `place`.
    """
    if address.startswith(ORG_PREFIX):
        return _organisation(address, type_, rules, legal_day(now), place)
    if address.startswith(SYSTEM_PREFIX):
        name = address.removeprefix(SYSTEM_PREFIX)
        return Target((_direct(name, type_, rules, legal_day(now), place),))
    if address.startswith(AREA_PREFIX):
        return _area(address, type_, rules, legal_day(now), place)
    return _group(address, type_, rules, legal_day(now), place)


def _organisation(address: str, type_: str, rules: Rules, day: date, place: str) -> Target:
    code = address.removeprefix(ORG_PREFIX)
    organisation = rules.directory.resolve(code, day)
    if organisation is not None:
        return Target((_endpoint(organisation.id, type_, rules, place),))
    way = rules.directory.way(code, day)
    if not way.to:
        raise Refused(Reason.UNKNOWN_RECIPIENT, address, place)
    return _along(way.to, way.via, type_, rules, place)


def _along(
    to: tuple[str, ...], via: tuple[Via, ...], type_: str, rules: Rules, place: str
) -> Target:
    """Return the way to one organisation, or to several of which a person chooses."""
    if len(to) == 1:
        return Target((_endpoint(to[0], type_, rules, place),), via)
    # Never a guess: also where one of them alone takes the type today, a person says so.
    takers = [name for id in to if (name := taker(id, type_, rules)) is not None]
    if not takers:
        raise Refused(Reason.NO_ENDPOINT, f"no system of a successor takes {type_}", place)
    return Target(tuple(dict.fromkeys(takers)), via, choose=True)


def _area(address: str, type_: str, rules: Rules, day: date, place: str) -> Target:
    id = rules.directory.competent.get((address.removeprefix(AREA_PREFIX), type_))
    to = () if id is None else rules.directory.heirs(id, day)
    if id is None or not to:
        raise Refused(Reason.UNKNOWN_RECIPIENT, f"nobody deals with {type_} in {address}", place)
    return _along(to, () if to == (id,) else (Via.SUCCEEDED,), type_, rules, place)


def _group(address: str, type_: str, rules: Rules, day: date, place: str) -> Target:
    directory, name = rules.directory, address.removeprefix(GROUP_PREFIX)
    members = directory.groups.get(name, ())
    if name in directory.by_place:  # It is whoever is there on the day.
        members = tuple(one for one in members if directory.is_active(one, day))
    if not members:
        raise Refused(Reason.UNKNOWN_RECIPIENT, address, place)
    heirs = {member: directory.heirs(member, day) for member in members}
    for member, found in heirs.items():
        if len(found) != 1:
            # Not passed over: the sender would believe that the whole group has it. Not given to
            # all either: which of them an operator has not said. He mends the group.
            what = "is split" if found else "is closed"
            raise Refused(Reason.UNKNOWN_RECIPIENT, f"{member} of {address} {what}", place)
    systems = (_endpoint(heir, type_, rules, place) for (heir,) in heirs.values())
    via = (Via.SUCCEEDED,) if any((one,) != found for one, found in heirs.items()) else ()
    return Target(tuple(dict.fromkeys(systems)), via)


def _direct(name: str, type_: str, rules: Rules, day: date, place: str) -> str:
    system = rules.systems.get(name)
    directory = rules.directory
    if system is None or not system.active or not directory.is_active(system.organisation, day):
        raise Refused(Reason.UNKNOWN_RECIPIENT, SYSTEM_PREFIX + name, place)
    if rules.endpoints.get((system.organisation, type_)) != name:
        raise Refused(Reason.NO_ENDPOINT, f"{SYSTEM_PREFIX}{name} does not take {type_}", place)
    return name


def _endpoint(organisation: str, type_: str, rules: Rules, place: str) -> str:
    name = taker(organisation, type_, rules)
    if name is None:
        raise Refused(Reason.NO_ENDPOINT, f"no system of {organisation} takes {type_}", place)
    return name


def taker(organisation: str, type_: str, rules: Rules) -> str | None:
    """Return the system that takes a type for an organisation, if one works."""
    name = rules.endpoints.get((organisation, type_))
    system = None if name is None else rules.systems.get(name)
    return None if system is None or not system.active else system.name


def deliveries_at(
    where: Iterable[tuple[str, str]], message: Message | Envelope, rules: Rules, partition: int
) -> tuple[Delivery, ...]:
    """Return deliveries to (system, address) pairs that are already chosen."""
    return tuple(_delivery(message, rules, partition, system, address) for system, address in where)


def _delivery(
    message: Message | Envelope, rules: Rules, partition: int, system: str, address: str
) -> Delivery:
    claim = message.attributes
    token = delivery_token(
        rules.macs,
        source=claim.source,
        id=claim.id,
        recipient=system,
        body_hash=message.body_hash,
        partition=partition,
    )
    return Delivery(system=system, address=address, token=token)
