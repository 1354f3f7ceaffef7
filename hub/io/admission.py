"""Admission with the world around it: the one way in, for HTTP, Kafka and connectors alike."""

import hashlib
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from lgsp_message.attributes import Attributes, parse_attributes
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received

from hub.decision.admission import claims, stamped
from hub.decision.events import AuditEvent, Event
from hub.decision.rules import Rules
from hub.ports import ObjectAccess

RecordEvent = Callable[[AuditEvent], Awaitable[None]]


def utc_now() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


class Admission:
    """Checks what is checked before anything shared is written, and stamps what passes."""

    def __init__(
        self,
        rules: Callable[[], Rules],
        objects: ObjectAccess,
        record: RecordEvent,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._rules, self._objects, self._record, self._clock = rules, objects, record, clock

    async def admit(self, received: Received, peer: str) -> Received:
        """Return the message with the hub's stamp. `peer`: the system behind the connection.

        Raises:
            Refused: what `hub.decision.admission` raises. After `SECRET_MARKING` its objects are
                deleted and the fact is recorded.
            Unavailable: the message refers to objects and the store of accesses is away, or the
                fact of a secret marking could not be recorded.
        """
        rules = self._rules()
        try:
            claim = claims(received, peer, rules)
        except Refused as refusal:
            if refusal.reason is Reason.SECRET_MARKING:
                await self._forget(received, refusal, rules)
            raise
        held = await self._held(claim, peer)
        return stamped(received, peer, claim, held, rules.macs, self._clock())

    async def held(self, received: Received, peer: str) -> AbstractSet[str]:
        """Return those of the message's objects that it may refer to; none where it is broken.

        Raises:
            Unavailable: the store of accesses is away.
        """
        try:
            claim = claims(received, peer, self._rules())
        except Refused:
            return frozenset()
        return await self._held(claim, peer)

    async def _held(self, claim: Attributes, peer: str) -> AbstractSet[str]:
        """Return the objects that the source may refer to, or the peer that speaks for it."""
        if not claim.objects:
            return frozenset()
        held = await self._objects.held(claim.source, claim.objects)
        if peer != claim.source and held != set(claim.objects):
            held |= await self._objects.held(peer, claim.objects)
        return held

    async def _forget(self, received: Received, refusal: Refused, rules: Rules) -> None:
        # Invariant 9: its objects go; only the fact and the hash remain.
        event = marking_event(received, refusal, rules, self._clock())
        await self._record(event)
        objects = parse_attributes(received.attributes).objects
        if objects:
            await self._objects.forget(event.source, objects)


def marking_event(received: Received, refusal: Refused, rules: Rules, now: datetime) -> AuditEvent:
    """Return what the hub keeps of a message with a secrecy marking: that it came, and its hash."""
    claim = parse_attributes(received.attributes)
    return AuditEvent(
        event=Event.REFUSED,
        source=claim.source,
        id=claim.id,
        at=now,
        rules=rules.ref,
        reason=refusal.reason.value,
        place=refusal.place or None,
        body_sha256=hashlib.sha256(received.body).hexdigest(),
    )
