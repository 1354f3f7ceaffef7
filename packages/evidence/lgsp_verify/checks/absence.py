"""The hub's statement that this is all that happened."""

from collections.abc import Iterator
from datetime import datetime

from lgsp_verify.checks.case import Case
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import LogError, Statement, parse_note, verify_statement


def check_absence(case: Case) -> Iterator[Result]:
    """Say whether the hub stated it about this message and these leaves."""
    name = case.index.absence
    if name is None:
        yield _absence(Finding.ABSENCE_NOT_THERE, "")
        return
    stated = read_stated(case)
    if stated is None:
        yield _absence(Finding.ABSENCE_BROKEN, name)
        return
    try:
        # Invariant 10: a leaf that the hub did not name, below the size it named, refutes it.
        stated.covers(case.logged.hashes)
    except LogError:
        yield _absence(Finding.ABSENCE_REFUTED, name)
    else:
        yield _absence(Finding.ABSENCE_STATED, f"{stated.head.size}, {stated.at}")


def read_stated(case: Case) -> Statement | None:
    """Return what the hub states about this message in this log; None: nothing of that kind."""
    keys = case.given.trust.log_keys(case.index.hub, case.index.made_at)
    expected = (case.index.source, case.index.id, case.head)
    for key in keys:
        try:
            note = parse_note(case.files.get(case.index.absence or "", b""))
            stated = verify_statement(note, key.anchor_key())
        except LogError:
            continue
        if (stated.source, stated.id, stated.head) == expected:
            return stated
    return None


def stated_at(case: Case) -> datetime | None:
    """Return when the hub stated it; None: it did not, or about other leaves."""
    stated = read_stated(case)
    try:
        if stated is None:
            return None
        stated.covers(case.logged.hashes)
        return datetime.fromisoformat(stated.at)
    except (LogError, ValueError):
        return None


def _absence(finding: Finding, place: str) -> Result:
    return Result(check=Check.ABSENCE, finding=finding, place=place)
