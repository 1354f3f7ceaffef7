"""Two lists of one day's payments, and where they differ. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One transaction, as one side has it."""

    transaction: str
    reference: str
    amount: int
    """Đồng."""


@unique
class Kind(StrEnum):
    """How the two sides differ."""

    MISSING_HERE = "missing_here"
    """The platform has it, the hub was never told: a dossier may wait for money that was paid."""
    MISSING_THERE = "missing_there"
    """The hub told of it, the platform does not list it."""
    AMOUNT = "amount"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One transaction on which they differ."""

    kind: Kind
    ours: Payment | None
    theirs: Payment | None

    @property
    def transaction(self) -> str:
        """The transaction's code."""
        found = self.theirs or self.ours
        return found.transaction if found else ""


def differences(
    ours: Mapping[str, Payment],
    ours_of_the_day: Iterable[str],
    theirs: Iterable[Payment],
    theirs_before: Iterable[str] = (),
) -> list[Difference]:
    """Return the differences of a day, in the order of the platform's list, then of ours.

    `ours` is all that the hub knows; `ours_of_the_day` the transactions it was told on that day;
    `theirs_before` those of the platform's day before: its call may come after midnight.
    """
    listed = list(theirs)
    there = {each.transaction for each in listed} | set(theirs_before)
    found = [_compared(ours.get(each.transaction), each) for each in listed]
    missing = [
        Difference(kind=Kind.MISSING_THERE, ours=ours[name], theirs=None)
        for name in ours_of_the_day
        if name not in there
    ]
    return [each for each in found if each is not None] + missing


def _compared(ours: Payment | None, theirs: Payment) -> Difference | None:
    if ours is None:
        return Difference(kind=Kind.MISSING_HERE, ours=None, theirs=theirs)
    if ours.amount != theirs.amount:
        return Difference(kind=Kind.AMOUNT, ours=ours, theirs=theirs)
    if ours.reference != theirs.reference:
        return Difference(kind=Kind.REFERENCE, ours=ours, theirs=theirs)
    return None
