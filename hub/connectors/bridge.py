"""The bridge: systems that speak Kafka hand in on their own topic, through the same admission."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.cloudevents import SIGNATURE_HEADER, TRACE_HEADER, from_kafka, genuine_trace
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received
from msgspec import structs

from hub.decision.effects import refuse
from hub.decision.events import AuditEvent
from hub.decision.rules import Rules
from hub.io.admission import Admission
from hub.io.backoff import Backoff
from hub.io.kafka.bridge_bus import BridgeBus, Incoming
from hub.io.kafka.codec import encode_event, ingress_headers, is_urgent_record
from hub.io.kafka.topics import AUDIT, INGRESS, partition_of
from hub.io.kafka.transaction import Output
from hub.io.metering import Meters
from hub.ports import ObjectAccess, Unavailable

LOOK_SECONDS: Final = 10.0
"""How often it is looked for topics of new systems."""

_log = structlog.get_logger("bridge")


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What one transaction writes."""

    outputs: list[Output] = field(default_factory=list)
    secret: list[Incoming] = field(default_factory=list)


class Bridge:
    """Reads, admits and writes; recovers from what the world does."""

    def __init__(
        self,
        bus: BridgeBus,
        rules: Callable[[], Rules],
        objects: ObjectAccess,
        partitions: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._bus, self._rules, self._partitions, self._clock = bus, rules, partitions, clock
        self._meters = Meters(rules, time.monotonic)
        self._batch = _Batch()
        self._admission = Admission(rules, objects, self._record, clock=clock)

    async def run(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Serve until `stop`, reopening the bus after every fault.

        Raises:
            Fenced: another bridge has taken over.
        """
        try:
            while not stop.is_set():
                try:
                    await self._bus.open(self._systems())
                    await self._serve(stop, backoff)
                except Unavailable as error:
                    _log.warning("bridge_unavailable", cause=str(error))
                    await backoff.wait(stop)
        finally:
            await self._bus.close()

    async def _serve(self, stop: asyncio.Event, backoff: Backoff) -> None:
        looked = time.monotonic()
        while not stop.is_set():
            self._bus.hold({name for name in self._systems() if self._meters.wait(name) > 0})
            records = await self._bus.collect()
            if records:
                await self._pass_on(records)
                backoff.reset()
            if time.monotonic() - looked > LOOK_SECONDS:
                if await self._bus.missing(self._systems()):
                    return
                looked = time.monotonic()

    async def _pass_on(self, records: list[Incoming]) -> None:
        self._batch = _Batch()
        for record in records:
            await self._admit(record)
        # Invariants 1 and 2: the position in the system's topic moves with the record in ingress.
        await self._bus.commit(records, self._batch.outputs, self._batch.secret)
        for record in records:
            # It is in already. Its sender's topic is read again once it has made up for it.
            urgent = is_urgent_record(record.headers)
            self._meters.charge(record.system, len(record.value), urgent=urgent)

    async def _admit(self, record: Incoming) -> None:
        try:
            received = _received(record)
        except Refused as refusal:
            await self._refuse(Received(attributes={}, body=b"", signature=None), refusal, record)
            return
        try:
            stamped = await self._admission.admit(received, record.system)
        except Refused as refusal:
            if refusal.reason is Reason.SECRET_MARKING:
                self._batch.secret.append(record)  # Admission has recorded the fact already.
            else:
                await self._refuse(received, refusal, record)
            return
        source = stamped.attributes["source"].removeprefix(SYSTEM_PREFIX)
        self._batch.outputs.append(
            Output(
                topic=INGRESS,
                partition=partition_of(source, self._partitions),
                key=None,
                value=stamped.body,
                headers=ingress_headers(stamped, _trace(record)),
            )
        )

    async def _refuse(self, received: Received, refusal: Refused, record: Incoming) -> None:
        """Record a refusal at admission. Over HTTP the sender is told at once; here it looks."""
        rules = self._rules()
        (entry,) = refuse(received, None, refusal, rules, self._clock()).entries
        claimed = rules.systems.get(entry.event.source)
        own = entry.event.source == record.system
        represented = claimed is not None and record.system in claimed.representatives
        await self._record(
            structs.replace(
                entry.event,
                # Nobody can have a refusal recorded under a name that is not its own.
                source=entry.event.source if own or represented else record.system,
                ingress=None,
                detail={**entry.event.detail, "peer": record.system},
            )
        )

    async def _record(self, event: AuditEvent) -> None:
        partition = partition_of(event.source, self._partitions)
        self._batch.outputs.append(
            Output(topic=AUDIT, partition=partition, key=None, value=encode_event(event))
        )

    def _systems(self) -> list[str]:
        systems = self._rules().systems
        # Invariant 5: a topic that is there is not enough; the rules must say that it is read.
        return [name for name, system in systems.items() if system.active and system.kafka_in]


def _received(record: Incoming) -> Received:
    signature = dict(record.headers).get(SIGNATURE_HEADER)
    return Received(
        attributes=from_kafka(record.headers),
        body=record.value,
        signature=None if signature is None else signature.decode(errors="replace"),
    )


def _trace(record: Incoming) -> str | None:
    trace = dict(record.headers).get(TRACE_HEADER)
    # Not signed, and handed on to peers in HTTP headers: only what is one.
    return None if trace is None else genuine_trace(trace.decode(errors="replace"))
