"""The hub's statement that this is all that happened."""

from collections.abc import Iterator

from lgsp_verify.absence import Absence, read_absence
from lgsp_verify.checks.case import Case
from lgsp_verify.findings import Check, Finding, Result
from lgsp_verify.log import LogError


def check_absence(case: Case) -> Iterator[Result]:
    """Say whether the hub stated it about this message and these leaves."""
    name = case.index.absence
    if name is None:
        yield _absence(Finding.ABSENCE_NOT_THERE, "")
        return
    stated = _read(case, case.files.get(name, b""))
    if stated is None:
        yield _absence(Finding.ABSENCE_BROKEN, name)
        return
    # Invariant 10: a leaf that the hub did not name, below the size it named, refutes it.
    below = tuple(leaf.number for leaf in case.leaves if leaf.number < stated.head.size)
    finding = Finding.ABSENCE_STATED if below == stated.leaves else Finding.ABSENCE_REFUTED
    yield _absence(finding, f"{stated.head.size}, {stated.at.isoformat()}")


def _read(case: Case, data: bytes) -> Absence | None:
    keys = case.given.trust.log_keys(case.index.hub, case.index.made_at)
    try:
        stated = read_absence(data, [key.anchor_key() for key in keys])
    except LogError:
        return None
    about = (stated.source, stated.id, stated.head, stated.at)
    expected = (case.index.source, case.index.id, case.head, case.index.made_at)
    return stated if about == expected else None


def _absence(finding: Finding, place: str) -> Result:
    return Result(check=Check.ABSENCE, finding=finding, place=place)
