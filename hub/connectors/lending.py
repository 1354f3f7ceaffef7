"""What a connector is lent: its own objects, the time, its networks, its secrets."""

from collections.abc import AsyncIterator, Callable, Container, Mapping
from datetime import datetime
from typing import Protocol

from lgsp_adapter import Context, Reject, Resolver, Retryable
from lgsp_message.reason import Refused

from hub.control.network_rules import NetworkRules
from hub.decision.connectors import Connector
from hub.io.objects import ObjectTooLarge, Stored
from hub.ports import Unavailable


class ObjectStore(Protocol):
    """Objects as a system has them: `hub.io.objects.Objects`."""

    async def find(self, system: str, hash_: str) -> Stored | None: ...

    async def referred(self, hash_: str) -> Stored | None: ...

    def read(self, stored: Stored, start: int, end: int) -> AsyncIterator[bytes]: ...

    async def put(self, system: str, pieces: AsyncIterator[bytes]) -> Stored: ...


def lend(
    connector: Connector,
    objects: ObjectStore,
    now: Callable[[], datetime],
    rules: NetworkRules,
    resolvers: Mapping[str, Resolver],
    references: Container[str] = frozenset(),
) -> Context:
    """Return the context of a connector. It reads and keeps objects as its system does.

    `references`: what the deliveries in its hands refer to. That it may read without the recorder's
    note, which comes a moment after the delivery.
    """
    system = connector.system

    async def fetch(hash_: str) -> AsyncIterator[bytes]:
        try:
            stored = await objects.find(system, hash_)
            if stored is None and hash_ in references:
                stored = await objects.referred(hash_)
            if stored is None:
                # The adapter may ask for what another message of this system refers to, which the
                # recorder notes a moment later: a dead letter now would blame the message for that.
                raise Retryable(
                    "an object is not this system's to read, or not yet", untouched=True
                )
            async for piece in objects.read(stored, 0, stored.size):
                yield piece
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error

    async def store(pieces: AsyncIterator[bytes], media_type: str) -> str:  # noqa: ARG001  (the message names it)
        try:
            return (await objects.put(system, pieces)).hash
        except Refused as refusal:
            raise Reject(refusal.reason.value, refusal.detail) from refusal
        except ObjectTooLarge as error:
            raise Reject("object_too_large", str(error)) from error
        except Unavailable as error:
            raise Retryable(str(error), untouched=True) from error

    networks = rules.lent(connector.networks)
    return Context(
        connector.name,
        resolvers=resolvers,
        fetch=fetch,
        store=store,
        now=now,
        networks=networks,
    )
