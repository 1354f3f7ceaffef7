"""Time stamp, witness, history: who else vouches for the log, and whether it was rewritten."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509

from lgsp_verify.bundle.index import StampFiles
from lgsp_verify.checks.case import Case
from lgsp_verify.consistency import read_consistency
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import (
    Anchor,
    LogError,
    Note,
    NotProven,
    TreeHead,
    parse_checkpoint,
    parse_note,
    verify_anchor,
    verify_consistency,
    verify_note,
)
from lgsp_verify.timestamps import Stamp, read_stamp
from lgsp_verify.trust import Usage


def check_witness(case: Case) -> Iterator[Result]:
    """Say whether a witness that is trusted has seen this checkpoint."""
    period = case.index.made_at
    keys = [key for key, valid in case.given.trust.witnesses if valid.holds(period)]
    try:
        note = parse_checkpoint(case.files.get(case.index.checkpoint, b"")).note
    except LogError:
        return
    named = {(line.name, line.key_id) for line in note.signatures}
    known = [key for key in keys if (key.name, key.key_id) in named]
    if not known or case.head is None:
        yield _witness(Finding.UNWITNESSED, "")
        return
    try:
        seen = verify_note(note, known)
    except LogError:
        yield _witness(Finding.WITNESS_BROKEN, case.index.checkpoint)
        return
    yield _witness(Finding.WITNESSED, ", ".join(one.key.name for one in seen))


def _witness(finding: Finding, place: str) -> Result:
    return Result(check=Check.WITNESS, finding=finding, place=place)


def check_history(case: Case) -> Iterator[Result]:
    """Say whether the log continues the checkpoint that was kept, or the reverse."""
    kept, head = case.given.checkpoint, case.head
    if kept is None or head is None:
        return
    mine = _kept(case, kept)
    if mine is None:
        yield _history(Finding.CHECKPOINT_FILE_BROKEN, "--checkpoint")
        return
    old, new = sorted((mine, head), key=lambda one: one.size)
    yield _history(_compared(case, old, new), f"{old.size}, {new.size}")


def _kept(case: Case, data: bytes) -> TreeHead | None:
    for key, _ in case.given.trust.logs:
        if key.hub != case.index.hub:
            continue
        try:
            return parse_checkpoint(data).verify(key.checkpoint_key(case.index.shard))
        except LogError:
            continue
    return None


def _compared(case: Case, old: TreeHead, new: TreeHead) -> Finding:
    if old.size == new.size:
        return Finding.HISTORY_CONSISTENT if old.root == new.root else Finding.HISTORY_FORKED
    found = Finding.HISTORY_UNPROVEN
    for name in case.index.consistency:
        try:
            proof = read_consistency(case.files.get(name, b""))
            if (proof.old, proof.new) != (old.size, new.size):
                continue
            proof.verify(old, new)
        except LogError:
            # The hub itself made this proof for these sizes: it cannot make one that holds.
            found = Finding.HISTORY_FORKED
        else:
            return Finding.HISTORY_CONSISTENT
    return found


def _history(finding: Finding, place: str) -> Result:
    return Result(check=Check.HISTORY, finding=finding, place=place)


def check_stamp(case: Case) -> Iterator[Result]:
    """Say whether a time stamping authority that is trusted has seen the log with this message."""
    if case.index.stamp is None:
        yield _stamp(Finding.TIMESTAMP_NOT_THERE, "")
        return
    try:
        anchored = _anchored(case, case.index.stamp)
        stamp = read_stamp(case.files.get(case.index.stamp.token, b""))
        if (stamp.algorithm, stamp.imprint) != ("sha256", anchored.digest):
            raise NotProven("the time stamp is over other bytes")
    except LogError:
        yield _stamp(Finding.TIMESTAMP_BROKEN, case.index.stamp.token)
        return
    place = f"{stamp.at.isoformat()}, {anchored.head.size}"
    yield _stamp(_vouched(case, stamp, anchored), place)


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What was stamped: the hash of the note, and how the log of the message stood in it."""

    digest: bytes
    head: TreeHead


def _anchored(case: Case, files: StampFiles) -> _Anchored:
    """Return the stamped head, once it is found to be of the same log as the checkpoint.

    Raises:
        LogError.
    """
    note = parse_note(case.files.get(files.note, b""))
    anchor = _anchor(case, note)
    if case.head is None:
        raise NotProven("the checkpoint is not to be relied on")
    head = anchor.head(case.head.origin)
    old, new = sorted((head, case.head), key=lambda one: one.size)
    if files.consistency is None:
        verify_consistency(old.size, new.size, (), old.root, new.root)
    else:
        read_consistency(case.files.get(files.consistency, b"")).verify(old, new)
    return _Anchored(hashlib.sha256(note.text.encode()).digest(), head)


def _anchor(case: Case, note: Note) -> Anchor:
    for key in case.given.trust.log_keys(case.index.hub, case.index.made_at):
        try:
            return verify_anchor(note, key.anchor_key())
        except NotProven:
            continue
    raise NotProven("no known key has signed the anchor")


def _vouched(case: Case, stamp: Stamp, anchored: _Anchored) -> Finding:
    trusted = case.given.trust.counting(Usage.TIMESTAMPS, stamp.at)
    roots = [x509.load_der_x509_certificate(one.certificate) for one in trusted]
    try:
        stamp.verify(anchored.digest, roots)
    except LogError:
        return Finding.TIMESTAMP_UNTRUSTED
    # What was logged after the stamp is not covered by it.
    late = any(leaf.number >= anchored.head.size for leaf in case.leaves)
    return Finding.TIMESTAMP_EARLIER if late else Finding.TIMESTAMP_FITS


def _stamp(finding: Finding, place: str) -> Result:
    return Result(check=Check.TIMESTAMP, finding=finding, place=place)
