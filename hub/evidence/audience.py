"""For whom evidence is made: nobody learns from it what the hub would not tell him otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from lgsp_message.attributes import GROUP_PREFIX, SYSTEM_PREFIX

from hub.decision.events import AuditEvent, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whoever gets a bundle."""

    system: str | None = None
    """None: somebody who may see every message."""
    sends: bool = True
    """Whether the system is, or speaks for, the sender: it sees all recipients' parts."""

    def sees(self, event: AuditEvent, *, openly: bool) -> bool:
        """Say whether an event may be shown; of others the log proves the hash.

        `openly`: the signed message itself names every recipient, so its admission tells no more.
        """
        if self.system is None or self.sends:
            return True
        if openly and event.event is Event.ADMITTED:
            return True
        told = event.detail.get("recipients")
        named = {event.recipient} if event.recipient else set()
        named.update(told if isinstance(told, list) else ())
        return named <= {self.system}

    def sees_receipt(self, recipient: str, body: bytes, source: str) -> bool:
        """Say whether a receipt's bytes may be shown.

        A receipt may name messages of several senders: what others send is nobody's business.
        """
        if self.system is None or self.system == recipient:
            return True
        return self.sends and _sources(body) <= {SYSTEM_PREFIX + source}


EVERYBODYS: Final = Audience()
"""Operators and auditors."""


def names_everybody(recipients: str | None) -> bool:
    """Say whether the attribute `recipients` leaves nothing to groups or subscriptions."""
    addresses = (recipients or "").split()
    return bool(addresses) and not any(one.startswith(GROUP_PREFIX) for one in addresses)


def _sources(body: bytes) -> set[str]:
    try:
        told: Any = orjson.loads(body)
        items: Iterable[Any] = told["messages"]
        return {str(item["source"]) for item in items}
    except (ValueError, TypeError, LookupError):
        return {""}  # Not a receipt: nobody's message is named so.
