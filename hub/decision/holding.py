"""Messages that wait behind another of the same sender and subject (invariant 7).

There are two ways to wait. Where the hub itself is at fault, a message is held undecided, and its
successors with it, until an operator releases them all, in order. Where a message waits for its
documents it is admitted, and so are its successors: they stand in a line, and each is delivered
once those before it are delivered or have ended.
"""

from datetime import datetime

import msgspec
from lgsp_message.jws import content_hash, decode
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope, Received

from hub.answers import Answer, Check, Hold, Line
from hub.decision.rules import Rules
from hub.ports import Admitted
from hub.signing.macs import command_is_genuine


class Resume(msgspec.Struct, frozen=True):
    """A command of the hub's operator: messages of this sender and subject may pass again. JSON."""

    source: str
    subject: str


def hold_key(subject: str) -> str:
    """Return the key under which a hold, or a line, is remembered. Message ids hold no spaces."""
    return f"held {subject}"


def order_key(received: Received) -> tuple[str, str] | None:
    """Return (sender, subject) of an admitted message; None where no order was asked for."""
    source = received.attributes.get("source", "").removeprefix("urn:hub:system:")
    subject = received.attributes.get("subject")
    return (source, subject) if source and subject else None


def read_resume(command: bytes, mac: str, rules: Rules) -> Resume:
    """Return a command that the hub gave itself.

    Raises:
        Refused: `NOT_ADMITTED`.
    """
    expect_genuine(command, mac, rules)
    return msgspec.json.decode(command, type=Resume)


def expect_genuine(command: bytes, mac: str, rules: Rules) -> None:
    """Return if the hub itself gave this command.

    Raises:
        Refused: `NOT_ADMITTED`.
    """
    if not command_is_genuine(rules.macs, mac, command):
        raise Refused(Reason.NOT_ADMITTED, "the command is not of this hub")


def opened(received: Received, source: str, id: str, answer: Answer, rules: Rules) -> Envelope:
    """Return the message that an order came on: the very one that was admitted.

    Raises:
        Refused: `NOT_ADMITTED`.
    """
    envelope = decode(received, rules.hub)
    claim = envelope.attributes
    # Invariant 8: the same content as was admitted under this id, or it is not that message.
    if (claim.source, claim.id) != (source, id) or (
        content_hash(envelope.body_hash, claim.text) != answer.content_hash
    ):
        raise Refused(Reason.NOT_ADMITTED, "the order is about another message")
    return envelope


def is_stopped(known: Answer | None) -> bool:
    """Say whether later messages are not even decided. `known`: what stands under the key."""
    return known is not None and (known.line is None or known.line.stopped)


def stopped(known: Answer | None, now: datetime) -> Answer:
    """Return what to remember under the key once a message is held undecided."""
    line = None if known is None or known.line is None else Line(known.line.last, stopped=True)
    return Answer(content_hash=b"", decided_at=now.timestamp(), line=line)


def resumed(known: Answer | None) -> Answer | None:
    """Return what to remember under the key once an operator lets the messages go on."""
    if known is None or known.line is None:
        return None
    return msgspec.structs.replace(known, line=Line(known.line.last))


def lined_up(id: str, now: datetime) -> Answer:
    """Return what to remember under the key once a message waits for documents."""
    return Answer(content_hash=b"", decided_at=now.timestamp(), line=Line(id))


def last_in_line(source: str, subject: str | None, admitted: Admitted) -> str:
    """Return the id of the message that a new one must wait behind; empty where it need not."""
    known = admitted.get(source, hold_key(subject)) if subject else None
    return "" if known is None or known.line is None else blocker(source, known.line.last, admitted)


def blocker(source: str, id: str, admitted: Admitted) -> str:
    """Return the first that still waits, from the message `id` towards the head of its line.

    What has ended is looked past, and what comes later stands behind the one that is found, so
    that the way is gone once only.
    """
    while id:
        answer = admitted.get(source, id)
        hold = None if answer is None else answer.hold
        if hold is None or not hold.held:
            return ""
        if hold.check is not Check.ENDED:
            return id
        id = hold.behind
    return ""


def ended(hold: Hold) -> Hold | None:
    """Return what stays of a hold whose message will not be delivered."""
    # Whoever stands behind it still waits for those before it.
    return Hold(check=Check.ENDED, held=True, behind=hold.behind) if hold.behind else None


def withdrawn_hold(hold: Hold | None) -> Hold | None:
    """Return what stays of a hold once the message is withdrawn."""
    return ended(hold) if hold is not None and hold.held else hold
