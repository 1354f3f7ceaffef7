"""Messages that wait behind a held one, and the command that lets them go on (invariant 7).

A message is held when the hub itself is at fault. Its successors, the later messages of the same
sender with the same subject, must not overtake it: they are held too, until an operator releases
them all, in order.
"""

import msgspec
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received

from hub.decision.rules import Rules
from hub.signing.macs import command_is_genuine


class Resume(msgspec.Struct, frozen=True):
    """A command of the hub's operator: messages of this sender and subject may pass again. JSON."""

    source: str
    subject: str


def hold_key(subject: str) -> str:
    """Return the key under which a hold is remembered. Message ids hold no spaces."""
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
    if not command_is_genuine(rules.macs, mac, command):
        raise Refused(Reason.NOT_ADMITTED, "the command is not of this hub")
    return msgspec.json.decode(command, type=Resume)
