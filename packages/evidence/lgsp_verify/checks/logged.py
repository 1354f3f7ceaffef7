"""Checkpoint, decision, events: what stands in the hub's log, and only that is believed."""

from collections.abc import Iterator, Mapping

import msgspec

from lgsp_verify.bundle.index import EventFiles, Index
from lgsp_verify.checks.case import AuditEvent, Given, Leaf
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import (
    LogError,
    TreeHead,
    leaf_hash,
    parse_checkpoint,
    parse_entry,
    parse_proof,
    verify_inclusion,
)

_events = msgspec.json.Decoder(AuditEvent)


def read_head(
    index: Index, files: Mapping[str, bytes], given: Given, results: list[Result]
) -> TreeHead | None:
    """Return the head that the checkpoint signs; None: it is not to be relied on."""
    keys = given.trust.log_keys(index.hub, index.made_at)
    try:
        checkpoint = parse_checkpoint(files.get(index.checkpoint, b""))
    except LogError:
        keys, finding = [], Finding.CHECKPOINT_BROKEN
    else:
        finding = Finding.CHECKPOINT_BROKEN if keys else Finding.LOG_UNTRUSTED
    for key in keys:
        try:
            head = checkpoint.verify(key.checkpoint_key(index.shard))
        except LogError:
            continue
        results.append(_checkpoint(Finding.CHECKPOINT_SIGNED, f"{head.origin}, {head.size}"))
        return head
    results.append(_checkpoint(finding, index.checkpoint))
    return None


def _checkpoint(finding: Finding, place: str) -> Result:
    return Result(check=Check.CHECKPOINT, finding=finding, place=place)


def read_leaves(
    index: Index, files: Mapping[str, bytes], head: TreeHead | None, results: list[Result]
) -> tuple[Leaf, ...]:
    """Return the events that are proven to stand in the log; what is not is told."""
    leaves, faults = [], []
    for event in index.events:
        try:
            leaves.append(_leaf(event, files, head))
        except (LogError, msgspec.MsgspecError, RecursionError):
            faults.append(_event(Finding.EVENT_NOT_LOGGED, event.proof))
    own = [
        leaf for leaf in leaves if (leaf.event.source, leaf.event.id) == (index.source, index.id)
    ]
    faults += [_event(Finding.EVENT_FOREIGN, leaf.place) for leaf in leaves if leaf not in own]
    results.extend(_told(own, faults))
    return tuple(sorted(own, key=lambda leaf: leaf.number))


def _told(own: list[Leaf], faults: list[Result]) -> Iterator[Result]:
    decided = [leaf for leaf in own if leaf.event.recipient is None]
    finding = Finding.DECISION_LOGGED if decided else Finding.DECISION_MISSING
    place = decided[0].place if decided else ""
    yield Result(check=Check.DECISION, finding=finding, place=place)
    yield from faults
    if not faults:
        yield _event(Finding.EVENTS_LOGGED, f"{len(own)}")


def _event(finding: Finding, place: str) -> Result:
    return Result(check=Check.EVENTS, finding=finding, place=place)


def _leaf(event: EventFiles, files: Mapping[str, bytes], head: TreeHead | None) -> Leaf:
    """Return the event once its entry is proven to be a leaf of the tree of `head`.

    Raises:
        LogError, msgspec.MsgspecError, RecursionError.
    """
    proof, entry = parse_proof(files.get(event.proof, b"")), files.get(event.entry, b"")
    # Every proof leads to the one checkpoint whose signature was checked. Without that nothing is
    # proven, and the events are told as what they are: not logged.
    root = b"" if head is None or proof.checkpoint.head != head else head.root
    verify_inclusion(leaf_hash(entry), event.leaf, proof.checkpoint.head.size, proof.path, root)
    logged = parse_entry(entry)
    if logged.value is None:
        logged = logged.with_value(files.get(event.value or "", b""))
    return Leaf(number=event.leaf, event=_events.decode(logged.value or b""))
