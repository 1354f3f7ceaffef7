"""An operator sends a dead letter to another system than the one that does not take it. Pure.

The message stays what its sender signed (invariant 4), and goes only where that sender may send it
(invariant 5). Its delivery to the first recipient is ended by its connector, by another word of the
same operator: until then it stays a dead letter, which somebody sees.
"""

from datetime import datetime
from typing import Final

from lgsp_message.attributes import SYSTEM_PREFIX, Attributes
from lgsp_message.values import Envelope, Received
from msgspec.structs import replace

from hub.answers import Answer
from hub.decision.access import expect_right
from hub.decision.events import AuditEvent, Entry, Event, Followed, Memory, ingress_of, place_of
from hub.decision.order_record import Order
from hub.decision.routing import deliveries_at, expect_in_time, expect_one_side, target_of
from hub.decision.rules import Rules
from hub.directory.organisations import legal_day

INSTEAD_OF: Final = "instead_of"
"""The member of a `resumed` event's detail: who did not take it."""


def expect_takes(claim: Attributes, system: str, rules: Rules, now: datetime) -> None:
    """Return if a system takes a message of this kind, and its sender may send it there.

    Raises:
        Refused: `UNKNOWN_RECIPIENT`, `NO_ENDPOINT`, `NOT_PERMITTED`, `EXPIRED`.
    """
    address = SYSTEM_PREFIX + system
    expect_in_time(claim, now)
    # As if its sender had written this address: an operator's word gives no right.
    expect_one_side(claim.source, target_of(address, claim.type, rules, now, "to").systems, "to")
    expect_right(claim, (address,), rules, legal_day(now))


def redirected(
    order: Order,
    received: Received,
    envelope: Envelope,
    answer: Answer,
    rules: Rules,
    now: datetime,
) -> Followed:
    """Return what sends an admitted message to one more system.

    Nothing where it was withdrawn, waits for its documents, was not for that recipient, or goes to
    the new one already: the order came twice, or too late.

    Raises:
        Refused: what `expect_takes` raises: told in the message's history.
    """
    waits = answer.hold is not None and answer.hold.waits
    known = answer.recipients
    if answer.withdrawn or waits or order.recipient not in known or order.to in known:
        return Followed(received=received, entries=())
    expect_takes(envelope.attributes, order.to, rules, now)
    partition = place_of(received).partition
    where = ((order.to, SYSTEM_PREFIX + order.to),)
    told = _told(order, received, envelope, rules, now)
    # The new recipient counts from now on: its receipts, and a withdrawal, which is told to it too.
    kept = replace(answer, recipients=(*known, order.to))
    return Followed(
        received=received,
        entries=(Entry(partition=partition, event=told),),
        deliveries=deliveries_at(where, envelope, rules, partition),
        remembered=(Memory(source=order.source, key=order.id, answer=kept),),
    )


def _told(
    order: Order, received: Received, envelope: Envelope, rules: Rules, now: datetime
) -> AuditEvent:
    return AuditEvent(
        event=Event.RESUMED,
        source=order.source,
        id=order.id,
        recipient=order.to,
        at=now,
        rules=rules.ref,
        body_sha256=envelope.body_hash.hex(),
        ingress=ingress_of(received),
        detail={
            "by": order.by,
            "reason": order.reason,
            INSTEAD_OF: order.recipient,
            "objects": list(envelope.attributes.objects),
        },
    )
