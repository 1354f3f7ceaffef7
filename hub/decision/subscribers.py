"""Who gets a message because he asked for its type. Both must allow it: right and subscription."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lgsp_message.attributes import SYSTEM_PREFIX, Attributes
from lgsp_message.values import Received

from hub.decision.access import may_send
from hub.decision.rules import Rules
from hub.decision.sandbox import apart
from hub.decision.subscriptions import Origin, Subscription
from hub.directory.organisations import legal_day


def subscribers(
    claim: Attributes, received: Received, told: Mapping[str, Any], rules: Rules, now: datetime
) -> dict[str, str]:
    """Return each subscribing system that gets the message, and its subscription's id.

    `told`: the facts of the body. What the sender has addressed goes to subscribers only where
    their subscription says so: a letter to one agency is nobody else's by chance.
    """
    wishes = rules.subscriptions.get(claim.type)
    if wishes is None:
        return {}
    if claim.recipients:
        wishes = tuple(one for one in wishes if one.copies)
    return chosen(wishes, claim, received, told, rules, now)


def chosen(
    wishes: Iterable[Subscription],
    claim: Attributes,
    received: Received,
    told: Mapping[str, Any],
    rules: Rules,
    now: datetime,
) -> dict[str, str]:
    """Return those of some subscriptions that this message meets: system to subscription."""
    origin = _origin(claim, received, rules, now)
    version = claim.dataschema.rpartition(":")[2]
    found: dict[str, str] = {}
    for one in wishes:
        if one.wants(origin, version, told) and _may_get(one.system, claim, rules, now):
            found.setdefault(one.system, one.id)
    return found


def _origin(claim: Attributes, received: Received, rules: Rules, now: datetime) -> Origin:
    spoken_for, day = None, legal_day(now)
    if claim.onbehalf is not None:
        spoken_for = rules.directory.resolve(claim.onbehalf, day)
    organisation = rules.systems[claim.source].organisation
    return Origin(
        system=claim.source,
        organisation=organisation if spoken_for is None else spoken_for.id,
        peer=claim.source if received.stamp is None else received.stamp.peer,
        day=day,
    )


def _may_get(name: str, claim: Attributes, rules: Rules, now: datetime) -> bool:
    system, day = rules.systems.get(name), legal_day(now)
    if apart(name, claim.source):
        return False
    # One subscriber that is suspended must not stop what a sender sends to all the others.
    if system is None or not system.active:
        return False
    if not rules.directory.is_active(system.organisation, day):
        return False
    # Invariant 5: a subscription gives no right that the sender has not.
    return may_send(claim.source, claim.type, SYSTEM_PREFIX + name, rules, day)
