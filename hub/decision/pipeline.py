"""The path of one message through the hub. Pure: the same input gives the same decision."""

import hashlib
from datetime import datetime

import msgspec
from lgsp_message.jws import decode, verify
from lgsp_message.keys import VerifyingKey
from lgsp_message.reason import Refused
from lgsp_message.values import Envelope, Message, Received, Stamp

from hub.decision.access import authorise
from hub.decision.deduplication import deduplicate
from hub.decision.effects import admit, refuse, repeat
from hub.decision.events import Decision
from hub.decision.identity import admitted_stamp, authenticate, usable_key
from hub.decision.rules import Rules, System
from hub.decision.validation import validate
from hub.directory.organisations import legal_day
from hub.ports import Admitted


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A message read, and the key that its signature must fit."""

    received: Received
    stamp: Stamp
    sender: System
    envelope: Envelope
    key: VerifyingKey


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose sender is proven."""

    received: Received
    stamp: Stamp
    sender: System
    message: Message


class Unproven(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose sender could not be proven, and why."""

    received: Received
    refusal: Refused


Examined = Verified | Unproven


def decide(received: Received, rules: Rules, admitted: Admitted, now: datetime) -> Decision:
    """Decide what the hub does with one message. Never raises for what a sender can cause."""
    return settle(examine(received, rules, now), rules, admitted, now)


def examine(received: Received, rules: Rules, now: datetime) -> Examined:
    """Prove who sent it. Needs no state, so it is done for many messages before they are settled.

    In two steps, so that a batch does each for all its messages: a signature check between two
    messages leaves the processor's caches cold for everything else.
    """
    return prove(claim(received, rules, now))


def claim(received: Received, rules: Rules, now: datetime) -> Claimed | Unproven:
    """Read what it claims, and find the key that would prove it."""
    try:
        body_hash = hashlib.sha256(received.body).digest()
        stamp = admitted_stamp(received, rules, body_hash)
        envelope = decode(received, rules.hub, body_hash)
        sender = authenticate(envelope, stamp, rules)
        key = usable_key(envelope, sender, now)
    except Refused as refusal:
        return Unproven(received=received, refusal=refusal)
    return Claimed(received=received, stamp=stamp, sender=sender, envelope=envelope, key=key)


def prove(claimed: Claimed | Unproven) -> Examined:
    """Check the signature."""
    if isinstance(claimed, Unproven):
        return claimed
    received = claimed.received
    try:
        message = verify(claimed.envelope, claimed.key)
    except Refused as refusal:
        return Unproven(received=received, refusal=refusal)
    return Verified(received=received, stamp=claimed.stamp, sender=claimed.sender, message=message)


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
