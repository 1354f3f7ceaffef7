"""Checkpoint, decision, events: what stands in the hub's log, and only that is believed."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from lgsp_verify.bundle.index import EventFiles, Index
from lgsp_verify.checks.case import AuditEvent, Given, Leaf, Logged
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

_events: Final = msgspec.json.Decoder(AuditEvent)


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
) -> Logged:
    """Return the events that are proven to stand in the log; what is not is told."""
    leaves: list[Leaf] = []
    hashes: list[bytes] = []
    faults: list[Result] = []
    for event in sorted(index.events, key=lambda one: one.leaf):
        try:
            hashes.append(_proven(event, files, head))
            leaves.extend(_shown(event, files))
        except (LogError, ValueError, RecursionError):
            faults.append(_event(Finding.EVENT_NOT_LOGGED, event.proof))
    message = (index.source, index.id)
    own = [leaf for leaf in leaves if (leaf.event.source, leaf.event.id) == message]
    faults += [_event(Finding.EVENT_FOREIGN, leaf.place) for leaf in leaves if leaf not in own]
    results.extend(_told(own, faults, withheld=len(hashes) - len(leaves)))
    return Logged(leaves=tuple(own), hashes=tuple(hashes))


def _told(own: list[Leaf], faults: list[Result], *, withheld: int) -> Iterator[Result]:
    decided = [leaf for leaf in own if leaf.event.recipient is None]
    finding, place = Finding.DECISION_MISSING, ""
    if decided:
        finding, place = Finding.DECISION_LOGGED, decided[0].place
    elif withheld:
        finding = Finding.DECISION_WITHHELD
    yield Result(check=Check.DECISION, finding=finding, place=place)
    yield from faults
    if not faults:
        yield _event(Finding.EVENTS_LOGGED, f"{len(own)}")


def _event(finding: Finding, place: str) -> Result:
    return Result(check=Check.EVENTS, finding=finding, place=place)


def _proven(event: EventFiles, files: Mapping[str, bytes], head: TreeHead | None) -> bytes:
    """Return the hash of a leaf once it is proven to be in the tree of `head`.

    Raises:
        LogError: it is not.
        ValueError: its hash is none.
    """
    proof = parse_proof(files.get(event.proof, b""))
    entry = None if event.entry is None else files.get(event.entry, b"")
    hash_ = bytes.fromhex(event.hash or "") if entry is None else leaf_hash(entry)
    # Every proof leads to the one checkpoint whose signature was checked. Without that nothing is
    # proven, and the events are told as what they are: not logged.
    root = b"" if head is None or proof.checkpoint.head != head else head.root
    verify_inclusion(hash_, event.leaf, proof.checkpoint.head.size, proof.path, root)
    return hash_


def _shown(event: EventFiles, files: Mapping[str, bytes]) -> Iterator[Leaf]:
    """Yield the event of a proven leaf, where its bytes are shown.

    Raises:
        LogError, ValueError, RecursionError: it is none.
    """
    if event.entry is None:
        return
    logged = parse_entry(files.get(event.entry, b""))
    if logged.value is None:
        logged = logged.with_value(files.get(event.value or "", b""))
    yield Leaf(number=event.leaf, event=_events.decode(logged.value or b""))
