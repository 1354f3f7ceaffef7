"""Time stamp, witness, history: who else vouches for the log, and whether it was rewritten."""

from collections.abc import Iterator

from lgsp_verify.checks.case import Case
from lgsp_verify.consistency import read_consistency
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import LogError, TreeHead, parse_checkpoint, verify_note


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
    """Say whether a time stamping authority that is trusted has seen this checkpoint."""
    yield Result(check=Check.TIMESTAMP, finding=Finding.TIMESTAMP_NOT_THERE)
