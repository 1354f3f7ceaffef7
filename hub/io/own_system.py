"""The system of the hub's own operator: what an operator sends anew is signed by it alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lgsp_message.values import Place, Received

from hub.decision.rules import Rules
from hub.io.admission import Admission
from hub.io.signing_as import NoKey, NotRegistered, key_at, signed_as


class NoOwnSystem(Exception):
    """There is nobody who could sign: the message says what is missing, for the hub's operator."""


class WritesIngress(Protocol):
    """The way to the router: `hub.io.kafka.ingress.IngressWriter`."""

    async def write(self, received: Received, traceparent: str | None = None) -> Place:
        """Write an admitted message; return once it is durable.

        Raises:
            Unavailable: whether it was written is unknown; repeating it is harmless.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSystem:
    """Hands in messages under its own name: the same admission, rights and decision as anybody."""

    name: str
    key_file: Path
    rules: Callable[[], Rules]
    admission: Admission
    ingress: WritesIngress

    async def admitted(self, attributes: Mapping[str, str], body: bytes) -> Received:
        """Return a message, signed and admitted as anybody's is; nothing is written yet.

        Raises:
            NoOwnSystem: the key is not there, or not registered.
            Refused: what admission refuses.
            Unavailable: a store is away.
        """
        try:
            key = key_at(self.key_file)
            signed = signed_as(self.name, key, attributes, body, self.rules())
        except (NoKey, NotRegistered):
            detail = f"no registered key of {self.name}: make one and register it"
            raise NoOwnSystem(detail) from None
        return await self.admission.admit(signed, self.name)

    async def hand_in(self, admitted: Received) -> Place:
        """Hand in what was admitted, and return once it is durable (invariant 1).

        Raises:
            Unavailable: whether it was written is unknown; the same attributes and body again are
                the same message.
        """
        return await self.ingress.write(admitted)
