"""Decide a batch: examine in slices on threads, settle in the order of each partition."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lgsp_message.reason import Refused
from lgsp_message.values import Place

from hub.answers import Answer
from hub.decision.effects import refuse
from hub.decision.events import AuditEvent, Decision, Event, IngressRef, Memory
from hub.decision.holding import hold_key, order_key, read_resume
from hub.decision.pipeline import Examined, examine, settle
from hub.decision.rules import Rules
from hub.io.kafka.router_records import Held, Outcome, Record, Resumed
from hub.io.seen import Overlay, SeenStore

SLICE: Final = 64
"""Messages examined in one job: OpenSSL releases the lock, so two threads verify at once, and
the event loop is never kept waiting for more than a few milliseconds."""

THREADS: Final = 2
"""Threads that examine: the machine's cores; more only contend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records with what was found out about each, under one version of the rules."""

    records: Sequence[Record]
    examined: Sequence[Examined | Held]
    rules: Rules
    now: datetime


class Workers:
    """The threads that examine and settle."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="examine")

    async def examine(self, records: Sequence[Record], rules: Rules, now: datetime) -> Batch:
        """Prove the sender of every record."""
        loop = asyncio.get_running_loop()
        slices = [records[start : start + SLICE] for start in range(0, len(records), SLICE)]
        jobs = [loop.run_in_executor(self._pool, _examine_all, part, rules, now) for part in slices]
        found = await asyncio.gather(*jobs)
        return Batch(records=records, examined=list(itertools.chain(*found)), rules=rules, now=now)

    async def settle(
        self, batch: Batch, seen: SeenStore, condemned: Mapping[Place, str]
    ) -> list[tuple[Record, Outcome]]:
        """Decide every record, each knowing what was decided before it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _settle_all, batch, Overlay(seen), condemned)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)


def _examine_all(records: Sequence[Record], rules: Rules, now: datetime) -> list[Examined | Held]:
    return [_examine(record, rules, now) for record in records]


def _examine(record: Record, rules: Rules, now: datetime) -> Examined | Held:
    try:
        return examine(record.received, rules, now)
    except Exception as error:  # noqa: BLE001  (a bug of ours stops this message, not the hub)
        return held(record, f"bug:{type(error).__name__}", now)


def _settle_all(
    batch: Batch, overlay: Overlay, condemned: Mapping[Place, str]
) -> list[tuple[Record, Outcome]]:
    return [
        (record, _settle(record, examined, batch, overlay, condemned))
        for record, examined in zip(batch.records, batch.examined, strict=True)
    ]


def _settle(
    record: Record,
    examined: Examined | Held,
    batch: Batch,
    overlay: Overlay,
    condemned: Mapping[Place, str],
) -> Outcome:
    if record.command is not None:
        return _resume(record, record.command, batch, overlay)
    outcome = _decided(record, examined, batch, overlay, condemned)
    if isinstance(outcome, Held):
        overlay.add([outcome.memory] if outcome.memory else [])
    else:
        overlay.add(outcome.remembered)
    return outcome


def _decided(
    record: Record,
    examined: Examined | Held,
    batch: Batch,
    overlay: Overlay,
    condemned: Mapping[Place, str],
) -> Decision | Held:
    if record.place in condemned:
        return held(record, condemned[record.place], batch.now)
    order = order_key(record.received)
    if order is not None and overlay.get(order[0], hold_key(order[1])) is not None:
        # Invariant 7: it waits behind a held message of the same sender and subject.
        return held(record, "waits_behind", batch.now)
    if isinstance(examined, Held):
        return examined
    try:
        return settle(examined, batch.rules, overlay, batch.now)
    except Exception as error:  # noqa: BLE001  (a bug of ours stops this message, not the hub)
        return held(record, f"bug:{type(error).__name__}", batch.now)


def _resume(record: Record, mac: str, batch: Batch, overlay: Overlay) -> Outcome:
    try:
        command = read_resume(record.received.body, mac, batch.rules)
    except Refused as refusal:
        return refuse(record.received, None, refusal, batch.rules, batch.now)
    key = hold_key(command.subject)
    overlay.forget(command.source, key)
    return Resumed(source=command.source, key=key)


def held(record: Record, reason: str, now: datetime) -> Held:
    """Return the outcome that hands a message to the hub's operator: its fault is not its own."""
    attributes, place = record.received.attributes, record.place
    event = AuditEvent(
        event=Event.HELD,
        source=attributes.get("source", "").removeprefix("urn:hub:system:"),
        id=attributes.get("id", ""),
        at=now,
        reason=reason,
        ingress=IngressRef(partition=place.partition, offset=place.offset),
    )
    order = order_key(record.received)
    if order is None:
        return Held(event=event, memory=None)
    waits = Answer(content_hash=b"", decided_at=now.timestamp())
    return Held(event=event, memory=Memory(source=order[0], key=hold_key(order[1]), answer=waits))
