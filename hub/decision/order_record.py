"""An order that the hub gives itself about a message; what it does: `hub.decision.orders`."""

from datetime import datetime
from enum import StrEnum, unique

import msgspec

from hub.decision.choosing import Chosen
from hub.decision.holding import expect_genuine
from hub.decision.rules import Rules
from hub.signing.verdicts import Grade, VerdictReason


@unique
class Do(StrEnum):
    """What an order asks for."""

    TELL = "tell"
    """Take what was found out about the documents."""
    LOOK = "look"
    """Deliver it if nothing stands before it any more; end it if its time is over."""
    RELEASE = "release"
    """An operator's word: deliver it, whatever was found."""
    DROP = "drop"
    """An operator's word: it will not be delivered."""
    GIVE = "give"
    """Deliver it to a subscriber who asked for the past (`hub.decision.giving`)."""
    CHOOSE = "choose"
    """An operator's word: these get what was sent to an address that may mean several."""
    REDIRECT = "redirect"
    """An operator's word: it goes to another system too, in place of one that does not take it."""


class FoundSignature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found out about one signature. Nothing that a certificate says in words."""

    grade: Grade
    reasons: tuple[VerdictReason, ...]
    algorithm: str = ""
    proven_at: datetime | None = None
    """What a trusted time stamp says."""


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found out about one document: codes, never a text.

    Invariant 9: an audit event names no person, and a certificate's words may be anybody's.
    """

    hash: str
    grade: Grade
    reasons: tuple[VerdictReason, ...] = ()
    signatures: tuple[FoundSignature, ...] = ()
    trust: str = ""
    """Version of the trust roots that were used."""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One order. JSON, under the hub's MAC."""

    do: Do
    source: str
    id: str
    found: tuple[Found, ...] = ()
    recipient: str = ""
    """Of `redirect`: the system that does not take it."""
    to: str = ""
    """Of `redirect`: the system that gets it."""
    by: str = ""
    """Who, where a person gives it (invariant 11)."""
    reason: str = ""
    chosen: tuple[Chosen, ...] = ()
    """With `CHOOSE`: an answer for each open address."""
    subscription: str = ""
    """To give it under: its id."""

    @property
    def gift(self) -> tuple[str, str, str]:
        """Source and id of the message, and the subscription that it is given under."""
        return self.source, self.id, self.subscription


def read_order(order: bytes, mac: str, rules: Rules) -> Order:
    """Return an order that the hub gave itself.

    Raises:
        Refused: `NOT_ADMITTED`.
    """
    expect_genuine(order, mac, rules)
    return msgspec.json.decode(order, type=Order)
