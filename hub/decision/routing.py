"""Where an admitted message goes. With nowhere to go it is refused, never dropped (invariant 5)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from lgsp_message.attributes import GROUP_PREFIX, ORG_PREFIX, SYSTEM_PREFIX
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope, Message

from hub.decision.events import Delivery
from hub.decision.rules import Rules
from hub.decision.sandbox import in_sandbox
from hub.directory.organisations import legal_day
from hub.signing.macs import delivery_token


def route(
    message: Message,
    rules: Rules,
    partition: int,
    now: datetime,
    subscribed: Iterable[str] = (),
) -> tuple[Delivery, ...]:
    """Return the deliveries: at least one, one for each receiving system.

    `subscribed`: systems that get it because they asked for its type.

    Several addresses may lead to one system (old and new codes of one agency): it gets the message
    once, under the first of them. One address that leads nowhere refuses the whole message, so
    that the sender learns of it at once.

    Raises:
        Refused: `EXPIRED`, `NO_RECIPIENT`, `UNKNOWN_RECIPIENT`, `NO_ENDPOINT`.
    """
    claim = message.attributes
    if claim.expirytime is not None and claim.expirytime <= now:
        raise Refused(Reason.EXPIRED, "expirytime has passed", "expirytime")
    found: dict[str, str] = {}
    for number, address in enumerate(claim.recipients):
        for system in systems_for(address, claim.type, rules, now, f"recipients/{number}"):
            found.setdefault(system, address)
    if any(in_sandbox(system) != in_sandbox(claim.source) for system in found):
        # Whatever rights say: what is tried reaches nobody, and nobody's messages are tried on.
        raise Refused(Reason.NOT_PERMITTED, "the sandbox is a world of its own", "recipients")
    for system in subscribed:
        found.setdefault(system, SYSTEM_PREFIX + system)
    if not found:
        raise Refused(Reason.NO_RECIPIENT, "no recipients and no subscription", "recipients")
    return tuple(
        _delivery(message, rules, partition, system, address) for system, address in found.items()
    )


def deliveries_to(
    systems: tuple[str, ...], message: Message, rules: Rules, partition: int
) -> tuple[Delivery, ...]:
    """Return deliveries to systems that are already chosen."""
    where = ((system, SYSTEM_PREFIX + system) for system in systems)
    return deliveries_at(where, message, rules, partition)


def systems_for(address: str, type_: str, rules: Rules, now: datetime, place: str) -> Iterator[str]:
    """Yield the systems that one address leads to.

    Raises:
        Refused: `UNKNOWN_RECIPIENT`, `NO_ENDPOINT`, with `place`.
    """
    if address.startswith(SYSTEM_PREFIX):
        yield _direct(address.removeprefix(SYSTEM_PREFIX), type_, rules, place)
    elif address.startswith(ORG_PREFIX):
        organisation = rules.directory.resolve(address.removeprefix(ORG_PREFIX), legal_day(now))
        if organisation is None:
            raise Refused(Reason.UNKNOWN_RECIPIENT, address, place)
        yield _endpoint(organisation.id, type_, rules, place)
    else:
        members = rules.directory.groups.get(address.removeprefix(GROUP_PREFIX))
        if not members:
            raise Refused(Reason.UNKNOWN_RECIPIENT, address, place)
        for member in members:
            if not rules.directory.is_active(member):
                # Not passed over: the sender would believe that the whole group has it.
                raise Refused(Reason.UNKNOWN_RECIPIENT, f"{member} of {address} is closed", place)
            yield _endpoint(member, type_, rules, place)


def _direct(name: str, type_: str, rules: Rules, place: str) -> str:
    system = rules.systems.get(name)
    if system is None or not system.active or not rules.directory.is_active(system.organisation):
        raise Refused(Reason.UNKNOWN_RECIPIENT, SYSTEM_PREFIX + name, place)
    if rules.endpoints.get((system.organisation, type_)) != name:
        raise Refused(Reason.NO_ENDPOINT, f"{SYSTEM_PREFIX}{name} does not take {type_}", place)
    return name


def _endpoint(organisation: str, type_: str, rules: Rules, place: str) -> str:
    name = rules.endpoints.get((organisation, type_))
    system = None if name is None else rules.systems.get(name)
    if system is None or not system.active:
        raise Refused(Reason.NO_ENDPOINT, f"no system of {organisation} takes {type_}", place)
    return system.name


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
