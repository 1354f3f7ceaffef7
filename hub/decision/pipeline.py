"""The path of one message through the hub. Pure: the same input gives the same decision."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from lgsp_message.jws import decode
from lgsp_message.reason import Refused
from lgsp_message.values import Message, Received, Stamp

from hub.decision.access import authorise
from hub.decision.deduplication import deduplicate
from hub.decision.effects import admit, refuse, repeat
from hub.decision.events import Decision
from hub.decision.identity import admitted_stamp, authenticate, verify
from hub.decision.rules import Rules, System
from hub.decision.validation import validate
from hub.directory.organisations import legal_day
from hub.ports import Admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A message whose sender is proven."""

    received: Received
    stamp: Stamp
    sender: System
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """A message whose sender could not be proven, and why."""

    received: Received
    refusal: Refused


Examined = Verified | Unproven


def decide(received: Received, rules: Rules, admitted: Admitted, now: datetime) -> Decision:
    """Decide what the hub does with one message. Never raises for what a sender can cause."""
    return settle(examine(received, rules, now), rules, admitted, now)


def examine(received: Received, rules: Rules, now: datetime) -> Examined:
    """Prove who sent it. Needs no state, so many messages are examined at once on threads."""
    try:
        stamp = admitted_stamp(received, rules, hashlib.sha256(received.body).digest())
        envelope = decode(received, rules.hub)
        sender = authenticate(envelope, stamp, rules)
        message = verify(envelope, sender, now)
    except Refused as refusal:
        return Unproven(received=received, refusal=refusal)
    return Verified(received=received, stamp=stamp, sender=sender, message=message)


def settle(examined: Examined, rules: Rules, admitted: Admitted, now: datetime) -> Decision:
    """Decide in the order of the partition: what came before is in `admitted`."""
    received = examined.received
    if isinstance(examined, Unproven):
        return refuse(received, None, examined.refusal, rules, now)
    message, sender, stamp = examined.message, examined.sender, examined.stamp
    try:
        # First of all: a retry gets its old answer even if rights have changed since.
        if deduplicate(message, stamp.received_at, admitted, now) is not None:
            return repeat(received, message, rules, now)
        authorise(message, sender, rules, legal_day(now))
        value = validate(message, rules)
        return admit(received, message, value, admitted, rules, now)
    except Refused as refusal:
        return refuse(received, message, refusal, rules, now)
