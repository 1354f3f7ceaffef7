"""Decide a batch: examine in slices, settle in the order of each partition.

All in one thread: two threads that verify fight for the interpreter's lock over everything else
that a message needs, and both lose. A second core is used by a second router with its own share.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, ParamSpec, TypeVar

from lgsp_message.reason import Refused
from lgsp_message.values import Place
from msgspec.structs import replace

from hub.decision.effects import refuse
from hub.decision.events import AuditEvent, Decision, Event, Followed, IngressRef, Memory
from hub.decision.holding import (
    hold_key,
    is_stopped,
    order_key,
    read_resume,
    resumed,
    stopped,
)
from hub.decision.order_record import read_order
from hub.decision.orders import follow
from hub.decision.pipeline import Examined, claim, prove, settle
from hub.decision.rules import Rules
from hub.decision.traced import traced
from hub.io.kafka.router_records import Held, Outcome, Record, Resumed
from hub.io.seen import Overlay, SeenStore

SLICE: Final = 64
"""Messages examined or settled before the event loop gets its turn: a few milliseconds."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records with what was found out about each, under one version of the rules."""

    records: Sequence[Record]
    examined: Sequence[Examined | Held]
    rules: Rules
    now: datetime


async def examine_all(records: Sequence[Record], rules: Rules, now: datetime) -> Batch:
    """Prove the sender of every record."""
    examined: list[Examined | Held] = []
    for part in _slices(records):
        claims = [_safely(record, now, claim, record.received, rules, now) for record in part]
        examined += [
            claimed if isinstance(claimed, Held) else _safely(record, now, prove, claimed)
            for record, claimed in zip(part, claims, strict=True)
        ]
        await asyncio.sleep(0)
    return Batch(records=records, examined=examined, rules=rules, now=now)


async def settle_all(
    batch: Batch, seen: SeenStore, condemned: Mapping[Place, str]
) -> list[tuple[Record, Outcome]]:
    """Decide every record, each knowing what was decided before it."""
    overlay, work = Overlay(seen), []
    for part in _slices(list(zip(batch.records, batch.examined, strict=True))):
        work += [
            (record, _settle(record, examined, batch, overlay, condemned))
            for record, examined in part
        ]
        await asyncio.sleep(0)
    return work


def _slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))


def _safely(
    record: Record, now: datetime, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | Held:
    try:
        return step(*args, **kwargs)
    except Exception as error:  # noqa: BLE001  (a bug of ours stops this message, not the hub)
        return held(record, f"bug:{type(error).__name__}", now)


def _settle(
    record: Record,
    examined: Examined | Held,
    batch: Batch,
    overlay: Overlay,
    condemned: Mapping[Place, str],
) -> Outcome:
    command = record.command
    if command is not None:
        return _commanded(record, command, batch, overlay, condemned)
    outcome = _decided(record, examined, batch, overlay, condemned)
    if isinstance(outcome, Held):
        outcome = _behind(outcome, overlay, batch.now)
        overlay.add([outcome.memory] if outcome.memory else [])
    else:
        overlay.add(outcome.remembered)
    return outcome


def _commanded(
    record: Record, mac: str, batch: Batch, overlay: Overlay, condemned: Mapping[Place, str]
) -> Outcome:
    """Do what the hub orders itself: about a held subject, or about the message of the record."""
    if record.order is None:
        return _resume(record, mac, batch, overlay)
    if record.place in condemned:
        outcome: Decision | Followed | Held = held(record, condemned[record.place], batch.now)
    else:
        outcome = _safely(record, batch.now, _follow, record, mac, batch, overlay)
    if isinstance(outcome, Held):
        # Its message waits as it did. No other message waits for an order.
        return replace(outcome, memory=None)
    overlay.add(outcome.remembered)
    return outcome


def _behind(outcome: Held, overlay: Overlay, now: datetime) -> Held:
    """Let the successors of a held message wait, without forgetting who waits for documents."""
    memory = outcome.memory
    if memory is None:
        return outcome
    answer = stopped(overlay.get(memory.source, memory.key), now)
    return replace(outcome, memory=replace(memory, answer=answer))


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
    if order is not None and is_stopped(overlay.get(order[0], hold_key(order[1]))):
        # Invariant 7: it waits behind a held message of the same sender and subject.
        return held(record, "waits_behind", batch.now)
    if isinstance(examined, Held):
        return examined
    outcome = _safely(record, batch.now, settle, examined, batch.rules, overlay, batch.now)
    return outcome if isinstance(outcome, Held) else traced(outcome, record.traceparent)


def _resume(record: Record, mac: str, batch: Batch, overlay: Overlay) -> Outcome:
    try:
        command = read_resume(record.received.body, mac, batch.rules)
    except Refused as refusal:
        return refuse(record.received, None, refusal, batch.rules, batch.now)
    key = hold_key(command.subject)
    answer = resumed(overlay.get(command.source, key))
    overlay.put(command.source, key, answer)
    return Resumed(source=command.source, key=key, answer=answer)


def _follow(record: Record, mac: str, batch: Batch, overlay: Overlay) -> Decision | Followed:
    try:
        order = read_order(record.order or b"", mac, batch.rules)
        return follow(order, record.received, batch.rules, overlay, batch.now)
    except Refused as refusal:
        return refuse(record.received, None, refusal, batch.rules, batch.now)


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
    memory = Memory(source=order[0], key=hold_key(order[1]), answer=stopped(None, now))
    return Held(event=event, memory=memory)
