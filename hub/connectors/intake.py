"""Take in what an adapter brings: signed, through the one admission, into records of one step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lgsp_adapter import Draft, Record, Reject, Signed
from lgsp_adapter.policy.fingerprint import fingerprint
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.cloudevents import genuine_trace
from lgsp_message.reason import Reason, Refused
from lgsp_message.secrecy import is_marked_secret
from lgsp_message.values import Received

from hub.connectors.records import Records
from hub.connectors.signing import Signer
from hub.decision.events import AuditEvent, Event
from hub.decision.rules import Rules
from hub.io.admission import Admission
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.connector_records import Unread, unread_name
from hub.io.kafka.topics import INGRESS, partition_of
from hub.io.kafka.transaction import Output
from hub.io.tracing import CONNECTOR, HAND_IN, Side, Tracing, about
from hub.ports import ObjectAccess

MAX_RAW: Final = 1024 * 1024
"""Most bytes of a record that are kept with a dead letter: half of what the topic takes."""


@dataclass(slots=True, kw_only=True)
class Taken:
    """What one thing that was brought makes the hub write."""

    outputs: list[Output] = field(default_factory=list)
    refusal: Refused | None = None
    unread: dict[str, Unread] = field(default_factory=dict)
    """The dead letter that it became, by its name."""


class Intake:
    """The way in for one connector."""

    def __init__(
        self,
        records: Records,
        signer: Signer,
        rules: Callable[[], Rules],
        objects: ObjectAccess,
        mask: Callable[[str], str],
        now: Callable[[], datetime],
        *,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing
        self._records, self._signer, self._rules = records, signer, rules
        self._objects, self._mask, self.now = objects, mask, now

    async def message(self, message: Draft | Signed) -> Taken:
        """Take in a message.

        Raises:
            Unavailable: it refers to objects, and it is not known whether it may.
            Fatal: there is no key to sign with.
        """
        try:
            received = self._received(message)
        except Refused as refusal:
            return Taken(refusal=refusal)
        trace = genuine_trace(message.traceparent) if isinstance(message, Signed) else None
        return await self._admit(received, trace)

    async def record(self, record: Record) -> Taken:
        """Take in what a source has read; what is no message becomes a dead letter.

        Raises:
            Unavailable, Fatal: as `message`.
        """
        if isinstance(record.message, Reject):
            return self._dead(record.message, record, None)
        taken = await self.message(record.message)
        if taken.refusal is None or taken.refusal.reason is Reason.SECRET_MARKING:
            return taken
        refused = Reject(taken.refusal.reason.value, _place(taken.refusal))
        return self._dead(refused, record, self._kept(record.message))

    async def again(self, name: str, unread: Unread) -> Taken:
        """Take in once more what was refused: rights or schemas may have changed.

        Raises:
            Unavailable, Fatal: as `message`.
        """
        if unread.signature is not None:
            received = Received(
                attributes=unread.attributes, body=unread.body, signature=unread.signature
            )
        else:
            received = self._signer.sign(unread.attributes, unread.body)
        taken = await self._admit(received, None)
        if taken.refusal is None:
            taken.outputs.append(self._records.unread(name, None))
        return taken

    def _received(self, message: Draft | Signed) -> Received:
        if isinstance(message, Signed):
            return Received(
                attributes=message.attributes, body=message.body, signature=message.signature
            )
        return self._signer.sign(self._signer.attributes(message, self.now()), message.body)

    async def _admit(self, received: Received, trace: str | None) -> Taken:
        taken = Taken()

        async def note(event: AuditEvent) -> None:
            taken.outputs.append(self._records.own_event(event))

        admission = Admission(self._rules, self._objects, note, clock=self.now)
        try:
            stamped = await admission.admit(received, self._records.system)
        except Refused as refusal:
            taken.refusal = refusal
            self._traced(received, trace, refusal.reason.value)
            return taken
        trace = self._traced(received, trace, None)
        source = stamped.attributes["source"].removeprefix(SYSTEM_PREFIX)
        taken.outputs.append(
            Output(
                topic=INGRESS,
                partition=partition_of(source, self._records.partitions),
                key=None,
                value=stamped.body,
                headers=ingress_headers(stamped, trace),
            )
        )
        return taken

    def _traced(self, received: Received, parent: str | None, refused: str | None) -> str | None:
        """Return the context that the decision continues."""
        if self._tracing is None:
            return parent
        attributes = about(received.attributes) | {CONNECTOR: self._records.connector}
        span = self._tracing.begin(HAND_IN, Side.TAKES, parent, attributes)
        span.end(refused or "ok", error=refused is not None)
        return span.traceparent

    def _kept(self, message: Draft | Signed) -> Received | None:
        """Return what is kept of a refused message, so that it can be taken in again."""
        if isinstance(message, Signed):
            return self._received(message)
        try:
            attributes = self._signer.attributes(message, self.now())
        except Refused:
            return None
        return Received(attributes=attributes, body=message.body, signature=None)

    def _dead(self, reject: Reject, record: Record, kept: Received | None) -> Taken:
        name, detail = unread_name(record.position), self._mask(reject.detail)[:300]
        unread = Unread(
            position=record.position,
            code=reject.code,
            detail=detail,
            peer_code=reject.peer_code,
            fingerprint=fingerprint(self._records.adapter, reject.code, reject.peer_code, detail),
            at=self.now(),
            raw=_raw(record.raw),
            attributes=dict(kept.attributes) if kept else {},
            body=kept.body if kept else b"",
            signature=kept.signature if kept else None,
        )
        event = AuditEvent(
            event=Event.DEAD_LETTER,
            source=self._records.system,
            id="",
            at=unread.at,
            reason=reject.code,
            detail={
                "adapter": self._records.adapter,
                "fingerprint": unread.fingerprint,
                "peer_code": reject.peer_code,
                "text": detail,
                "entry": name,
                "message": unread.attributes.get("id"),
            },
        )
        outputs = [self._records.unread(name, unread), self._records.own_event(event)]
        return Taken(outputs=outputs, unread={name: unread})


def _place(refusal: Refused) -> str:
    return f"{refusal.place}: {refusal.detail}" if refusal.place else refusal.detail


def _raw(raw: bytes) -> bytes:
    # Invariant 9: what nobody can read may bear a marking all the same, and is then not kept.
    return b"" if is_marked_secret(raw) else raw[:MAX_RAW]
