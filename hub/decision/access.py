"""Who may send what to whom. What is not given is refused (invariant 5)."""

from datetime import date

from lgsp_message.attributes import GROUP_PREFIX, ORG_PREFIX, SYSTEM_PREFIX, Attributes
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message

from hub.decision.rules import EVERYONE, Rules, System
from hub.decision.statements import is_statement


def authorise(message: Message, sender: System, rules: Rules, day: date) -> None:
    """Return if the sender may send this type to each address, and speak for whom it says.

    Statements about messages (receipts, withdrawals) need no right: the delivery token, or having
    sent the message, is the right.

    Raises:
        Refused: `NOT_PERMITTED`, `NOT_REPRESENTATIVE`.
    """
    claim = message.attributes
    if claim.onbehalf is not None:
        _represents(claim.onbehalf, sender, rules, day)
    if not is_statement(claim.type):
        expect_right(claim, claim.recipients, rules, day)


def expect_right(claim: Attributes, addresses: tuple[str, ...], rules: Rules, day: date) -> None:
    """Return if the sender of `claim` may send its type to each of `addresses`.

    Raises:
        Refused: `NOT_PERMITTED`.
    """
    allowed = rules.rights.get((claim.source, claim.type))
    # Invariant 5: absence is refusal, here as in every table of the rules.
    if allowed is None:
        raise Refused(Reason.NOT_PERMITTED, f"no right to send {claim.type}", "type")
    if EVERYONE in allowed:
        return
    for number, address in enumerate(addresses):
        if not _allows(allowed, address, rules, day):
            place = f"recipients/{number}"
            raise Refused(Reason.NOT_PERMITTED, f"no right to send to {address}", place)


def may_send(source: str, type_: str, address: str, rules: Rules, day: date) -> bool:
    """Say whether a system has a right to send a type to an address."""
    allowed = rules.rights.get((source, type_), frozenset())
    return EVERYONE in allowed or _allows(allowed, address, rules, day)


def _allows(allowed: frozenset[str], address: str, rules: Rules, day: date) -> bool:
    return address in allowed or covered(address, allowed, rules, day)


def _represents(code: str, sender: System, rules: Rules, day: date) -> None:
    organisation = rules.directory.resolve(code, day)
    if organisation is None or organisation.id not in sender.represents:
        raise Refused(Reason.NOT_REPRESENTATIVE, "may not speak for this organisation", "onbehalf")


def covered(address: str, allowed: frozenset[str], rules: Rules, day: date) -> bool:
    """Say whether a right for the organisation, one of its codes or its groups covers it.

    What took the place of an organisation is reached by a right for either: for the one that the
    sender knew, or for all that are there now.
    """
    of, now = _meant(address, rules, day)
    if of is not None and _right_for(of, allowed, rules):
        return True
    return bool(now) and all(_right_for(one, allowed, rules) for one in now)


def _right_for(organisation: str, allowed: frozenset[str], rules: Rules) -> bool:
    groups = rules.directory.groups_of.get(organisation, frozenset())
    if any(GROUP_PREFIX + group in allowed for group in groups):
        return True
    return any(
        right.startswith(ORG_PREFIX)
        and (known := rules.directory.codes.get(right.removeprefix(ORG_PREFIX))) is not None
        and known.organisation == organisation
        for right in allowed
    )


def _meant(address: str, rules: Rules, day: date) -> tuple[str | None, tuple[str, ...]]:
    """Return the organisation that an address means, and those that are there in its place."""
    if address.startswith(SYSTEM_PREFIX):
        system = rules.systems.get(address.removeprefix(SYSTEM_PREFIX))
        return None if system is None else system.organisation, ()
    if address.startswith(ORG_PREFIX):
        code = address.removeprefix(ORG_PREFIX)
        organisation = rules.directory.resolve(code, day)
        if organisation is not None:  # As of almost every address.
            return organisation.id, ()
        way = rules.directory.way(code, day)
        return way.of, way.to
    return None, ()
